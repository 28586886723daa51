"""The entries in the menu of a message: *Find reporting* and *Check this quote*.

The message comes with the interaction, so the bot needs no permission to read the channel.
"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.answer import check_card
from bot.interactions.answer_layout import answer_layout
from bot.services.answers import inquiry_of
from bot.services.editions import edition_of
from bot.services.reading import parts_of
from bot.services.services import Services
from bot.text.claim import claim_of, quoted_claim
from bot.text.language import _, mark
from index import Question, UsageError

NOTHING_TO_CHECK = mark("That message has no words to look for: choose one with text in it.")


class MessageMenu(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
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

    async def find(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Search for reports on what a message claims."""
        await interaction.response.defer(thinking=True, ephemeral=True)
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        text = _required(claim_of(parts_of(message)))
        inquiry = inquiry_of(interaction, Question(text), private=True)
        await self.services.answers.answer_interaction(interaction, inquiry)

    async def check(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Show whether a stored article contains the words that a message quotes."""
        await interaction.response.defer(thinking=True, ephemeral=True)
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        text = _required(quoted_claim(parts_of(message)))
        edition = edition_of(interaction)
        found = await self.library.workers.run(self.library.index.check_quote, text, edition)
        await interaction.edit_original_response(view=answer_layout(check_card(found)))


def _required(text: str) -> str:
    if not text:
        raise UsageError(_(NOTHING_TO_CHECK))
    return text
