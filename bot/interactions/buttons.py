"""The buttons below an answer. Each carries the answer's id, so that it works after a restart as well."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.interactions.views import Speaking
from bot.text.language import _, mark

if TYPE_CHECKING:
    from bot.client import NewsBot


class Action(StrEnum):
    """What can be done with an answer. The values are on buttons sent long ago: never change one."""

    SOURCES = "sources"
    MORE = "more"
    FOLLOW_UP = "on"
    TIMELINE = "timeline"
    FOLLOW = "follow"
    WATCH = "watch"
    WIDEN = "widen"
    SHARE = "share"
    HELPFUL = "helpful"
    WRONG = "wrong"
    OUTDATED = "outdated"


LABELS = {
    Action.SOURCES: mark("Sources"),
    Action.MORE: mark("More quotes"),
    Action.FOLLOW_UP: mark("Ask on"),
    Action.TIMELINE: mark("Timeline"),
    Action.FOLLOW: mark("Follow"),
    Action.WATCH: mark("Watch"),
    Action.WIDEN: mark("Search all dates"),
    Action.SHARE: mark("Share"),
    Action.HELPFUL: mark("Helpful"),
    Action.WRONG: mark("Wrong"),
    Action.OUTDATED: mark("Outdated"),
}


class AnswerButton(
    Speaking,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"answer:(?P<action>[a-z]+):(?P<id>[0-9a-f]+)(?::(?P<page>\d+))?",
):
    """`page` turns to that page (from 0) in the message that the button is on, instead of a new message."""

    def __init__(
        self,
        action: Action,
        id: str,
        page: int | None = None,
        label: str | None = None,
        disabled: bool = False,
    ) -> None:
        custom_id = f"answer:{action}:{id}" + ("" if page is None else f":{page}")
        style = discord.ButtonStyle.primary if action is Action.SHARE else discord.ButtonStyle.secondary
        label = label or _(LABELS[action])
        super().__init__(discord.ui.Button(style=style, label=label, custom_id=custom_id, disabled=disabled))
        self.action = action
        self.answer_id = id
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        page = match["page"]
        return cls(Action(match["action"]), match["id"], int(page) if page else None)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        bot: NewsBot = interaction.client
        await bot.answering.press(interaction, self.action, self.answer_id, self.page)
