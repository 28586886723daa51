"""The command tree: what happens before every command of Discord, and where a command fails."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.interactions.errors import explain, tell
from bot.interactions.request import begin_request
from bot.services.services import services_of
from index import NewsError


class NewsTree(app_commands.CommandTree[commands.AutoShardedBot]):
    """Sends the error of a command to the person who used it, in a message that only they see."""

    async def interaction_check(self, interaction: discord.Interaction[commands.AutoShardedBot], /) -> bool:
        """Choose the language, and refuse commands in channels that the guild's settings leave out.

        Returns whether the command may run.
        """
        begin_request(interaction.id, interaction.guild_id or interaction.user.id)
        rules = services_of(interaction).guild_rules
        await rules.speak(interaction)
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        try:
            await rules.require_allowed(interaction)
        except NewsError as error:
            await tell(interaction, explain(error, "check"))
            return False
        return True

    async def on_error(
        self,
        interaction: discord.Interaction[commands.AutoShardedBot],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        name = interaction.command.qualified_name if interaction.command else "unknown"
        sentence = explain(error, f"/{name}")
        # An autocomplete can be answered with choices only, so its errors are just logged.
        if interaction.type is not discord.InteractionType.autocomplete:
            await tell(interaction, sentence)
