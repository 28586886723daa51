"""The program that runs in a process of `index.runtime.confined`: one call after the other."""

from __future__ import annotations

import logging
import os
import pickle
import resource
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from index.errors import BudgetError, NewsError
from index.runtime.confined import Reply

logger = logging.getLogger("index.runtime.confined_process")

# A process with this priority (see nice(1)) takes the time that answers leave.
NICE = 10
# The program itself has to read a result; the largest file that is read has 64 MiB.
MAX_RESULT_BYTES = 128 * 1024 * 1024
# A process that keeps more memory than this after a call is replaced. A new one has 70 MiB.
MOST_KEPT_BYTES = 256 * 1024 * 1024
# Log lines of one call that are passed on.
MAX_LOG_LINES = 20


class _Lines(logging.Handler):
    """Keeps the first warnings of a call for the log of the program."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("index.") and len(self.lines) < MAX_LOG_LINES:
            self.lines.append((record.name, record.levelno, self.format(record)))


def serve(connection: Connection, seconds: int, memory: int) -> None:
    """Answer calls until the other end of a connection is closed, as when the program is killed."""
    lines = _Lines()
    logging.basicConfig(handlers=[lines], format="%(message)s", level=logging.WARNING)
    os.nice(NICE)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory)
    last = False
    while not last:
        try:
            task = connection.recv_bytes()
        except EOFError:
            return
        # The kernel counts whole seconds, from the start of the process.
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)
        lines.lines = []
        reply, last = _reply(task, lines, memory)
        with suppress(BrokenPipeError):
            connection.send_bytes(reply)


def _reply(task: bytes, lines: _Lines, memory: int) -> tuple[bytes, bool]:
    """Return the reply to a task, pickled, and whether the process ends after it."""
    size = f"{memory / 2**30:.2g} GiB"
    try:
        function, arguments, named = pickle.loads(task)
        value = function(*arguments, **named)
        last = _resident_bytes() > MOST_KEPT_BYTES
        reply = pickle.dumps(Reply(value, last=last, log=lines.lines), pickle.HIGHEST_PROTOCOL)
        if len(reply) <= MAX_RESULT_BYTES:
            return reply, last
        error: Exception = BudgetError("holds more than 128 MiB, unpacked")
    except MemoryError:
        error, last = BudgetError(f"needs more than {size} of memory to read"), True
    except NewsError as raised:
        error, last = raised, False
    except Exception as raised:  # caught broadly: a mistake of ours, which the program has to hear of
        logger.exception("call failed")
        error, last = RuntimeError(f"{type(raised).__name__}: {raised}"), False
    return pickle.dumps(Reply(error=error, last=last, log=lines.lines)), last


def _limit(which: int, most: int) -> None:
    """Set a limit of this process, as far as the system knows it and allows it."""
    hard = resource.getrlimit(which)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):  # macOS has no limit of address space
        resource.setrlimit(which, (soft, hard))


def _resident_bytes() -> int:
    """Return how much memory this process has; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * resource.getpagesize() if statm.exists() else 0


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))
