"""The command tree: what is asked of every interaction before its command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.interactions.request import begin_request
from index import NewsError

if TYPE_CHECKING:
    from bot.client import NewsBot
from bot.interactions.errors import explain, tell


class NewsTree(app_commands.CommandTree["NewsBot"]):
    """A command tree whose errors are told to the person who used the command, and to nobody else."""

    async def interaction_check(self, interaction: discord.Interaction[NewsBot], /) -> bool:
        """Choose the language, and refuse what a guild does not want in this channel."""
        begin_request(interaction.id)
        await interaction.client.guild_rules.speak(interaction)
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        try:
            await interaction.client.guild_rules.require_allowed(interaction)
        except NewsError as error:
            await tell(interaction, explain(error, "check"))
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction[NewsBot], error: app_commands.AppCommandError, /
    ) -> None:
        name = interaction.command.qualified_name if interaction.command else "unknown"
        sentence = explain(error, f"/{name}")
        # An answer to an autocomplete is a list of choices: there is no room for a sentence.
        if interaction.type is not discord.InteractionType.autocomplete:
            await tell(interaction, sentence)
