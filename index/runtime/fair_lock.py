"""One at a time, and whoever has the least to do goes first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count


class FairLock:
    """A lock that is handed to the smallest of those who wait; among equals in the order of asking.

    Whoever has much to do gives it back now and then, so that nobody waits for all of it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._numbers = count()
        self._waiting: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, size: int) -> Iterator[None]:
        """Wait until nobody else has the turn, nor waits for it with less than `size` to do."""
        with self._changed:
            mine = (size, next(self._numbers))
            self._waiting.append(mine)
            try:
                self._changed.wait_for(lambda: not self._taken and min(self._waiting) == mine)
                self._taken = True
            finally:  # also where the wait was interrupted
                self._waiting.remove(mine)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
