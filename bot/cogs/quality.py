"""Shows managers of a server how well questions were answered: `/quality`.

Private questions are counted, and their words are shown to nobody but the person who asked.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.quality import quality_card
from bot.interactions.layouts import card_layout
from bot.services.services import Services
from index import AskedQuestion

log = logging.getLogger(__name__)


class QualityCommand(commands.Cog):
    def __init__(self, services: Services) -> None:
        self.services = services
        self.library = services.library

    @app_commands.command(name="quality", description="What was asked here, and how well it was answered")
    @app_commands.describe(
        days="Of so many days (30 if left out)",
        export="Attach the questions that were asked in public, without who asked them",
    )
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)  # a guild can change Discord's own check
    async def quality(
        self,
        interaction: discord.Interaction,
        days: app_commands.Range[int, 1, 365] = 30,
        export: bool = False,
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        days = min(days, self.library.index.lifetimes.questions)  # of older ones nothing is kept
        guild, since = str(interaction.guild_id), datetime.now(UTC) - timedelta(days=days)
        quality = await self.library.records.run(self.library.index.posted.quality, guild, since)
        card = card_layout(quality_card(quality, days))
        if not export:
            await interaction.edit_original_response(view=card)
        else:
            asked = await self.library.records.run(self.library.index.posted.asked, guild, since)
            await self.services.guild_rules.note(interaction, "quality export", f"days={days}")
            log.info("quality.exported guild=%s user=%d questions=%d", guild, interaction.user.id, len(asked))
            await interaction.edit_original_response(view=card)
            await interaction.followup.send(file=exported(asked), ephemeral=True)


def exported(asked: Sequence[AskedQuestion]) -> discord.File:
    """Return the questions as the file that `/quality` attaches."""
    return discord.File(io.BytesIO(_lines(asked)), "questions.jsonl")


def _lines(asked: Sequence[AskedQuestion]) -> bytes:
    """Return the questions as JSON lines in UTF-8."""
    rows = (
        {
            "asked_at": question.asked_at.isoformat(),
            "question": question.question,
            "answered": question.answered,
            "confidence": round(question.confidence, 3),
            "quotes": list(question.quotes),
            "feedback": question.feedback,
        }
        for question in asked
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
