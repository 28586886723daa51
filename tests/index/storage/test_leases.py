"""Leases: of several processes one has what it took, until it frees it, dies, or is not heard of any more."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.storage import leases as module
from index.storage.database import Database
from index.storage.leases import SECONDS, Leases
from tests.fakes import Clock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def processes(database: Database, clock: Clock) -> Iterator[list[Leases]]:
    """Four, as far as their leases are concerned."""
    processes = [Leases(database, clock) for _ in range(4)]
    yield processes
    for each in processes:
        each.close()


def test_what_is_taken_is_nobody_elses_until_it_is_free(processes: list[Leases]) -> None:
    mine, other, *_ = processes
    holder = mine.take(["a", "b"])
    assert holder
    assert other.take(["b", "c"]) is None
    assert mine.take(["a"]) is None  # another thread of the same process is somebody else, too
    assert other.take(["c"])
    mine.free(holder)
    assert other.take(["a", "b"])


def test_it_runs_out_unless_it_is_renewed(processes: list[Leases], clock: Clock) -> None:
    dead, alive, other, _ = processes
    assert dead.take(["left"])
    assert alive.take(["kept"])
    clock.advance(seconds=SECONDS - 1)
    alive._renew()
    clock.advance(seconds=2)
    assert other.take(["left"])
    assert other.take(["kept"]) is None
    alive._held.clear()  # as it would be after the block that held it
    clock.advance(seconds=SECONDS)
    assert other.take(["kept"])


def test_it_is_renewed_for_as_long_as_it_is_held(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = threading.Event()
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(Leases, "_renew", lambda self: renewed.set())
    mine, other = Leases(database, clock), Leases(database, clock)
    with mine.holding(["it"]) as held:
        assert held
        assert renewed.wait(30)
        with other.holding(["it"]) as too:
            assert not too
    assert other.take(["it"])
    for each in (mine, other):
        each.close()


def test_of_many_that_take_at_once_one_has_it(processes: list[Leases]) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda number: processes[number % 4].take(["it", str(number)]), range(16)))
    assert sum(each is not None for each in taken) == 1


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


def test_of_other_machines_nothing_is_known() -> None:
    assert not module._is_gone("another-machine 1 abc")
    assert not module._is_gone(" 1 abc")
