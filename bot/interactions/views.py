"""Base classes of panels, forms and buttons: they answer in the language of the person who uses them."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

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


class Form(ui.Modal, title="Form"):
    """A form that works after a restart, too, and in another process: its id holds all that it needs.

    A class for one form gives the `template` that its ids match, and `submitted`. discord.py would remember
    each form for as long as this process lives; `bot.cogs.leftovers` hands them on instead.
    """

    forms: ClassVar[list[type[Form]]] = []
    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.template = re.compile(template)
        Form.forms.append(cls)

    def __init__(self, title: str, custom_id: str) -> None:
        super().__init__(title=title, custom_id=custom_id, timeout=None)

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Show the form as the first response to an interaction."""
        self.stop()  # so that discord.py does not remember it
        await interaction.response.send_modal(self)

    @classmethod
    @abstractmethod
    async def submitted(
        cls, interaction: discord.Interaction[Any], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Do what a form is for. `match` is its id, `values` the text of each field by the field's id."""


async def submit(interaction: discord.Interaction[Any], custom_id: str, values: Mapping[str, str]) -> bool:
    """Hand a form that was sent to its class; return False where no class knows it."""
    found = ((form, match) for form in Form.forms if (match := form.template.fullmatch(custom_id)))
    form, match = next(found, (None, None))
    if form is None or match is None:
        return False
    try:
        await Localized().interaction_check(interaction)
        await form.submitted(interaction, match, values)
    except Exception as error:  # explained to the person who sent the form
        await tell(interaction, explain(error, form.__name__))
    return True
