"""Leases renewed every few seconds in a thread, for as long as their process lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from index.errors import StoreError

logger = logging.getLogger(__name__)


class Heartbeat:
    """Calls `renew` every `seconds`, from the first `begin` until `end`. Safe to use from many threads."""

    def __init__(self, renew: Callable[[], None], seconds: float) -> None:
        self._renew = renew
        self._seconds = seconds
        self._end = threading.Event()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Renew from now on; nothing happens where that has begun already, or has ended."""
        with self._beginning:
            if self._thread is None and not self._end.is_set():
                self._thread = threading.Thread(target=self._run, name="renewal", daemon=True)
                self._thread.start()

    def end(self) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self._seconds):
            try:
                self._renew()
            except StoreError as error:  # the database may be away for a while
                logger.warning("renewal failed retry_seconds=%s why=%s", self._seconds, error)
