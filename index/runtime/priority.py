"""Whoever waits for an answer goes first: what can wait gives way."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# What gives way goes on after this, so that it ends some time even where somebody always waits.
LONGEST_SECONDS = 0.5
# Where somebody has been answered just now, others may ask.
LATELY_SECONDS = 10.0


class AnswerPriority:
    """Lets work in the background pause while somebody is being answered. For many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answering = 0
        self._answered_at = -math.inf

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Tell that somebody waits for an answer meanwhile."""
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._answered_at = time.monotonic()
                self._changed.notify_all()

    def give_way(self) -> bool:
        """Wait while somebody is being answered, `LONGEST_SECONDS` at most; tell whether anybody was lately.

        Called between two pieces of work, which are best small where this returns True.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._answering, LONGEST_SECONDS)
            return time.monotonic() - self._answered_at < LATELY_SECONDS or self._answering > 0
