"""Base classes of panels, forms and buttons: they answer in the language of the person who uses them."""

from __future__ import annotations

from typing import Any, Protocol

import discord
from discord import ui

from bot.interactions.errors import explain, tell
from bot.interactions.request import begin_request


class ViewRules(Protocol):
    """Chooses the language of an interaction, as `bot.services.guild_rules.GuildRules` does."""

    async def speak(self, interaction: discord.Interaction[Any]) -> None: ...


class ViewServices(Protocol):
    """The part of `bot.services.services.Services` that views use."""

    @property
    def guild_rules(self) -> ViewRules: ...


class ViewClient(Protocol):
    """What a view needs of the Discord client, stated here because services import this package."""

    @property
    def services(self) -> ViewServices: ...


class Localized:
    """A mixin that marks the log and chooses the language before an interaction is handled."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        begin_request(interaction.id, interaction.guild_id or interaction.user.id)
        client: ViewClient = interaction.client
        await client.services.guild_rules.speak(interaction)
        return True


class Panel(Localized, ui.View):
    """A view that explains an error to the person who pressed or chose something in it."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))


class Form(Localized, ui.Modal, title="Form"):
    """A form that explains an error to the person who sent it."""

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))
