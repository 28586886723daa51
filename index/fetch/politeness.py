"""One request to a host at a time, and a pause before the next."""

import threading
import time
from collections.abc import Callable


class Politeness:
    """Hands out turns: between two of one host at least `gap_seconds` pass. For many threads.

    FairLock are given in the order of asking, so that nobody waits forever.
    """

    def __init__(
        self,
        gap_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = gap_seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait(self, host: str, gap_seconds: float = 0.0) -> float:
        """Sleep until it is the caller's turn; return for how many seconds. A host may ask for more gap."""
        gap = max(self._gap, gap_seconds)
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at.get(host, now))
            self._free_at[host] = turn + gap
            self._forget(now)
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def _forget(self, now: float) -> None:
        """Drop the hosts that anybody may ask at once, so that the table does not grow for ever."""
        if len(self._free_at) > 1000:
            self._free_at = {host: free for host, free in self._free_at.items() if free > now}
