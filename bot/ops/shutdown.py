"""A process that is told to stop ends in time, whatever hangs in it.

Its parts share a time limit while they close; this is for what none of them foresaw, and for calls that hang
in threads: Python's own way out waits for those without end.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

# Whoever stops a process gives it ten seconds and then kills it.
SECONDS = 9.5
LATE = 1
# As shells count a process that SIGTERM ended.
TERMINATED = 128 + signal.SIGTERM

log = logging.getLogger(__name__)


class LastResort:
    """Ends the process: with `code` where the block ends after `begin`, with `LATE` where it takes too long.

    Nothing that is stored suffers: the database takes a transaction whole or not at all.
    """

    def __init__(self, code: int) -> None:
        self._code = code
        self._timer = threading.Timer(SECONDS, _end_late)
        self._timer.daemon = True
        self._begun = False

    def begin(self) -> None:
        """Count from now on."""
        if not self._begun:
            self._begun = True
            self._timer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun and (kind is None or issubclass(kind, SystemExit)):
            _end(self._code)


def _end_late() -> None:
    log.error("process.ending late_seconds=%s", SECONDS)
    _end(LATE)


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def ending_at_sigterm() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl+C does: what is stored stays, and everything is closed."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: closing is not interrupted
        last.begin()
        raise SystemExit(TERMINATED)

    with LastResort(TERMINATED) as last:
        if threading.current_thread() is not threading.main_thread():  # elsewhere no signal arrives
            yield
            return
        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
