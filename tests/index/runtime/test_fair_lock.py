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
        for each in done:
            each.result(timeout=30)
    assert served == sorted(served)
    assert len(served) == len(sizes)


def test_an_error_gives_the_turn_back() -> None:
    turns = FairLock()
    with pytest.raises(ValueError, match="broken"), turns.turn(1):
        raise ValueError("broken")
    with turns.turn(1):
        assert len(turns) == 0
