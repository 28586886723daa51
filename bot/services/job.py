"""A long job that one thread does and others look at: how far it is, how quick, and whether it is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from index import Progress

# A rate measured over less says little.
LEAST_SECONDS = 1.0


class Stopped(BaseException):
    """Raised inside a job, through its progress listener, to end it at a safe point.

    Not an Exception, so that nothing that carries on after one broken source takes it for such a thing.
    """


@dataclass(slots=True)
class Job:
    """`what` is read, "" for everything that is known; `person` started it.

    `listen` is called by the job's own thread, everything else by the event loop. `why_stopped` ends a
    sentence: "by somebody", "because …"; the job ends when it next tells how far it is. `ended` is set when
    its outcome has been reported as well.
    """

    what: str
    person: int
    clock: Callable[[], datetime]
    started_at: datetime
    progress: Progress | None = None
    why_stopped: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _first: Progress | None = None
    _first_at: datetime | None = None

    def listen(self, progress: Progress) -> None:
        if self._first is None or self._first.what != progress.what:
            self._first, self._first_at = progress, self.clock()
        self.progress = progress
        if self.why_stopped:  # what was told of is done, and counts
            raise Stopped

    def rate(self) -> float | None:
        """Return how many units a second were done since the first of their kind; None while unknown."""
        if not (self.progress and self._first and self._first_at):
            return None
        seconds = (self.clock() - self._first_at).total_seconds()
        done = self.progress.done - self._first.done
        return done / seconds if seconds >= LEAST_SECONDS and done > 0 else None

    def seconds_left(self) -> float | None:
        """Return how long the units that are still to be done will take; None while unknown."""
        rate = self.rate()
        if rate is None or self.progress is None or not self.progress.total:
            return None
        return max(self.progress.total - self.progress.done, 0) / rate
