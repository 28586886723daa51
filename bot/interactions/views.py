"""What panels, forms and buttons have in common: they speak the language of whoever uses them."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.interactions.errors import explain, tell
from bot.interactions.request import begin_request


class Speaking:
    """Begins the request, and chooses its language, before anything else is done."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        begin_request(interaction.id)
        await interaction.client.guild_rules.speak(interaction)
        return True


class Panel(Speaking, ui.View):
    """Explains errors to whoever used it."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))


class Form(Speaking, ui.Modal, title="Form"):
    """Explains errors to whoever sent it."""

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))
