"""What can be done with somebody's message: *Find reporting* and *Check this quote*.

The message comes with the interaction, so neither needs to be allowed to read the channel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.answer import check_card
from bot.interactions.answer_layout import answer_layout
from bot.services.answers import Inquiry
from bot.text.claim import claim, quoted_claim
from bot.text.language import _, mark
from index import Question, UsageError

if TYPE_CHECKING:
    from bot.client import NewsBot

NOTHING_TO_CHECK = mark("That message has no words to look for: choose one with text in it.")


class Claims(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot
        self._menus = [
            app_commands.ContextMenu(
                name=name,
                callback=callback,
                allowed_contexts=app_commands.AppCommandContext(
                    guild=True, dm_channel=True, private_channel=True
                ),
                allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            )
            for name, callback in (("Find reporting", self.find), ("Check this quote", self.check))
        ]

    async def cog_load(self) -> None:
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def find(self, interaction: discord.Interaction[NewsBot], message: discord.Message) -> None:
        """Search for reports on what a message claims."""
        await interaction.response.defer(thinking=True, ephemeral=True)
        self.bot.answering.take_turn(interaction.user.id, interaction.guild_id)
        text = _required(claim(_text(message)))
        inquiry = Inquiry(Question(text), interaction.user.id, interaction.guild_id, private=True)
        await self.bot.answering.answer_interaction(interaction, inquiry)

    async def check(self, interaction: discord.Interaction[NewsBot], message: discord.Message) -> None:
        """Look whether the words that a message quotes are in a stored article."""
        await interaction.response.defer(thinking=True, ephemeral=True)
        self.bot.answering.take_turn(interaction.user.id, interaction.guild_id)
        text = _required(quoted_claim(_text(message)))
        found = await self.bot.workers.run(self.bot.index.check_quote, text)
        await interaction.edit_original_response(view=answer_layout(check_card(found)))


def _text(message: discord.Message) -> str:
    """What a message says: itself, or the message that it forwards, or what is embedded in it."""
    forwarded = [snapshot.content for snapshot in message.message_snapshots]
    embedded = [text for embed in message.embeds for text in (embed.title, embed.description)]
    texts = [message.content, *forwarded, *(text for text in embedded if text)]
    return next((text for text in texts if claim(text)), "")


def _required(text: str) -> str:
    if not text:
        raise UsageError(_(NOTHING_TO_CHECK))
    return text
