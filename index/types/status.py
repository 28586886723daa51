"""The state of the library: counts, faults, and what the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from index.types.source import Source

Severity = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of the doctor found, and what to do about it; `remedy` is None where that is nothing."""

    check: str
    severity: Severity
    finding: str
    remedy: str | None = None


# The part without which nothing can be answered: what is quoted stands in it.
DATABASE = "database"

# And the search engine on another machine, where one is set: nothing is found without it.
SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that does not work as it should, why (one sentence), and since when."""

    part: str
    why: str
    since: datetime


State = Literal["ready", "degraded", "empty", "stale"]


@dataclass(frozen=True, slots=True)
class Status:
    """How the library is. `state` is "ready", "degraded" (answers go on from what is there, see `faults`),
    "empty" (no articles yet) or "stale" (reindex needed). While the database is away, the figures are the
    last ones that are known.

    `caveat` says what makes the answers less sure than they could be. `sources` counts the outlets that are
    stored, `addresses` what is read again and again; `failing` are those of them that could not be read.
    `disk_bytes` and `memory_bytes` are what the search index takes up, in this process, where that is known.
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
        """Whether questions can be answered at all, as well as ever or not."""
        away = any(fault.part in (DATABASE, SEARCH) for fault in self.faults)
        return self.state == "ready" or (self.state == "degraded" and not away)
