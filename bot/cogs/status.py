"""Shows how the library and the bot are: `/status`; the details to managers of the server only."""

from __future__ import annotations

from importlib.metadata import version

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.status import status_card
from bot.services.services import Services


class StatusCommand(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.library = services.library
        self._version = version("newsbot")

    @app_commands.command(name="status", description="How much news there is, how fresh, what fails")
    async def status(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        status = await self.library.workers.run(self.library.index.status)
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        card = status_card(status, self._version, self.bot.latency, details=manages)
        await interaction.edit_original_response(embed=card.embed())
