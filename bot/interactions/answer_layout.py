"""Lays out the card of an answer as a Discord message, with its controls; see `bot.interactions.layouts`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.cards.answer import AnswerCard
from bot.cards.base import BLUE
from bot.cards.quotes import credit, exact_times, quoted
from bot.interactions.buttons import Action, AnswerButton, AnswerMenu
from bot.interactions.layouts import box, layout_of
from bot.interactions.story_menu import StoryMenu
from bot.text.language import _
from bot.text.markdown import escape
from index import Excerpt, Verdict

# What the feedback in the menu means for the library.
VERDICT_OF_ACTION: dict[Action, Verdict] = {
    Action.HELPFUL: "helpful",
    Action.WRONG: "wrong",
    Action.OUTDATED: "outdated",
}


@dataclass(frozen=True, slots=True)
class Controls:
    """What can be done with an answer: at once with a button, or from the menu "…"."""

    buttons: Sequence[Action] = ()
    menu: Sequence[Action] = ()


def controls(
    *, answered: bool, quotes: int, limited: bool, private: bool, offered: Collection[Action]
) -> Controls:
    """Return the controls below an answer.

    `quotes` is the number of quotes that it has, shown or, where it is no answer, close to one; `limited`
    says whether the search kept to a period, and `offered` are the actions that have a handler.
    """
    share, remove = ([Action.SHARE], []) if private else ([], [Action.REMOVE])
    if answered and quotes:
        buttons = [Action.SOURCES, Action.FOLLOW_UP]
        menu = [Action.MORE, Action.TIMELINE, Action.FOLLOW, *share, *VERDICT_OF_ACTION, *remove]
    elif answered:  # by a list of stories
        buttons, menu = [Action.FOLLOW_UP, *share], []
    else:
        closest = [Action.CLOSEST] if quotes else []
        buttons, menu = [*closest, *([Action.WIDEN] if limited else []), Action.WATCH], []
    return Controls(*([action for action in row if action in offered] for row in (buttons, menu)))


def answer_layout(card: AnswerCard, id: str | None = None, below: Controls | None = None) -> ui.LayoutView:
    """Return the card as a message. `id` is that of the stored answer; without it there are no controls."""
    rows = [ui.ActionRow[Any](StoryMenu(card.stories))] if card.stories else []
    if id and below and below.buttons:
        rows.append(ui.ActionRow(*(AnswerButton(action, id) for action in below.buttons)))
    if id and below and below.menu:
        rows.append(ui.ActionRow(AnswerMenu(id, below.menu)))
    return layout_of(box(card.texts, card.colour, rows))


def excerpts_layout(id: str, excerpts: Sequence[Excerpt], page: int) -> ui.LayoutView:
    """Return one quote with the text around it in its article, its exact times, and buttons to the others.

    `page` counts from 0; one that is out of range becomes the nearest.
    """
    page = min(max(page, 0), len(excerpts) - 1)
    shown = excerpts[page]
    around = [escape(shown.before.strip()), quoted(shown.quote), escape(shown.after.strip())]
    texts = [
        credit(shown.quote),
        "\n".join(text for text in around if text),
        "\n".join(exact_times(shown.quote.article, shown.quote.also_in)),
    ]
    rows = [ui.ActionRow[Any](*_turning(id, page, len(excerpts)))] if len(excerpts) > 1 else []
    return layout_of(box(texts, BLUE, rows))


def _turning(id: str, page: int, pages: int) -> list[Any]:
    buttons = []
    if page > 0:
        back = _("Back to {page} of {pages}").format(page=page, pages=pages)
        buttons.append(AnswerButton(Action.SOURCES, id, page - 1, back))
    if page < pages - 1:
        on = _("On to {page} of {pages}").format(page=page + 2, pages=pages)
        buttons.append(AnswerButton(Action.SOURCES, id, page + 1, on))
    return buttons
