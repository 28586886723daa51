"""Calls in processes with limits: what comes back, what a breach costs, and when the processes end."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.errors import BudgetError, RecordError
from index.runtime.confined import Confined
from index.sources.jsonl import to_article
from tests.fakes import until

ENDLESS = ("(a*)*b", "a" * 60)


@pytest.fixture
def own() -> Iterator[Confined]:
    confined = Confined(seconds=1)
    confined.open()
    yield confined
    confined.end()


def test_results_and_errors_come_back(own: Confined) -> None:
    assert own.call(sorted, [2, 1], reverse=True) == [2, 1]
    assert own.call(os.getpid) != os.getpid()
    with pytest.raises(RecordError, match="url is missing"):
        own.call(to_article, {}, None)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="JSONDecodeError"):
        own.call(json.loads, "{")


def test_what_never_ends_costs_its_process_only(own: Confined) -> None:
    """Meanwhile this thread goes on: with the same search in a thread it would stand still for over a second.

    Pauses of more than 100 ms come from other programs on a busy machine, so a few are let pass.
    """
    own.call(os.getpid)
    failed: list[BudgetError] = []

    def search() -> None:
        try:
            own.call(re.match, *ENDLESS)
        except BudgetError as error:
            failed.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    longest = sorted(pauses(thread.is_alive))[-4:]
    assert str(failed[0]) == "takes more than 1 seconds of computing to read"
    assert longest[0] < 0.1, f"the longest pauses were {longest} s"
    assert longest[-1] < 0.8, f"the longest pauses were {longest} s"
    assert own.call(len, "next") == 4


def pauses(goes_on: Callable[[], bool]) -> list[float]:
    """Return the seconds between the looks at the clock of a thread that looks every millisecond."""
    found, last = [0.0] * 4, time.monotonic()
    while goes_on():
        time.sleep(0.001)
        now = time.monotonic()
        found.append(now - last)
        last = now
    return found


def test_memory_is_limited(own: Confined) -> None:
    with pytest.raises(BudgetError, match="needs more than 1 GiB of memory to read"):
        own.call(bytes, 2**31)
    assert own.call(len, "next") == 4


def test_a_process_that_breaks_is_replaced(own: Confined) -> None:
    with pytest.raises(BudgetError, match="breaks the program that reads it"):
        own.call(os.abort)
    assert own.call(len, "next") == 4


def test_processes_are_kept_until_the_last_user_closes(own: Confined) -> None:
    own.open()
    first = own.call(os.getpid)
    own.close()
    assert own.call(os.getpid) == first
    own.close()
    assert not runs(first)


def test_closing_ends_a_call(own: Confined) -> None:
    own.call(os.getpid)
    threading.Timer(0.2, own.close).start()
    with pytest.raises(BudgetError, match="while the program ends"):
        own.call(time.sleep, 60)


def test_a_process_ends_with_the_program_even_if_that_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from index.runtime.confined import confined\n"
        "confined.open()\n"
        "print(confined.call(os.getpid), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    process = int(ended.stdout)
    deadline = time.monotonic() + 10
    while runs(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(process)


def runs(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_only_values_come_back(own: Confined) -> None:
    with pytest.raises(BudgetError, match="breaks the program that reads it"):
        own.call(copy.copy, os.system)
    assert own.call(len, "next") == 4


def test_the_processes_know_no_secrets(own: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    assert own.call(os.getenv, "DISCORD_TOKEN") is None


def test_a_process_without_work_is_ended_and_the_next_call_starts_another() -> None:
    confined = Confined(idle_seconds=0.2)
    confined.open()
    first = confined.call(os.getpid)
    assert confined.call(os.getpid) == first
    until(lambda: not Path(f"/proc/{first}").exists())
    assert confined.call(os.getpid) != first
    confined.end()
