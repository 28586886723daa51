"""One request to a host at a time, a pause before the next, and none for a while to one that is too slow."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

# For so long no page is asked for of a host that took too long.
SLOW_SECONDS = 3600.0
# Hosts that are remembered before those that may be asked at once are dropped.
MOST_HOSTS = 1000


class Politeness:
    """Hands out turns: between two of one host at least `gap_seconds` pass. For many threads.

    Turns are given in the order of asking, so that nobody waits forever.
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

    def wait(self, host: str, gap_seconds: float = 0.0, most: float = math.inf) -> float | None:
        """Sleep until it is the caller's turn; return for how many seconds. A host may ask for more gap.

        Returns None at once, and takes no turn, where it would be longer than `most` seconds.
        """
        gap = max(self._gap, gap_seconds)
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at.get(host, now))
            if turn - now > most:
                return None
            self._free_at[host] = turn + gap
            self._forget(now)
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def _forget(self, now: float) -> None:
        """Drop the hosts that anybody may ask at once, so that the table does not grow for ever.

        What is left are hosts that were asked within their pause, which is 30 seconds at most for a turn.
        """
        if len(self._free_at) > MOST_HOSTS:
            self._free_at = {host: free for host, free in self._free_at.items() if free > now}


class SlowHosts:
    """Remembers hosts that took too long, for an hour. For many threads.

    A feed may link to any host. One that sends a byte a second takes a whole time limit for each page.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: OrderedDict[str, float] = OrderedDict()  # in the order of their times

    def __len__(self) -> int:
        return len(self._until)

    def note(self, host: str) -> None:
        """Note that a host took too long."""
        with self._lock:
            self._until[host] = self._clock() + SLOW_SECONDS
            self._until.move_to_end(host)
            if len(self._until) > MOST_HOSTS:
                self._until.popitem(last=False)

    def __contains__(self, host: str) -> bool:
        return self._until.get(host, -math.inf) > self._clock()
