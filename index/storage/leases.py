"""Work that one of several processes does: whoever takes it holds it for a while, renewed while they live.

A process that is killed holds what it had for `SECONDS` at most; on the same machine others see at once that
it is gone.
"""

from __future__ import annotations

import logging
import os
import threading
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

# Long enough for a machine that is busy, short enough to wait for when a process was killed.
SECONDS = 15.0
RENEW_SECONDS = 5.0

_table = schema.leases.c


class Leases:
    """The leases of this process in one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._process = f"{_machine()} {os.getpid()} {uuid.uuid4().hex}"
        self._held: set[str] = set()
        self._changing = threading.Lock()
        self._heartbeat = Heartbeat(self._renew, RENEW_SECONDS)

    def take(self, names: Iterable[str]) -> str | None:
        """Take some names and return what to `free` them by; take none, where somebody holds one of them.

        Raises StoreError.
        """
        wanted, holder = set(names), uuid.uuid4().hex
        if self._taken(wanted):
            return None  # without waiting for whoever is writing
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
        """Hold some names until the block ends; give whether that is so: nobody else holds one of them."""
        holder = self.take(names)
        try:
            yield holder is not None
        finally:
            if holder is not None:
                self.free(holder)

    def free(self, holder: str) -> None:
        """Let others have what was taken; where the database is away, they have it a while later."""
        with self._changing:
            self._held.discard(holder)
        try:
            with self._database.claiming() as connection:
                connection.execute(delete(schema.leases).where(_table.holder == holder))
        except StoreError as error:
            logger.warning("lease kept seconds=%s why=%s", SECONDS, error)

    def holds(self, holder: str, names: Sequence[str]) -> bool:
        """Tell whether all that was taken is still held. Raises StoreError.

        Another may have it when this process did not renew it for long, as when its machine stood still.
        """
        held = self._database.select_in(
            select(_table.name).where(_table.holder == holder), _table.name, names
        )
        return len(held) == len(names)

    def close(self) -> None:
        """Let others have all that this process has taken."""
        self._heartbeat.end()
        for holder in list(self._held):
            self.free(holder)

    def _taken(self, names: Iterable[str]) -> bool:
        rows = self._database.select_in(
            select(_table.process).where(_table.until > self._clock()), _table.name, names
        )
        return any(not _is_gone(row.process) for row in rows)

    def _until(self) -> datetime:
        return self._clock() + timedelta(seconds=SECONDS)

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
    """Name the machine and what it sees of its processes, so that their numbers can be compared; Linux."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_gone(process: str) -> bool:
    """Tell whether a process of this machine has ended; False where that cannot be seen from here."""
    machine, number, _ = process.rsplit(" ", 2)
    if not machine or machine != _machine():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's
        return False
    return False
