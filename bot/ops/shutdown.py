"""Ends a process in time after SIGTERM, even where a part of it hangs.

The parts of the bot have time limits of their own while they close. This module is for what these do not
cover, such as calls that hang in threads: on its normal way out, Python waits for such threads without end.
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

# Process managers such as Docker send SIGKILL ten seconds after SIGTERM.
LIMIT_SECONDS = 9.5
LATE = 1
# The exit code that shells give a process that SIGTERM ended.
TERMINATED = 128 + signal.SIGTERM

log = logging.getLogger(__name__)


class LastResort:
    """Ends the process: with `code` where the block ends after `begin`, with `LATE` `LIMIT_SECONDS` after it.

    Stored data stays whole, because the database writes a transaction completely or not at all.
    """

    def __init__(self, code: int) -> None:
        self._code = code
        self._timer = threading.Timer(LIMIT_SECONDS, _end_late)
        self._timer.daemon = True
        self._begun = False

    def begin(self) -> None:
        """Start the time limit, unless it runs already."""
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
    log.error("process.ending late_seconds=%s", LIMIT_SECONDS)
    _end(LATE)


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def ending_at_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block with SystemExit, so that everything that it opened is closed in order."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second SIGTERM must not interrupt the closing
        last.begin()
        raise SystemExit(TERMINATED)

    with LastResort(TERMINATED) as last:
        if threading.current_thread() is not threading.main_thread():  # only there signals arrive
            yield
            return
        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
