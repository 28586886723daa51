"""A lock that goes to the waiting thread with the least work, so that short jobs go before long ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count


class FairLock:
    """A lock for threads. When it is free, the waiting thread with the smallest size gets it.

    As many threads as there are `places` may hold it at once. Among equal sizes, the thread that asked first
    gets it. A thread with much work should release the lock after each part of it and take it again, so that
    threads with less work can go in between.
    """

    def __init__(self, places: int = 1) -> None:
        self.places = places
        self._changed = threading.Condition()
        self._taken = 0
        self._numbers = count()
        self._waiting: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Return how many threads wait for the lock."""
        return len(self._waiting)

    @contextmanager
    def turn(self, size: int, unless: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """Hold the lock for a block. Waits until it is free and no waiting thread has a smaller size.

        `size` is how much work the caller has, in any unit that all users of one lock share. Where `unless`
        is true before the turn comes, as another thread has done the work, the block gets False, and not the
        lock.
        """
        with self._changed:
            mine = (size, next(self._numbers))
            self._waiting.append(mine)
            try:
                self._changed.wait_for(lambda: unless() or self._is_next(mine))
                held = not unless()
                self._taken += held
            finally:  # also where the wait was interrupted, as by Ctrl+C
                self._waiting.remove(mine)
                self._changed.notify_all()
        try:
            yield held
        finally:
            with self._changed:
                self._taken -= held
                self._changed.notify_all()

    def _is_next(self, one: tuple[int, int]) -> bool:
        return self._taken < self.places and min(self._waiting) == one
