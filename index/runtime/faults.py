"""What is wrong with the parts of a library just now: each part tells of itself, `NewsIndex.status` of all.

A part that fails reports why, and reports itself mended as soon as it works again. What is left to do is
tried again and again by the part's own loop: nobody has to restart anything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from index.clock import utc_now
from index.errors import NewsError, SearchError, StoreError
from index.types.status import DATABASE, SEARCH, Fault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """A part at work, since when (`began` in monotonic seconds), for at most `limit` seconds."""

    part: str
    since: datetime
    began: float
    limit: float


class Faults:
    """The faults of one process, at most one for each part. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, Fault] = {}
        self._at_work: set[_Work] = set()

    def report(self, part: str, why: str | BaseException) -> None:
        """Note what is wrong with a part, as one sentence; of an error that is its own where it has one."""
        # Whatever fails because the database or the search is away, it is that which is at fault.
        part = DATABASE if isinstance(why, StoreError) else SEARCH if isinstance(why, SearchError) else part
        told = why if isinstance(why, str) else _sentence(part, why)
        with self._lock:
            known = self._found.get(part)
            self._found[part] = Fault(part, told, known.since if known else self._clock())
        if known is None or known.why != told:
            logger.warning("part.degraded part=%r why=%r", part, told)

    def mended(self, part: str) -> None:
        """Note that a part works, for the first time or again."""
        if part not in self._found:  # nearly always, and then without waiting for anybody
            return
        with self._lock:
            fault = self._found.pop(part, None)
        if fault:
            logger.info("part.mended part=%r since=%s", part, fault.since.isoformat(timespec="seconds"))

    @contextmanager
    def watching(self, part: str, limit: float) -> Iterator[None]:
        """Let a part do something: report what it raises, or that it takes more than `limit` seconds."""
        work = _Work(part, self._clock(), time.monotonic(), limit)
        with self._lock:
            self._at_work.add(work)
        try:
            yield
        except Exception as error:  # who is told to stop has not failed
            self.report(part, error)
            raise
        else:
            self.mended(part)
        finally:
            with self._lock:
                self._at_work.discard(work)

    def all(self) -> tuple[Fault, ...]:
        """Return what is wrong now, the longest first, and which parts do not come to an end."""
        now = time.monotonic()
        with self._lock:
            found = sorted(self._found.values(), key=lambda fault: fault.since)
            late = {each.part: each for each in self._at_work if now - each.began > each.limit}
        hanging = (
            Fault(
                each.part,
                f"The {each.part} has not come to an end for {now - each.began:,.0f} seconds.",
                each.since,
            )
            for each in late.values()
        )
        return (*found, *(each for each in hanging if all(each.part != fault.part for fault in found)))


def _sentence(part: str, error: BaseException) -> str:
    if isinstance(error, NewsError):
        return str(error)
    lines = str(error).strip().splitlines()
    reason = ": ".join([type(error).__name__, *lines[:1]])[:200].rstrip(".")
    return f"The {part} failed ({reason}): it is tried again."
