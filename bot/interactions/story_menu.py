"""The menu below a list of stories, which opens one. What it offers is in the message: it has no state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol, Self

import discord
from discord import ui

from bot.cards.base import Option
from bot.interactions.views import Localized
from bot.text.language import _


class StoryOpener(Protocol):
    """Opens a story, as `bot.services.stories.Stories` does."""

    async def open(self, interaction: discord.Interaction[Any], id: str) -> None: ...


class StoryServices(Protocol):
    """The part of `bot.services.services.Services` that the menu uses."""

    @property
    def stories(self) -> StoryOpener: ...


class StoryClient(Protocol):
    """What the menu needs of the Discord client, stated here because services import this package."""

    @property
    def services(self) -> StoryServices: ...


class StoryMenu(Localized, ui.DynamicItem[ui.Select[Any]], template=r"stories:open"):
    """A menu of stories, by the ids of their articles."""

    def __init__(self, stories: Sequence[Option] = ()) -> None:
        options = [
            discord.SelectOption(label=label, value=value, description=description)
            for value, label, description in stories
        ]
        super().__init__(
            ui.Select(custom_id="stories:open", placeholder=_("Open a story …"), options=options)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: StoryClient = interaction.client
        await client.services.stories.open(interaction, self.item.values[0])
