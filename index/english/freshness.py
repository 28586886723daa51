"""Whether a question asks for what is current, and whether what was found for it is. Pure; English."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_CURRENT = re.compile(
    r"\b(?:latest|newest|most recent|recently?|breaking|current(?:ly)?|now|today|tonight|at the moment"
    r"|these days|so far|this (?:morning|afternoon|evening|week))\b",
    re.IGNORECASE,
)
# News of the day before yesterday may still be the latest that there is; of the week before it rarely is.
FRESH = timedelta(days=3)


def asks_for_current(question: str) -> bool:
    """Tell whether a question wants what is so at the moment of asking: "today", "latest", "now"."""
    return _CURRENT.search(question) is not None


def stale_since(question: str, published: list[datetime], as_of: datetime) -> datetime | None:
    """Return when the newest report was published, where a current one was asked for and it is old."""
    newest = max(published, default=None)
    if newest is None or as_of - newest <= FRESH or not asks_for_current(question):
        return None
    return newest
