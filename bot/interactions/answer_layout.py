"""Cards as Discord messages made of components: one box, a line between the quotes, the buttons inside.

Chosen over an embed by looking at both: the box uses the whole width, keeps what belongs together apart from
the rest, and does not need the permission to embed links.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from discord import ui

from bot.cards.answer import AnswerCard
from bot.cards.base import BLUE
from bot.cards.quotes import byline, linked, quoted, title_of
from bot.interactions.buttons import Action, AnswerButton
from bot.text.language import _
from bot.text.markdown import escape
from index import Excerpt, Verdict

VERDICTS: dict[Action, Verdict] = {
    Action.HELPFUL: "helpful",
    Action.WRONG: "wrong",
    Action.OUTDATED: "outdated",
}


def actions(
    *, answered: bool, quotes: int, limited: bool, private: bool, offered: Collection[Action]
) -> list[list[Action]]:
    """Return the rows of buttons below an answer: first what to do with it, then what to say about it.

    `limited` tells whether it kept to a period; `offered` are the actions that somebody can carry out.
    """
    if answered:
        first = [Action.SOURCES, Action.MORE, Action.FOLLOW_UP, Action.TIMELINE, Action.FOLLOW]
        second = list(VERDICTS)
    else:
        first = [Action.WIDEN, Action.SOURCES, Action.FOLLOW_UP, Action.WATCH]
        second = [Action.HELPFUL, Action.WRONG]
    dropped = {Action.WIDEN} if not limited else set()
    dropped |= {Action.SOURCES} if not quotes else set()
    rows = [first, [*second, Action.SHARE] if private else second]
    return [[each for each in row if each in offered and each not in dropped] for row in rows]


def answer_layout(
    card: AnswerCard, id: str | None = None, rows: Sequence[Sequence[Action]] = ()
) -> ui.LayoutView:
    """The card as a message; buttons need the `id` under which the answer is remembered."""
    head, *texts = card.texts
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(head), accent_colour=card.colour)
    for text in texts:
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(text))
    for row in rows:
        if id and row:
            buttons: list[Any] = [AnswerButton(action, id) for action in row]
            container.add_item(ui.ActionRow(*buttons))
    return _view(container)


def excerpts_layout(id: str, excerpts: Sequence[Excerpt], page: int) -> ui.LayoutView:
    """One quote with what stands around it in its article, and buttons to the others."""
    page = min(max(page, 0), len(excerpts) - 1)
    shown = excerpts[page]
    article = shown.quote.article
    headline = f"### {linked(title_of(article), shown.quote.link, article.url)}"
    around = [escape(shown.before.strip()), quoted(shown.quote), escape(shown.after.strip())]
    container: ui.Container[Any] = ui.Container(
        ui.TextDisplay("\n".join(byline(article, headline, shown.quote.also_in))),
        ui.Separator(),
        ui.TextDisplay("\n".join(text for text in around if text)),
        accent_colour=BLUE,
    )
    if len(excerpts) > 1:
        container.add_item(ui.Separator())
        container.add_item(ui.ActionRow(*_turning(id, page, len(excerpts))))
    return _view(container)


def text_layout(text: str) -> ui.LayoutView:
    """A few words in a message that will become a card: once it is made of components it has to stay so."""
    return _view(ui.TextDisplay(text))


def _turning(id: str, page: int, pages: int) -> list[Any]:
    buttons = []
    if page > 0:
        buttons.append(
            AnswerButton(
                Action.SOURCES, id, page - 1, _("Back to {page} of {pages}").format(page=page, pages=pages)
            )
        )
    if page < pages - 1:
        buttons.append(
            AnswerButton(
                Action.SOURCES, id, page + 1, _("On to {page} of {pages}").format(page=page + 2, pages=pages)
            )
        )
    return buttons


def _view(item: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    return view.add_item(item)
