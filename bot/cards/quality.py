"""The card of `/quality`: how many questions were asked and answered, and which were missed."""

from __future__ import annotations

from bot.cards.base import MAX_HEADLINE, Card
from bot.text.language import _, counted, mark, number, percent
from bot.text.markdown import bold, cut, isolated
from index import Quality, Verdict

# What people say about an answer, as it is shown.
VERDICT_NAMES: dict[Verdict, str] = {
    "helpful": mark("helpful"),
    "wrong": mark("wrong"),
    "outdated": mark("outdated"),
}


def quality_card(quality: Quality, days: int) -> Card:
    """Return how many questions were asked in a server and answered, the feedback, and those most missed."""
    title = counted("Quality of the last {count} day", "Quality of the last {count} days", days)
    if not quality.asked:
        return Card(title, _("Nothing was asked in this server."))
    share = f"**{percent(quality.answered / quality.asked)}**"
    answered = counted(
        "{share} of {count} question answered",
        "{share} of {count} questions answered",
        quality.asked,
        share=share,
    )
    lines = [
        answered,
        *([_private(quality.private)] if quality.private else []),
        " · ".join(
            f"{_(name)} {number(quality.feedback.get(verdict, 0))}" for verdict, name in VERDICT_NAMES.items()
        ),
    ]
    if quality.missed:
        lines.append("\n" + bold(_("Most missed")))
        lines += [
            f"- {isolated(cut(missed.question, MAX_HEADLINE))} ({number(missed.times)} ×)"
            for missed in quality.missed
        ]
    return Card(title, "\n".join(lines))


def _private(count: int) -> str:
    return counted(
        "{count} of them was private: it is counted, and its words are not shown.",
        "{count} of them were private: they are counted, and their words are not shown.",
        count,
    )
