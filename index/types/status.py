"""The state of a library: counts, faults, and the findings of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from index.types.source import Source

Severity = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of the doctor found, and in `remedy` what to do about it; None where that is nothing."""

    check: str
    severity: Severity
    finding: str
    remedy: str | None = None


# The names of the two parts of a library without which no question can be answered. The database holds the
# articles that are quoted.
DATABASE = "database"

# The search engine on another machine, where one is set.
SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a library that does not work as it should, why (one sentence), and since when."""

    part: str
    why: str
    since: datetime


State = Literal["ready", "degraded", "empty", "stale"]


@dataclass(frozen=True, slots=True)
class Status:
    """How a library is.

    `state` is "ready", "degraded" (a part has a fault, see `faults`; questions are answered as far as that
    allows), "empty" (no articles yet) or "stale" (a reindex is needed). While the database cannot be reached,
    the figures are the last ones that were read.

    `caveat` is a sentence on what makes the answers less sure than they could be. `sources` counts the
    outlets whose articles are stored. `addresses` counts the feeds and pages that are read regularly, and
    `failing` are those of them that could not be read. `disk_bytes` and `memory_bytes` are what the search
    index takes, where that is known. `remedy` says what to do about the state, where anything is to be done.
    """

    articles: int
    passages: int
    newest: datetime | None
    sources: int
    index: str
    state: State
    model: str
    database: str
    remedy: str | None = None
    caveat: str | None = None
    addresses: int = 0
    failing: tuple[Source, ...] = ()
    disk_bytes: int | None = None
    memory_bytes: int | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def can_answer(self) -> bool:
        """Whether questions are answered at all, even if less well than without faults."""
        unreachable = any(fault.part in (DATABASE, SEARCH) for fault in self.faults)
        return self.state == "ready" or (self.state == "degraded" and not unreachable)
