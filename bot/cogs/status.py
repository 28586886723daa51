"""For those who look after the bot: `/status`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.status import status_card

if TYPE_CHECKING:
    from bot.client import NewsBot


class Admin(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot
        self._version = version("newsbot")

    @app_commands.command(name="status", description="How much news there is, how fresh, what fails")
    async def status(self, interaction: discord.Interaction[NewsBot]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        status = await self.bot.workers.run(self.bot.index.status)
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        card = status_card(status, self._version, self.bot.latency, details=manages)
        await interaction.edit_original_response(embed=card.embed())
