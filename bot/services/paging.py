"""The buttons that turn a list in a message from page to page. They work after a restart, too."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.interactions.errors import explain, tell
from bot.interactions.views import Localized
from bot.services.guild_rules import require_manager
from bot.text.language import _


class PageButton(Localized, ui.DynamicItem[ui.Button[Any]], template=r"(?!)"):
    """A button that turns a list of those who manage a guild to a page, counted from 0.

    A class for one list gives the `name` with which its ids begin, the `command` that errors name, `show`,
    and the template `NAME:(?P<side>back|on):(?P<page>\\d+)`.
    """

    name: ClassVar[str]
    command: ClassVar[str]

    def __init__(self, side: str, page: int, disabled: bool = False) -> None:
        label = _("Previous") if side == "back" else _("Next")
        super().__init__(ui.Button(label=label, custom_id=f"{self.name}:{side}:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def both(cls, page: int, last: int) -> Iterator[Self]:
        """Yield the buttons below a page, of which `last` is the last one."""
        yield cls("back", max(page - 1, 0), disabled=page == 0)
        yield cls("on", page + 1, disabled=page == last)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["side"], int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            require_manager(interaction)
            await interaction.response.defer()
            await self.show(interaction)
        except Exception as error:  # discord.py would only log it
            await tell(interaction, explain(error, self.command))

    @abstractmethod
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in the reply to an interaction."""
