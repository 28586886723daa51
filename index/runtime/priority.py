"""Lets work in the background, such as embedding passages, pause while questions are answered.

Questions that come at once are answered a few at a time. Most of an answer is Python, which runs one thread
at a time. Of 32 questions asked at once, each took 26 ms of CPU time where 32 threads took Python from each
other, and 24 where 3 did. The 3 also answer the first questions early, so that the mean wait is shorter.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from index.runtime.cores import cores

# The longest pause of the background work at a time, so that it ends even where questions never stop coming.
LONGEST_SECONDS = 0.5
# For so long after the last answer further questions are likely, so background work stays in small pieces.
LATELY_SECONDS = 10.0
# So many more questions are answered at once than there are cores: one may wait for the model or the disk.
SPARE = 1
# After waiting so long for its turn, a question is answered all the same: those before it may hang, as where
# a database on another machine does not answer.
PATIENCE_SECONDS = 2.0
# Whether who asks has asked so much lately that the questions of others go first. Whoever calls the library
# sets it, as it knows who asks.
GOES_BEHIND: ContextVar[bool] = ContextVar("goes_behind", default=False)
# The longest wait for others before each step of such a question, so that its answer comes all the same.
LET_BY_SECONDS = 0.3


class AnswerPriority:
    """Counts the questions being answered, and lets background work wait for them. For many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answering = 0
        self._ahead = 0  # of these, how many go behind none
        self._answered_at = -math.inf
        self._has_rested = True
        self._closed = False
        self._places = threading.Semaphore(cores() + SPARE)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Note that a question is being answered for as long as the block runs, which waits for its turn."""
        ahead = not GOES_BEHIND.get()
        with self._changed:
            self._answering += 1
            self._ahead += ahead
        placed = False
        try:
            placed = self._places.acquire(timeout=PATIENCE_SECONDS)
            yield
        finally:
            if placed:
                self._places.release()
            with self._changed:
                self._answering -= 1
                self._ahead -= ahead
                self._answered_at = time.monotonic()
                self._has_rested = False
                self._changed.notify_all()

    def let_by(self) -> None:
        """Let the questions of others by, `LET_BY_SECONDS` at most, where this one goes behind them.

        Answers call this between two steps, each of which takes some 30 ms of all cores.
        """
        if GOES_BEHIND.get():
            with self._changed:
                self._changed.wait_for(lambda: not self._ahead, LET_BY_SECONDS)

    def give_way(self) -> bool:
        """Wait until no question is being answered, `LONGEST_SECONDS` at most.

        Background work calls this between two pieces. Returns True where a question is being answered, or was
        within `LATELY_SECONDS`: then the next piece should be small.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._answering, LONGEST_SECONDS)
            return time.monotonic() - self._answered_at < LATELY_SECONDS or self._answering > 0

    def wait_for_rest(self, seconds: float) -> bool:
        """Wait until questions have been answered since the last rest, and none for `seconds`.

        Returns False once `close` was called.
        """
        with self._changed:
            while not self._closed:
                left = self._answered_at + seconds - time.monotonic()
                if self._answering or self._has_rested:
                    self._changed.wait()
                elif left > 0:
                    self._changed.wait(left)
                else:
                    self._has_rested = True
                    return True
            return False

    def close(self) -> None:
        """Let nobody wait for a rest any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
