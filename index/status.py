"""How the library is doing: counts, sources, faults and one word for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from index.types.source import Source
from index.types.status import State


class _Stock(NamedTuple):
    """What the database says of itself; before it has said anything, nothing."""

    articles: int = 0
    passages: int = 0
    newest: datetime | None = None
    sources: int = 0
    subscribed: Sequence[Source] = ()
    stale: bool = False


def _judged(stock: _Stock, *, degraded: bool) -> tuple[State, str | None]:
    """Return the state of a library, and what to do about it, if anything."""
    if stock.stale:
        return "stale", "The model or splitter has changed: run 'newsbot reindex'."
    if degraded:
        return "degraded", None
    if not stock.articles:
        return "empty", "There are no articles yet: add some with 'newsbot ingest PATH'."
    return "ready", None
