"""Gives memory back after questions were answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from index.runtime.malloc import give_memory_back
from index.runtime.priority import AnswerPriority

logger = logging.getLogger(__name__)

# Where no question came for so many seconds, the next one can wait the few milliseconds that it takes to get
# the memory again.
REST_SECONDS = 5.0


class Rest:
    """Calls `releases` in a thread, and gives free memory back, whenever questions have ceased for a while.

    After a question the process holds memory that only the next one needs: 25 MB, and what it read of the
    vectors, which are 31 MB for 40,000 passages.
    """

    def __init__(self, priority: AnswerPriority, releases: Sequence[Callable[[], None]]) -> None:
        self._priority = priority
        self._releases = releases
        self._thread = threading.Thread(target=self._run, name="rest", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Wait at most `seconds` for what is running."""
        self._priority.close()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while self._priority.wait_for_rest(REST_SECONDS):
            try:
                for release in self._releases:
                    release()
                give_memory_back()
            except Exception:  # OpenVINO raises errors of many kinds; answers do not need this
                logger.exception("memory not given back")
