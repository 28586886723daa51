"""Questions: `/ask`, mentions in a channel, and direct messages."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.dates import parse_moment
from bot.errors import explain
from bot.render import answer_card
from index import Answer, Question

if TYPE_CHECKING:
    from bot.client import NewsBot

QUESTIONS, SECONDS = 5, 10.0

HELP = (
    "Ask me about the news and I answer with word-for-word quotes from stored articles, each with its link"
    " and times. Mention me with a question, write to me directly, or use `/ask`, which can also keep to a"
    " period or a source. `/latest` shows the newest articles."
)

log = logging.getLogger(__name__)


class Ask(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot
        # One allowance for all three ways of asking, so that nobody gets round it.
        self._allowance = commands.CooldownMapping[int].from_cooldown(QUESTIONS, SECONDS, lambda user: user)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        self._take_turn(interaction.user.id)
        return True

    @app_commands.command(name="ask", description="Ask about the news: the answer is quotes, word for word")
    @app_commands.describe(
        question="What you want to know",
        since="Only articles published from then on: 2025-06-01, 2025-06-01T12:30, yesterday (UTC)",
        until="Only articles published until then, a whole day included",
        source="Only articles of this source",
        limit="At most this many quotes (3 if left out)",
    )
    async def ask(
        self,
        interaction: discord.Interaction[NewsBot],
        question: str,
        since: str | None = None,
        until: str | None = None,
        source: str | None = None,
        limit: app_commands.Range[int, 1, 10] = 3,
    ) -> None:
        await interaction.response.defer(thinking=True)
        asked = Question(
            question, since=_moment(since), until=_moment(until, end=True), source=source, limit=limit
        )
        answer = await self._answer(asked)
        await interaction.edit_original_response(embed=answer_card(answer).embed())

    @ask.autocomplete("source")
    async def source_choices(
        self, _: discord.Interaction[NewsBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        return self.bot.sources.choices(typed)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if not self._is_for_us(message):
            return
        try:
            await self._reply(message)
        except Exception as error:  # the edge of one message: explained to its author and logged
            await self._apologise(message, explain(error, "message"))

    async def _reply(self, message: discord.Message) -> None:
        self._take_turn(message.author.id)
        question = self._without_mention(message.content)
        if not question:
            await _send(message, HELP)
            return
        async with message.channel.typing():
            answer = await self._answer(Question(question))
        await _send(message, embed=answer_card(answer).embed())

    async def _apologise(self, message: discord.Message, sentence: str) -> None:
        try:
            await _send(message, sentence)
        except discord.HTTPException as refused:  # most likely for the reason that was to be explained
            log.warning("reply.failed channel=%s status=%s", message.channel.id, refused.status)

    async def _answer(self, question: Question) -> Answer:
        answer = await self.bot.workers.run(self.bot.index.ask, question)
        log.info(
            "question.answered answered=%s confidence=%.2f quotes=%d ms=%.0f",
            answer.answered,
            answer.confidence,
            len(answer.quotes),
            answer.took_ms,
        )
        return answer

    def _is_for_us(self, message: discord.Message) -> bool:
        """Whether a person speaks to the bot. A bot never does, or two of them would talk for ever."""
        if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return False
        return message.guild is None or self.bot.user in message.mentions

    def _without_mention(self, content: str) -> str:
        assert self.bot.user is not None  # nobody is mentioned before the login
        return " ".join(re.sub(rf"<@!?{self.bot.user.id}>", " ", content).split())

    def _take_turn(self, user: int) -> None:
        bucket = self._allowance.get_bucket(user)
        if bucket and (seconds := bucket.update_rate_limit()):
            raise app_commands.CommandOnCooldown(bucket, seconds)


async def _send(
    message: discord.Message, text: str | None = None, embed: discord.Embed | None = None
) -> None:
    """Answer a message without pinging its author, even when it has been deleted meanwhile."""
    reference = message.to_reference(fail_if_not_exists=False)
    embeds = [embed] if embed else []
    await message.channel.send(text, embeds=embeds, reference=reference, mention_author=False)


def _moment(text: str | None, *, end: bool = False) -> datetime | None:
    return parse_moment(text, end=end) if text else None
