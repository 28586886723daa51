"""Leases: of several processes one has what it took, until it frees it, dies, or is not heard of any more."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import insert, select, update

from index.errors import StoreError
from index.storage import leases, schema
from index.storage.database import Database
from index.storage.leases import HELD_SECONDS, Leases
from tests.fakes import Clock, until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def processes(database: Database, clock: Clock) -> Iterator[list[Leases]]:
    """Four, as far as their leases are concerned."""
    processes = [Leases(database, clock) for _ in range(4)]
    yield processes
    for process in processes:
        process.close()


def test_what_is_taken_is_nobody_elses_until_it_is_free(processes: list[Leases]) -> None:
    mine, other, *_ = processes
    holder = mine.take(["a", "b"])
    assert holder
    assert other.take(["b", "c"]) is None
    assert mine.take(["a"]) is None  # another thread of the same process is somebody else, too
    assert other.take(["c"])
    mine.free(holder)
    assert other.take(["a", "b"])


def wait_until_renewed(database: Database, clock: Clock, name: str) -> None:
    """Wait until a lease runs for as long from now as one that has just been taken."""
    query = select(schema.leases.c.until).where(schema.leases.c.name == name)
    until(lambda: database.scalar(query) == clock.now + timedelta(seconds=HELD_SECONDS), 30)


def test_it_runs_out_unless_it_is_renewed(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 3600.0)
    dead, other = Leases(database, clock), Leases(database, clock)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    alive = Leases(database, clock)
    assert dead.take(["left"])
    holder = alive.take(["kept"])
    assert holder
    clock.advance(seconds=HELD_SECONDS - 1)
    wait_until_renewed(database, clock, "kept")
    clock.advance(seconds=2)
    assert other.take(["left"])
    assert other.take(["kept"]) is None
    with monkeypatch.context() as patch:  # what cannot be freed now is not renewed either
        patch.setattr(database, "claiming", away)
        alive.free(holder)
    # A renewal that had begun before may still be on its way. One of what is taken now comes after it.
    assert alive.take(["later"])
    clock.advance(seconds=1)
    wait_until_renewed(database, clock, "later")
    clock.advance(seconds=HELD_SECONDS)
    assert other.take(["kept"])
    for process in (dead, alive, other):
        process.close()


def away() -> NoReturn:
    raise StoreError("The database is away: start its server.")


def test_it_is_renewed_for_as_long_as_it_is_held(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    mine, other = Leases(database, clock), Leases(database, clock)
    with mine.holding(["it"]) as held:
        assert held
        clock.advance(seconds=HELD_SECONDS - 1)
        wait_until_renewed(database, clock, "it")
        with other.holding(["it"]) as too:
            assert not too
    assert other.take(["it"])
    for process in (mine, other):
        process.close()


def test_of_many_that_take_at_once_one_has_it(processes: list[Leases]) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda number: processes[number % 4].take(["it", str(number)]), range(16)))
    assert sum(holder is not None for holder in taken) == 1


HOLD = """
import sys
from index.storage.database import Database
from index.storage.leases import Leases
from tests.fakes import Clock
assert Leases(Database.open(sys.argv[1]), Clock()).take(["it"])
print("taken", flush=True)
sys.stdin.readline()
"""


def test_a_process_of_this_machine_that_was_killed_keeps_nothing(database_url: str, clock: Clock) -> None:
    command = [sys.executable, "-c", HOLD, database_url]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "taken\n"
        database = Database.open(database_url)
        mine = Leases(database, clock)
        assert mine.take(["it"]) is None
        child.send_signal(signal.SIGKILL)
        child.wait(60)
    assert mine.take(["it"])
    mine.close()
    database.close()


@pytest.mark.parametrize("process", ["another-machine 1 abc", " 1 abc"])
def test_a_process_of_another_machine_is_not_taken_for_dead(
    database: Database, clock: Clock, process: str
) -> None:
    row = {
        "name": "it",
        "holder": "x",
        "process": process,
        "until": clock.now + timedelta(seconds=HELD_SECONDS),
    }
    with database.writing() as connection:
        connection.execute(insert(schema.leases), [row])
    mine = Leases(database, clock)
    assert mine.take(["it"]) is None
    clock.advance(seconds=HELD_SECONDS + 1)
    assert mine.take(["it"])
    mine.close()


def test_a_lease_from_before_the_clock_was_set_back_ends_unless_it_is_renewed(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would have lasted for 400 days and 15 seconds."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", 3600.0)
    left, kept, other = (Leases(database, clock) for _ in range(3))
    assert left.take(["left"])
    holder = kept.take(["kept"])
    clock.advance(days=-400)
    monkeypatch.setattr(leases, "HELD_SECONDS", 0.1)
    assert other.take(["left"]) is None  # whoever holds it may be about to renew it
    assert other.take(["kept"]) is None
    database_row = select(schema.leases.c.until).where(schema.leases.c.name == "kept")
    with database.writing() as connection:  # as the renewal does
        renewed = clock.now + timedelta(seconds=0.1)
        connection.execute(
            update(schema.leases).where(schema.leases.c.holder == holder).values(until=renewed)
        )
    assert database.scalar(database_row) == renewed
    until(lambda: other.take(["left"]), 5)
    assert other.take(["kept"]) is None
    for process in (left, kept, other):
        process.close()
