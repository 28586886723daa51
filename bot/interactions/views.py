"""What panels, forms and buttons have in common: they speak the language of whoever uses them."""

from __future__ import annotations

from typing import Any, Protocol

import discord
from discord import ui

from bot.interactions.errors import explain, tell
from bot.interactions.request import begin_request


class ViewRules(Protocol):
    """What chooses the language of an interaction; `bot.services.guild_rules.GuildRules` does."""

    async def speak(self, interaction: discord.Interaction[Any]) -> None: ...


class ViewServices(Protocol):
    @property
    def guild_rules(self) -> ViewRules: ...


class ViewClient(Protocol):
    """What a view needs of the Discord client; this room may not import the one that has it."""

    @property
    def services(self) -> ViewServices: ...


class Localized:
    """Begins the request, and chooses its language, before anything else is done."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        begin_request(interaction.id)
        client: ViewClient = interaction.client
        await client.services.guild_rules.speak(interaction)
        return True


class Panel(Localized, ui.View):
    """Explains errors to whoever used it."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))


class Form(Localized, ui.Modal, title="Form"):
    """Explains errors to whoever sent it."""

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))
