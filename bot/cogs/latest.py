"""Shows the newest articles: `/latest`, and what a person has missed: `/missed`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.stories import headlines_card
from bot.interactions.choices import LANGUAGE_CHOICES
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_of
from bot.services.guild_rules import guild_of
from bot.services.missed import missed_view
from bot.services.reading import named
from bot.services.services import Services
from bot.text.language import to_everyone


class Latest(commands.Cog):
    def __init__(self, services: Services) -> None:
        self.services = services
        self.library = services.library

    @app_commands.command(name="latest", description="The newest articles with their highlights")
    @app_commands.describe(
        topic="Only articles on this topic",
        source="Only articles of this source",
        language="Only articles in this language",
    )
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def latest(
        self,
        interaction: discord.Interaction,
        topic: str | None = None,
        source: str | None = None,
        language: app_commands.Choice[str] | None = None,
    ) -> None:
        private = (await self.services.guild_rules.settings(interaction.guild_id)).private
        await interaction.response.defer(thinking=True, ephemeral=private)
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        topic = named(interaction, topic) if topic else None
        edition = edition_of(interaction)
        headlines = await self.library.workers.run(
            self.library.index.latest,
            topic,
            source=source,
            edition=edition,
            language=language.value if language else None,
        )
        settings = await self.services.guild_rules.settings(guild_of(interaction))
        if not private:
            to_everyone()
        only = () if language else settings.news_languages
        card = headlines_card(headlines, self.services.clock(), topic, source, only)
        await interaction.edit_original_response(view=card_layout(card))

    @app_commands.command(
        name="missed", description="What was reported since you were last here, for you alone"
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def missed(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        view = await missed_view(self.services, interaction.user.id, guild_of(interaction))
        await interaction.edit_original_response(view=view)

    @latest.autocomplete("source")
    async def source_choices(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.services.source_names.choices(edition_of(interaction), typed)
