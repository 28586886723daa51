"""Sources read again and again in a few threads: each when its time has come, and none waits for another.

`index.ingest.schedule` decides when a source is due, `index.storage.sources` remembers it. What goes wrong
with one source becomes a sentence in its state.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import random

from index.clock import utc_now
from index.errors import NewsError, StoreError
from index.fetch import FetchError
from index.ingest.schedule import Limits, Trouble, Validators, after_failure, after_success
from index.runtime.deadline import Deadline
from index.runtime.faults import Faults
from index.runtime.heartbeat import Heartbeat
from index.sources.address import Reading
from index.storage.sources import SourceStore
from index.types.report import Failure, IngestReport, OnProgress, ignore_progress
from index.types.source import Refreshed, Source

logger = logging.getLogger(__name__)

# Most of the time of a reading is spent waiting for its server. Every second thread is kept for the sources
# that could be read the last time: what hangs, and a long list that is read for the first time, takes up no
# more than the others.
THREADS = 12
# How often to look whose turn it is: a small part of the shortest interval, and never an idle loop.
TICK_SECONDS = 1.0
# After so long others read what a process that was killed has leased; one that lives renews its leases.
LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
# How long to leave it when not even the list of the sources can be read.
RETRY_SECONDS = 5.0
# More than anybody reads.
MAX_SOURCES = 10_000
# What a reading that is under way may still take when everything is to end.
STOP_SECONDS = 3.0


Read = Callable[[Source, bool], Reading]
Ingest = Callable[[Reading, OnProgress], IngestReport]


class Refresh:
    """Reads sources when they are due. `read` fetches one (anew, if its second argument
    is true: as if nothing of it were known), `ingest` stores what it brought.

    Both are called from several threads at once, and `read` may take its time.
    """

    def __init__(
        self,
        book: SourceStore,
        read: Read,
        ingest: Ingest,
        limits: Limits,
        *,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random,
        threads: int = THREADS,
        faults: Faults | None = None,
    ) -> None:
        self._book = book
        self._read = read
        self._ingest = ingest
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self._faults = faults or Faults()
        self._owner = uuid.uuid4().hex
        self._left: list[Source] = []
        self._heartbeat = Heartbeat(self._renew, RENEW_SECONDS)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._work, args=(number % 2 == 1,), name=f"refresh-{number}", daemon=True
            )
            for number in range(threads)
        ]

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def one(
        self, source: Source, *, anew: bool = False, on_progress: OnProgress = ignore_progress
    ) -> Refreshed:
        """Read a source that was leased, store its articles, and note how it went. Raises StoreError.

        What `on_progress` raises that is no Exception ends it: what was stored stays, the lease ends.
        """
        try:
            return self._one(source, anew, on_progress)
        except StoreError:  # no fault of the source: its lease ends, and it is read again, when that works
            self._left.append(source)
            raise

    def _one(self, source: Source, anew: bool, on_progress: OnProgress) -> Refreshed:
        logger.debug("refresh started url=%s", source.url)
        try:
            reading = self._read(source, anew)
            report = self._ingest(reading, on_progress)
        except FetchError as error:
            trouble = Trouble(str(error), error.retry_after, error.gone)
            return self._failed(source, trouble)
        except StoreError:
            raise
        except NewsError as error:
            return self._failed(source, Trouble(str(error)))
        except Exception as error:  # the edge: one source, whatever its content does to a reader
            logger.exception("refresh broke url=%s", source.url)
            why = f"{source.url} could not be read ({type(error).__name__}): it is tried again later."
            return self._failed(source, Trouble(why))
        except BaseException:
            self._book.save(source, self._owner)
            raise
        return self._succeeded(source, reading, report)

    def _succeeded(self, source: Source, reading: Reading, report: IngestReport) -> Refreshed:
        fetched = reading.fetched
        after = self.planned(source, reading, report)
        if fetched.moved_to:
            logger.info("source moved url=%s to=%s", source.url, fetched.moved_to)
        self._book.save(after, self._owner, fetched.moved_to)
        logger.info(
            "source read url=%s status=%d added=%d updated=%d failed=%d next=%s",
            source.url,
            fetched.status,
            report.added,
            report.updated,
            len(report.failed),
            after.next_fetch and after.next_fetch.isoformat(timespec="seconds"),
        )
        return Refreshed(after, report)

    def planned(self, source: Source, reading: Reading, report: IngestReport) -> Source:
        """Return the source as it is after a reading, with the time of its next."""
        fetched = reading.fetched
        return after_success(
            source,
            reading if fetched.status != 304 else None,
            Validators(fetched.etag, fetched.last_modified, fetched.max_age),
            [article.published_at for article in reading.articles if article.published_precision != "seen"],
            report.added + report.updated,
            self._clock(),
            self._limits,
            self._chance(),
        )

    def _failed(self, source: Source, trouble: Trouble) -> Refreshed:
        if self.stopping:  # it was cut short by us: no fault of the source
            return Refreshed(source, IngestReport())
        after = after_failure(source, trouble, self._clock(), self._limits, self._chance())
        self._book.save(after, self._owner)
        logger.warning(
            "source failed url=%s state=%s failures=%d why=%s",
            source.url,
            after.state,
            after.failures,
            trouble.why,
        )
        return Refreshed(after, IngestReport(failed=(Failure(source.url, trouble.why),)))

    def lease_all(self) -> list[Source]:
        """Take every source that is due."""
        return self._lease(MAX_SOURCES)

    def lease(self, url: str) -> Source | None:
        """Take a source for a reading out of turn; None while another reads it or it is not there."""
        self._heartbeat.begin()
        return self._book.lease_one(url, self._owner, self._clock(), LEASE_SECONDS)

    def _lease(self, limit: int, only_ok: bool = False) -> list[Source]:
        self._heartbeat.begin()
        return self._book.lease(self._owner, self._clock(), LEASE_SECONDS, limit, only_ok)

    def _renew(self) -> None:
        for source in list(self._left):
            # Its server has been asked just now.
            again = self._clock() + timedelta(seconds=self._limits.shortest)
            self._book.save(replace(source, next_fetch=again), self._owner)
            self._left.remove(source)
        self._book.renew(self._owner, self._clock(), LEASE_SECONDS)

    # -- in the background -----------------------------------------------------------------------------

    def start(self) -> None:
        """Read what is due from now on, until `stop`."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Begin nothing new, give what is under way `seconds`, and leave the rest to others at once.

        Without `start` only the renewing of leases ends.
        """
        self._heartbeat.end()
        if not any(thread.ident for thread in self._threads):
            return
        self._stop.set()
        deadline = Deadline(seconds)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(deadline.left())
        self.release()

    def release(self) -> None:
        """Leave what was leased and not read to others."""
        self._book.release(self._owner)

    def _work(self, only_ok: bool) -> None:
        pause = min(TICK_SECONDS, self._limits.shortest / 4)
        while not self.stopping:
            try:
                with self._faults.watching("reading of sources", LEASE_SECONDS):
                    busy = self._next(only_ok)
                if not busy:
                    self._stop.wait(pause)
            except BaseException as error:  # the database may be away for a while: the loop outlives that
                if not isinstance(error, NewsError):
                    logger.exception("refresh failed retry_seconds=%s", RETRY_SECONDS)
                self._stop.wait(RETRY_SECONDS)

    def _next(self, only_ok: bool) -> bool:
        """Read the source that is longest overdue; tell whether there was one."""
        due = self._lease(1, only_ok)
        for source in due:
            self.one(source)
        return bool(due)
