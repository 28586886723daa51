"""How well people are served, for those who manage a server: `/quality`."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.quality import quality_card
from index import Asked

if TYPE_CHECKING:
    from bot.client import NewsBot

log = logging.getLogger(__name__)


class QualityReport(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    @app_commands.command(name="quality", description="What was asked here, and how well it was answered")
    @app_commands.describe(
        days="Of so many days (30 if left out)", export="Attach the questions, without who asked them"
    )
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)  # Discord's own check is only a default
    async def quality(
        self,
        interaction: discord.Interaction[NewsBot],
        days: app_commands.Range[int, 1, 365] = 30,
        export: bool = False,
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        guild, since = str(interaction.guild_id), datetime.now(UTC) - timedelta(days=days)
        quality = await self.bot.records.run(self.bot.index.posted.quality, guild, since)
        files = []
        if export:
            asked = await self.bot.records.run(self.bot.index.posted.asked, guild, since)
            files.append(discord.File(io.BytesIO(_lines(asked)), "questions.jsonl"))
            await self.bot.guild_rules.note(interaction, "quality export", f"days={days}")
            log.info("quality.exported guild=%s user=%d questions=%d", guild, interaction.user.id, len(asked))
        card = quality_card(quality, days)
        await interaction.edit_original_response(embed=card.embed(), attachments=files)


def _lines(asked: Sequence[Asked]) -> bytes:
    """The questions as JSON lines."""
    rows = (
        {
            "asked_at": each.asked_at.isoformat(),
            "question": each.question,
            "answered": each.answered,
            "confidence": round(each.confidence, 3),
            "quotes": list(each.quotes),
            "feedback": each.feedback,
        }
        for each in asked
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
