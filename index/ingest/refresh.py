"""Reads sources (feeds and pages) regularly, in a few threads, so that a slow source does not delay others.

`index.ingest.schedule` decides when a source is due, and `index.storage.sources` stores it. An error of one
source becomes a sentence in that source's state.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import random

from index.clock import utc_now
from index.errors import NewsError, QuotaError, StoreError
from index.fetch import FetchError
from index.ingest.quota import QuotaKeeper
from index.ingest.schedule import Limits, Trouble, Validators, after_failure, after_success, longest_wait
from index.runtime.deadline import Deadline
from index.runtime.faults import Faults
from index.runtime.heartbeat import Heartbeat
from index.sources.address import Reading
from index.storage.sources import SourceStore
from index.types.report import Failure, IngestReport, OnProgress, ignore_progress
from index.types.source import Refreshed, Source

logger = logging.getLogger(__name__)

# A reading spends most of its time waiting for a server. Every second thread reads only sources that could be
# read the last time, and that in less than SLOW_SECONDS. So sources that hang or are slow, and a long list
# that is read for the first time, take at most half of the threads.
THREADS = 12
SLOW_SECONDS = 20.0
# How often a thread looks for a source that is due, at most: a small part of the shortest interval.
TICK_SECONDS = 1.0
# A lease on a source ends so long after its last renewal: then other processes may read the source of a
# process that was killed. A process that lives renews its leases every RENEW_SECONDS.
LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
# How long a thread waits after it could not even read the list of sources.
RETRY_SECONDS = 5.0
# Sources that `lease_all` takes at once: more than any library has.
MAX_SOURCES = 10_000
# How long `stop` waits for readings that are running.
STOP_SECONDS = 3.0


Read = Callable[[Source, bool], Reading]
Ingest = Callable[[Reading, int, OnProgress], IngestReport]


class Refresh:
    """Reads sources when they are due.

    `read` fetches a source; if its second argument is True, as if nothing of it were stored. `ingest` stores
    the articles of a reading, which an origin (its number) brought. Both are called from several threads at
    once. `quota` says how much may be read for guilds. `chance` returns a random number in [0, 1).
    """

    def __init__(
        self,
        book: SourceStore,
        read: Read,
        ingest: Ingest,
        limits: Limits,
        quota: QuotaKeeper,
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
        self._quota = quota
        self._clock = clock
        self._chance = chance
        self._faults = faults or Faults()
        self._owner = uuid.uuid4().hex
        self._left: list[Source] = []
        self._looked_at: datetime | None = None  # when a source was looked for the last time
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
        self,
        source: Source,
        *,
        anew: bool = False,
        payer: str | None = None,
        on_progress: OnProgress = ignore_progress,
    ) -> Refreshed:
        """Read a source that was leased, store its articles, and save its new state. Raises StoreError.

        `payer` is the guild that has asked for this, where one has: then its quota alone counts.
        `on_progress` can stop the reading by raising a BaseException that is no Exception: stored articles
        stay, and the lease ends.
        """
        try:
            return self._one(source, anew, payer, on_progress)
        except StoreError:  # the database failed, not the source: `_renew` ends its lease later
            self._left.append(source)
            raise

    def _one(self, source: Source, anew: bool, payer: str | None, on_progress: OnProgress) -> Refreshed:
        logger.debug("refresh started url=%s", source.url)
        began = time.monotonic()
        try:
            self._quota.require_origin(source.origin, payer)
            reading = self._quota.admit(self._read(source, anew), source.origin, payer)
            took = time.monotonic() - began
            report = self._ingest(reading, source.origin, on_progress)
        except QuotaError as error:
            return self._postponed(source, error)
        except FetchError as error:
            trouble = Trouble(str(error), error.retry_after, error.gone)
            return self._failed(source, trouble)
        except StoreError:
            raise
        except NewsError as error:
            return self._failed(source, Trouble(str(error)))
        except Exception as error:  # caught broadly: an error of one source must not stop the others
            logger.exception("refresh broke url=%s", source.url)
            why = f"{source.url} could not be read ({type(error).__name__}): it is tried again later."
            return self._failed(source, Trouble(why))
        except BaseException:
            self._book.save(source, self._owner)
            raise
        return self._succeeded(source, reading, report, took)

    def _succeeded(self, source: Source, reading: Reading, report: IngestReport, took: float) -> Refreshed:
        fetched = reading.fetched
        after = self.planned(source, reading, report, took)
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

    def planned(self, source: Source, reading: Reading, report: IngestReport, took: float = 0.0) -> Source:
        """Return the source as it is after a reading of `took` seconds, with the time of the next one."""
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
            took,
        )

    def _postponed(self, source: Source, why: QuotaError) -> Refreshed:
        """Put a source off to the next day, because a quota is used up: no fault of the source.

        It stays planned as it was where another guild has it, whose quota is not used up.
        """
        after = source
        if not self._quota.may_read(source.origin):
            after = replace(source, next_fetch=self._quota.next_day(), notice=str(why))
        self._book.save(after, self._owner)
        logger.info("source postponed url=%s quota=%s", source.url, why.kind)
        return Refreshed(after, IngestReport(failed=(Failure(source.url, str(why)),)))

    def _failed(self, source: Source, trouble: Trouble) -> Refreshed:
        if self.stopping:  # this process is stopping, which made the reading fail: no fault of the source
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
        """Lease every source that is due."""
        return self._lease(MAX_SOURCES)

    def lease(self, url: str) -> Source | None:
        """Lease a source to read it now; return None while another process reads it, or if there is none."""
        self._heartbeat.begin()
        return self._book.lease_one(url, self._owner, self._clock(), LEASE_SECONDS)

    def _lease(self, limit: int, only_quick: bool = False) -> list[Source]:
        self._heartbeat.begin()
        now = self._clock()
        if self._looked_at is None or now < self._looked_at - timedelta(seconds=1):
            self._book.plan_again(now, longest_wait(self._limits))
        self._looked_at = now
        quicker_than = SLOW_SECONDS if only_quick else None
        return self._book.lease(self._owner, now, LEASE_SECONDS, limit, quicker_than)

    def _renew(self) -> None:
        for source in list(self._left):
            # Its server was asked just now, so it is due again after the shortest interval.
            again = self._clock() + timedelta(seconds=self._limits.shortest)
            self._book.save(replace(source, next_fetch=again), self._owner)
            self._left.remove(source)
        self._book.renew(self._owner, self._clock(), LEASE_SECONDS)

    # -- in the background -----------------------------------------------------------------------------

    def start(self) -> None:
        """Start reading what is due, until `stop`."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Start no new reading, wait at most `seconds` for those that run, and release all leases.

        Without a `start` before, it only stops renewing leases.
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
        """Release all leases, so that other processes can read the sources."""
        self._book.release(self._owner)

    def _work(self, only_quick: bool) -> None:
        pause = min(TICK_SECONDS, self._limits.shortest / 4)
        while not self.stopping:
            try:
                with self._faults.watching("reading of sources", LEASE_SECONDS):
                    busy = self._next(only_quick)
                if not busy:
                    self._stop.wait(pause)
            except BaseException as error:  # the loop goes on: the database may be unreachable for a while
                if not isinstance(error, NewsError):
                    logger.exception("refresh failed retry_seconds=%s", RETRY_SECONDS)
                self._stop.wait(RETRY_SECONDS)

    def _next(self, only_quick: bool) -> bool:
        """Read the source that is longest overdue; return whether there was one."""
        due = self._lease(1, only_quick)
        for source in due:
            self.one(source)
        return bool(due)
