"""Takes questions: `/ask`, mentions in a channel, and direct messages."""

from __future__ import annotations

import logging
import re
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.interactions.choices import LANGUAGE_CHOICES, time_choices
from bot.interactions.errors import explain
from bot.interactions.request import begin_request
from bot.services.answers import Inquiry
from bot.services.editions import edition_of
from bot.services.guild_rules import guild_of
from bot.services.services import Services
from bot.text.dates import given_moment
from bot.text.language import _, mark, speak
from index import Question

HELP = mark(
    "Ask me about the news and I answer with word-for-word quotes from stored articles, each with its link"
    " and times. Mention me with a question, write to me directly, or use `/ask`, which can also keep to a"
    " period or a source. Reply to an answer and mention me to ask on. `/latest` shows the newest articles."
)

log = logging.getLogger(__name__)


class Ask(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        if interaction.type is discord.InteractionType.application_command:
            self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        return True

    @app_commands.command(name="ask", description="Ask about the news: the answer is quotes, word for word")
    @app_commands.describe(
        question="What you want to know",
        since="Only articles published from then on: 2025-06-01, yesterday, 3 days ago (UTC)",
        until="Only articles published until then, a whole day included",
        source="Only articles of this source",
        language="Only articles in this language",
        private="Show the answer to nobody else; you can share it afterwards",
        limit="At most this many quotes (3 if left out)",
    )
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @app_commands.autocomplete(since=time_choices, until=time_choices)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def ask(
        self,
        interaction: discord.Interaction,
        question: str,
        since: str | None = None,
        until: str | None = None,
        source: str | None = None,
        language: app_commands.Choice[str] | None = None,
        private: bool | None = None,
        limit: app_commands.Range[int, 1, 10] = 3,
    ) -> None:
        if private is None:
            private = (await self.services.guild_rules.settings(interaction.guild_id)).private
        await interaction.response.defer(thinking=True, ephemeral=private)
        asked = Question(
            question,
            since=given_moment(since),
            until=given_moment(until, end=True),
            source=source,
            language=language.value if language else None,
            limit=limit,
        )
        inquiry = Inquiry(asked, interaction.user.id, guild_of(interaction), private)
        await self.services.answers.answer_interaction(interaction, inquiry)

    @ask.autocomplete("source")
    async def source_choices(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.services.source_names.choices(edition_of(interaction), typed)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if not self._is_for_us(message):
            return
        begin_request(message.id, message.guild.id if message.guild else message.author.id)
        language = await self.services.guild_rules.language_of(message.guild.id if message.guild else None)
        speak(language, language)
        try:
            await self._reply(message)
        except Exception as error:  # explained to the author of the message, and logged
            await self._apologise(message, explain(error, "message"))

    async def _reply(self, message: discord.Message) -> None:
        guild = message.guild.id if message.guild else None
        self.services.answers.take_turn(message.author.id, guild)
        await self.services.guild_rules.require_channel(guild, message.channel)
        text = self._without_mention(message.content)
        if not text:
            await _send(message, _(HELP))
            return
        async with message.channel.typing():
            inquiry = await self._inquiry(message, text)
            reply = await self.services.answers.reply(inquiry)
        sent = await _send(message, view=reply.view)
        await self.services.answers.remember(reply, sent)

    async def _inquiry(self, message: discord.Message, text: str) -> Inquiry:
        """Return the question of a message, as a continuation where the message replies to an answer."""
        guild = message.guild.id if message.guild else None
        inquiry = Inquiry(Question(text), message.author.id, guild)
        reference = message.reference.message_id if message.reference else None
        if reference is None:
            return inquiry
        posted = await self.services.answers.find_message(reference)
        return self.services.answers.continued(posted, text, inquiry) if posted else inquiry

    async def _apologise(self, message: discord.Message, sentence: str) -> None:
        try:
            await _send(message, sentence)
        except discord.HTTPException as refused:  # most likely for the same reason as before
            log.warning("reply.failed channel=%s status=%s", message.channel.id, refused.status)

    def _is_for_us(self, message: discord.Message) -> bool:
        """Return whether a person writes to the bot. Other bots are ignored: two could talk for ever."""
        if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return False
        return message.guild is None or self.bot.user in message.mentions

    def _without_mention(self, content: str) -> str:
        assert self.bot.user is not None  # messages arrive after the login only
        return " ".join(re.sub(rf"<@!?{self.bot.user.id}>", " ", content).split())


async def _send(
    message: discord.Message, text: str | None = None, view: ui.LayoutView | None = None
) -> discord.Message:
    """Reply to a message without pinging its author. If it has been deleted, send to its channel."""
    reference = message.to_reference(fail_if_not_exists=False)
    if view is not None:
        return await message.channel.send(view=view, reference=reference, mention_author=False)
    return await message.channel.send(text, reference=reference, mention_author=False)
