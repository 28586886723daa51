"""Tells whether a question asks for current news, and whether its quotes are current. Pure; English."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_CURRENT = re.compile(
    r"\b(?:latest|newest|most recent|recently?|breaking|current(?:ly)?|now|today|tonight|at the moment"
    r"|these days|so far|this (?:morning|afternoon|evening|week))\b",
    re.IGNORECASE,
)
# Quotes older than this are not current. News of the day before yesterday may still be the latest on a
# subject, news of a week ago rarely is.
FRESH = timedelta(days=3)


def asks_for_current(question: str) -> bool:
    """Tell whether a question asks for current news, with words such as "latest", "today" or "now"."""
    return _CURRENT.search(question) is not None


def stale_since(question: str, published: list[datetime], as_of: datetime) -> datetime | None:
    """Return when the newest quote was published, where current news was asked for and that quote is old.

    `published` are the times of the quotes, `as_of` is the moment of asking. Without quotes, or where the
    newest is at most `FRESH` old, the result is None.
    """
    newest = max(published, default=None)
    if newest is None or as_of - newest <= FRESH or not asks_for_current(question):
        return None
    return newest
