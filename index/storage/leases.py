"""Leases: names that only one of several processes can hold at a time, for work that only one should do.

A process renews its leases for as long as it lives. The leases of a process that was killed end after
`HELD_SECONDS` at most; processes on the same machine see at once that it has ended.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from index.errors import StoreError
from index.runtime.heartbeat import Heartbeat
from index.storage import schema
from index.storage.database import Database

logger = logging.getLogger(__name__)

# A lease ends so long after its last renewal. Long enough that a busy machine renews in time, and short
# enough to wait for when a process was killed.
HELD_SECONDS = 15.0
RENEW_SECONDS = 5.0
# Leases of which a process remembers that they end too late.
MOST_REMEMBERED = 1000

_table = schema.leases.c


class Leases:
    """The leases of this process in one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._process = f"{_machine()} {os.getpid()} {uuid.uuid4().hex}"
        self._held: set[str] = set()
        # Leases that end too late, and when each was first seen, in seconds of the monotonic clock.
        self._too_long: dict[tuple[str, datetime], float] = {}
        self._changing = threading.Lock()
        self._heartbeat = Heartbeat(self._renew, RENEW_SECONDS)

    def take(self, names: Iterable[str]) -> str | None:
        """Take a lease on all names, and return the id to `free` them by.

        Takes none and returns None where any of the names is held, by this process or another. Raises
        StoreError.
        """
        wanted, holder = set(names), uuid.uuid4().hex
        if self._taken(wanted):
            return None  # checked first without a transaction that would wait for other writers
        if not wanted:
            return holder
        with self._database.writing() as connection:
            if self._taken(wanted):
                return None
            row = {"holder": holder, "process": self._process, "until": self._until()}
            connection.execute(delete(schema.leases).where(_table.name.in_(wanted)))
            connection.execute(insert(schema.leases), [{"name": name, **row} for name in wanted])
        self._keep(holder)
        return holder

    @contextmanager
    def holding(self, names: Sequence[str]) -> Iterator[bool]:
        """Hold leases on all names until the block ends; give False, and hold none, where one is taken."""
        holder = self.take(names)
        try:
            yield holder is not None
        finally:
            if holder is not None:
                self.free(holder)

    def free(self, holder: str) -> None:
        """End the leases of a `take`. Where the database cannot be reached, they end `HELD_SECONDS` later."""
        with self._changing:
            self._held.discard(holder)
        try:
            with self._database.claiming() as connection:
                connection.execute(delete(schema.leases).where(_table.holder == holder))
        except StoreError as error:
            logger.warning("lease kept seconds=%s why=%s", HELD_SECONDS, error)

    def holds(self, holder: str, names: Sequence[str]) -> bool:
        """Return whether all names of a `take` are still held. Raises StoreError.

        Another process may hold them when this one has not renewed them in time, for example because its
        machine was suspended.
        """
        held = self._database.select_in(
            select(_table.name).where(_table.holder == holder), _table.name, names
        )
        return len(held) == len(names)

    def close(self) -> None:
        """End all leases of this process."""
        self._heartbeat.end()
        for holder in list(self._held):
            self.free(holder)

    def _taken(self, names: Iterable[str]) -> bool:
        now = self._clock()
        query = select(_table.name, _table.process, _table.until).where(_table.until > now)
        rows = self._database.select_in(query, _table.name, names)
        return any(not _is_gone(row.process) and not self._is_left(row.name, row.until, now) for row in rows)

    def _is_left(self, name: str, until: datetime, now: datetime) -> bool:
        """Return whether nobody renews a lease that ends later than leases do.

        It was given before the clock was set back. The process that holds it, if it lives, renews it soon.
        """
        if until <= now + 2 * timedelta(seconds=HELD_SECONDS):
            return False
        if len(self._too_long) > MOST_REMEMBERED:
            self._too_long.clear()
        first_seen = self._too_long.setdefault((name, until), time.monotonic())
        return time.monotonic() - first_seen > HELD_SECONDS

    def _until(self) -> datetime:
        return self._clock() + timedelta(seconds=HELD_SECONDS)

    def _keep(self, holder: str) -> None:
        with self._changing:
            self._held.add(holder)
        self._heartbeat.begin()

    def _renew(self) -> None:
        if held := list(self._held):
            with self._database.claiming() as connection:
                mine = update(schema.leases).where(_table.holder.in_(held))
                connection.execute(mine.values(until=self._until()))


@cache
def _machine() -> str:
    """Return an id of this machine and its PID namespace; an empty text where there is none (not Linux).

    The process numbers of two processes can be compared only where this id is the same. The boot id changes
    at each start of the machine.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_gone(process: str) -> bool:
    """Return whether a process has ended; False also where it runs on another machine, which hides that."""
    machine, number, _ = process.rsplit(" ", 2)
    if not machine or machine != _machine():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # the process is alive, and another user's
        return False
    return False
