"""The buttons and the menu below an answer.

The answer's id is in their custom_id, so that they work after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol, Self

import discord

from bot.interactions.views import Localized
from bot.text.language import _, mark


class Action(StrEnum):
    """What can be done with an answer. The values are in buttons that have been sent: never change one."""

    SOURCES = "sources"
    MORE = "more"
    FOLLOW_UP = "on"
    TIMELINE = "timeline"
    FOLLOW = "follow"
    WATCH = "watch"
    CLOSEST = "closest"
    WIDEN = "widen"
    SHARE = "share"
    HELPFUL = "helpful"
    WRONG = "wrong"
    OUTDATED = "outdated"
    REMOVE = "remove"


LABELS = {
    Action.SOURCES: mark("Sources"),
    Action.MORE: mark("More quotes"),
    Action.FOLLOW_UP: mark("Follow-up"),
    Action.TIMELINE: mark("Timeline"),
    Action.FOLLOW: mark("Follow"),
    Action.WATCH: mark("Tell me when there is something"),
    Action.CLOSEST: mark("Closest reports"),
    Action.WIDEN: mark("Search all dates"),
    Action.SHARE: mark("Share"),
    Action.HELPFUL: mark("Helpful"),
    Action.WRONG: mark("Wrong"),
    Action.OUTDATED: mark("Outdated"),
    Action.REMOVE: mark("Remove"),
}

# What the options of the menu say below their labels.
MEANINGS = {
    Action.MORE: mark("What else was reported on this"),
    Action.TIMELINE: mark("What happened when, a dated quote per event"),
    Action.FOLLOW: mark("A message when a new report answers this"),
    Action.SHARE: mark("Show this answer to everyone in the channel"),
    Action.HELPFUL: mark("This answers the question"),
    Action.WRONG: mark("This does not answer the question"),
    Action.OUTDATED: mark("There is newer news than this"),
    Action.REMOVE: mark("Delete this message: for the person who asked"),
}


class ButtonAnswers(Protocol):
    """Carries out what a pressed button says, as `bot.services.answers.Answers` does."""

    async def press(
        self, interaction: discord.Interaction, action: Action, id: str, page: int | None
    ) -> None: ...


class ButtonServices(Protocol):
    """The part of `bot.services.services.Services` that buttons use."""

    @property
    def answers(self) -> ButtonAnswers: ...


class ButtonClient(Protocol):
    """What a button needs of the Discord client, stated here because services import this package."""

    @property
    def services(self) -> ButtonServices: ...


class AnswerButton(
    Localized,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"answer:(?P<action>[a-z]+):(?P<id>[0-9a-f]+)(?::(?P<page>\d+))?",
):
    """A button for an action on a stored answer.

    With `page` (from 0) it shows that page in the message that it is on, instead of in a new message.
    """

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
        client: ButtonClient = interaction.client
        await client.services.answers.press(interaction, self.action, self.answer_id, self.page)


class AnswerMenu(
    Localized,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"answer-menu:(?P<id>[0-9a-f]+)",
):
    """The menu "…" with what has no button. Discord goes on showing the chosen option to who chose it."""

    def __init__(self, id: str, actions: Sequence[Action] = ()) -> None:
        options = [
            discord.SelectOption(label=_(LABELS[action]), value=action, description=_(MEANINGS[action]))
            for action in actions
        ]
        super().__init__(discord.ui.Select(custom_id=f"answer-menu:{id}", placeholder="…", options=options))
        self.answer_id = id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: ButtonClient = interaction.client
        action = Action(self.item.values[0])
        await client.services.answers.press(interaction, action, self.answer_id, None)
