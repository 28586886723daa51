"""One time limit shared by several steps that run one after the other."""

from __future__ import annotations

import time


class Deadline:
    """A moment `seconds` from now, measured with the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; 0 once the deadline has passed."""
        return max(self._end - time.monotonic(), 0.0)
