"""The card of `/privacy about`: what is kept, and for how long."""

from __future__ import annotations

from bot.cards.base import Card
from bot.text.language import _, counted
from index import Lifetimes


def lifetimes_card(kept: Lifetimes) -> Card:
    """Return what is kept about people and servers, and after how many days each is deleted."""
    lines = [
        _("Questions with their answers, and what people said about them: {days}.").format(
            days=_days(kept.questions)
        ),
        _("The words of private questions: one day. Then it is only counted that something was asked."),
        _("What you follow, and digests: until you stop them."),
        _("When you were last here, for `/missed`: {days}.").format(days=_days(kept.questions)),
        _("Which reports a follow was sent: {days}.").format(days=_days(kept.questions)),
        _("Who set or started what on a server: {days}.").format(days=_days(kept.trail)),
        _("Everything of a server that removed the bot: {days} more.").format(days=_days(kept.left)),
        _("That somebody used `/privacy delete`, without their name: {days}.").format(
            days=_days(kept.deletions)
        ),
    ]
    ways = _("`/privacy export` gives you what is kept about you, `/privacy delete` deletes it at once.")
    return Card(_("What is kept, and for how long"), "\n".join([*(f"- {line}" for line in lines), "", ways]))


def _days(number: int) -> str:
    return counted("{count} day", "{count} days", number)
