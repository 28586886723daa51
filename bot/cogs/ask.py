"""Takes questions: `/ask`. Messages with questions are taken by `bot.cogs.messages`."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.interactions.choices import LANGUAGE_CHOICES, time_choices
from bot.services.answers import inquiry_of
from bot.services.editions import edition_of
from bot.services.reading import named
from bot.services.services import Services
from bot.text.dates import given_moment
from index import Question


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
            named(interaction, question),
            since=given_moment(since),
            until=given_moment(until, end=True),
            source=source,
            language=language.value if language else None,
            limit=limit,
        )
        inquiry = inquiry_of(interaction, asked, private)
        await self.services.answers.answer_interaction(interaction, inquiry)

    @ask.autocomplete("source")
    async def source_choices(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.services.source_names.choices(edition_of(interaction), typed)
