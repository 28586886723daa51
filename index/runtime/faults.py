"""Collects the faults that the parts of a library have now; `NewsIndex.status` shows them.

A part that fails reports why, and reports that it is mended as soon as it works again. The part's own loop
tries the failed work again, so no person has to restart anything.
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
    """A part that is doing something since `since`, which should take at most `limit` seconds.

    `began` is the same moment in seconds of the monotonic clock.
    """

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
        """Note what is wrong with a part, as one sentence or as the error that it raised.

        Where the error says that the database or the search engine is unreachable, that part has the fault.
        """
        part = DATABASE if isinstance(why, StoreError) else SEARCH if isinstance(why, SearchError) else part
        sentence = why if isinstance(why, str) else _sentence(part, why)
        with self._lock:
            known = self._found.get(part)
            self._found[part] = Fault(part, sentence, known.since if known else self._clock())
        if known is None or known.why != sentence:
            logger.warning("part.degraded part=%r why=%r", part, sentence)

    def mended(self, part: str) -> None:
        """Note that a part works, for the first time or again."""
        if part not in self._found:  # nearly always so, and checked without waiting for the lock
            return
        with self._lock:
            fault = self._found.pop(part, None)
        if fault:
            logger.info("part.mended part=%r since=%s", part, fault.since.isoformat(timespec="seconds"))

    @contextmanager
    def watching(self, part: str, limit: float) -> Iterator[None]:
        """Watch a block in which a part works: report an Exception that it raises, and raise it again.

        While the block runs for more than `limit` seconds, `all` names the part as hanging. When the block
        ends well, the part is noted as mended.
        """
        work = _Work(part, self._clock(), time.monotonic(), limit)
        with self._lock:
            self._at_work.add(work)
        try:
            yield
        except Exception as error:  # not BaseException: being asked to stop is no fault
            self.report(part, error)
            raise
        else:
            self.mended(part)
        finally:
            with self._lock:
                self._at_work.discard(work)

    def all(self) -> tuple[Fault, ...]:
        """Return the reported faults, the oldest first, then one for each part that exceeds its limit."""
        now = time.monotonic()
        with self._lock:
            found = sorted(self._found.values(), key=lambda fault: fault.since)
            late = {work.part: work for work in self._at_work if now - work.began > work.limit}
        hanging = (
            Fault(
                work.part,
                f"The {work.part} has not come to an end for {now - work.began:,.0f} seconds.",
                work.since,
            )
            for work in late.values()
        )
        return (*found, *(hung for hung in hanging if all(hung.part != fault.part for fault in found)))


def _sentence(part: str, error: BaseException) -> str:
    if isinstance(error, NewsError):
        return str(error)
    lines = str(error).strip().splitlines()
    reason = ": ".join([type(error).__name__, *lines[:1]])[:200].rstrip(".")
    return f"The {part} failed ({reason}): it is tried again."
