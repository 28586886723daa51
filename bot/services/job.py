"""A long job that runs in a thread, while the event loop shows its progress and may stop it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from index import Progress

# A rate that is measured over less time is not shown.
LEAST_SECONDS = 1.0


class Stopped(BaseException):
    """Raised by `Job.listen` inside the job, to end it after what is stored.

    It is not an Exception, because the library catches those to go on after a broken source.
    """


@dataclass(slots=True)
class Job:
    """A job that reads `what` ("" for all known sources), and that `person` started.

    The job's thread calls `listen`; everything else is used by the event loop. Setting `why_stopped` stops
    the job at its next call of `listen`; it is the end of a sentence such as "Stopped by …" or "Stopped
    because …". `ended` is set once the outcome has been reported.
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
        """Take the progress of the job. Raises Stopped where the job is to stop."""
        if self._first is None or self._first.what != progress.what:
            self._first, self._first_at = progress, self.clock()
        self.progress = progress
        if self.why_stopped:  # what this progress counts has been stored
            raise Stopped

    def rate(self) -> float | None:
        """Return how many units a second were done since the first of their kind; None while unknown."""
        if not (self.progress and self._first and self._first_at):
            return None
        seconds = (self.clock() - self._first_at).total_seconds()
        done = self.progress.done - self._first.done
        return done / seconds if seconds >= LEAST_SECONDS and done > 0 else None

    def seconds_left(self) -> float | None:
        """Return how many seconds the remaining units will take; None while unknown."""
        rate = self.rate()
        if rate is None or self.progress is None or not self.progress.total:
            return None
        return max(self.progress.total - self.progress.done, 0) / rate
