"""Shows how the library and the bot are: `/status`.

The sources that fail are shown to managers of the server only, faults of the process to operators only.
"""

from __future__ import annotations

from importlib.metadata import version

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.status import status_card
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_of
from bot.services.services import Services


class StatusCommand(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
        self._version = version("newsbot")

    @app_commands.command(name="status", description="How much news there is, how fresh, what fails")
    async def status(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        status = await self.library.workers.run(self.library.index.status, edition_of(interaction))
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        operates = self.services.editions.is_operator(interaction.user.id) or (
            manages and self.services.editions.is_alone(interaction.guild_id)
        )
        card = status_card(status, self._version, self.bot.latency, details=manages, operator=operates)
        await interaction.edit_original_response(view=card_layout(card))
