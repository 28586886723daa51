"""One time limit for several things that are done one after the other."""

from __future__ import annotations

import time


class Deadline:
    """So many seconds from now on, for all who ask how many are left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; 0 from then on."""
        return max(self._end - time.monotonic(), 0.0)
