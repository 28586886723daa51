"""The newest articles with their highlights: `/latest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.headlines import headlines_card
from bot.text.language import to_everyone

if TYPE_CHECKING:
    from bot.client import NewsBot


class Highlights(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    @app_commands.command(name="latest", description="The newest articles with their highlights")
    @app_commands.describe(topic="Only articles on this topic", source="Only articles of this source")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def latest(
        self, interaction: discord.Interaction[NewsBot], topic: str | None = None, source: str | None = None
    ) -> None:
        await interaction.response.defer(thinking=True)
        headlines = await self.bot.workers.run(self.bot.index.latest, topic, source=source)
        to_everyone()
        await interaction.edit_original_response(embed=headlines_card(headlines, topic, source).embed())

    @latest.autocomplete("source")
    async def source_choices(
        self, _: discord.Interaction[NewsBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        return self.bot.sources.choices(typed)
