"""FairLock: one at a time, and whoever has the least to do first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.runtime.fair_lock import FairLock
from tests.fakes import until


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_smallest_goes_first_and_among_equals_whoever_asked_first(sizes: list[int]) -> None:
    turns, served, inside = FairLock(), [], threading.Semaphore(1)

    def work(number: int, size: int) -> None:
        with turns.turn(size):
            assert inside.acquire(blocking=False)
            served.append((size, number))
            inside.release()

    with ThreadPoolExecutor(len(sizes)) as pool:
        with turns.turn(0):
            done = []
            for number, size in enumerate(sizes):
                done.append(pool.submit(work, number, size))
                until(lambda number=number: len(turns) == number + 1)  # type: ignore[misc]
            assert served == []
        for future in done:
            future.result(timeout=30)
    assert served == sorted(served)
    assert len(served) == len(sizes)


def test_an_error_gives_the_turn_back() -> None:
    turns = FairLock()
    with pytest.raises(ValueError, match="broken"), turns.turn(1):
        raise ValueError("broken")
    with turns.turn(1):
        assert len(turns) == 0


def test_whose_work_others_have_done_leaves_without_the_lock() -> None:
    turns, done = FairLock(), threading.Event()

    def work() -> bool:
        with turns.turn(1, done.is_set) as held:
            return held

    with ThreadPoolExecutor(2) as pool, turns.turn(0):
        waiting = [pool.submit(work) for _ in range(2)]
        until(lambda: len(turns) == 2)
        done.set()
        with turns._changed:  # as the end of any turn does
            turns._changed.notify_all()
        assert [left.result(20) for left in waiting] == [False, False]
    with turns.turn(1) as held:
        assert held
