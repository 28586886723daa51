"""The card of `/quality`: how many questions were asked and answered, and which were missed."""

from __future__ import annotations

from bot.cards.base import (
    MAX_HEADLINE,
    Card,
)
from bot.text.language import _, counted, mark, number, percent
from bot.text.markdown import bold, cut
from index import Quality, Verdict

VERDICTS: dict[Verdict, str] = {
    "helpful": mark("helpful"),
    "wrong": mark("wrong"),
    "outdated": mark("outdated"),
}


def quality_card(quality: Quality, days: int) -> Card:
    """What was asked in a server, how much of it was answered, and what people said about it."""
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
        " · ".join(f"{_(name)} {number(quality.feedback.get(each, 0))}" for each, name in VERDICTS.items()),
    ]
    if quality.missed:
        lines.append("\n" + bold(_("Most missed")))
        lines += [f"- {cut(each.question, MAX_HEADLINE)} ({number(each.times)} ×)" for each in quality.missed]
    return Card(title, "\n".join(lines))
