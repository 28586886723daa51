"""Calls functions in processes of their own, with limits of CPU time and memory.

What comes from outside (pages, feeds, lists) is read there. A document that is made to be slow or to fill the
memory ends such a process and nothing else, and a thread that answers a question does not have to wait for
Python's global lock while it is read.

The processes are started with `subprocess`. `multiprocessing`, and pebble on top of it, would import the
program's main module once more in each of them, which is the whole bot; and where one process of loky's pool
ends, what its others are doing is lost. The limit of CPU time is the kernel's: it also ends code that never
returns to Python, and no document pays for what else the machine is doing.
"""

from __future__ import annotations

import atexit
import io
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from typing import Any, ParamSpec, Protocol, TypeVar

from index.errors import BudgetError

P = ParamSpec("P")
T = TypeVar("T")

# Limits of one call: seconds of CPU time, bytes of address space. The largest ordinary documents (a page of
# 4 MiB, a feed of 31 MiB) take 1.7 seconds and 0.37 GiB, half of which are the process itself.
CPU_SECONDS = 10
MEMORY_BYTES = 1024 * 1024 * 1024
# As many as two cores can run. The second one starts when the first has work.
PROCESSES = 2
# A process that has no work for so long is ended: it takes 70 MiB, and another starts in half a second.
IDLE_SECONDS = 60.0
# On a machine that is busy with other things, a call may take this many times its CPU time.
PATIENCE = 10
# JSON lines and story pages of at most so many bytes are read without a process: the standard library reads
# them in a millisecond, in time that grows with the size and no faster.
SMALL_BYTES = 65_536
ENDING = "cannot be read while the program ends"

# What the processes get of the environment; secrets are in there, too.
_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TZ", "TZDIR")


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call: its value, or the error that it raised.

    `last` says that its process ends. `log` holds the warnings of the call: (logger, level, message).
    """

    value: Any = None
    error: Exception | None = None
    last: bool = False
    log: list[tuple[str, int, str]] = field(default_factory=list)


class Call(Protocol):
    """Calls a function, here or elsewhere. Raises what it raises, and BudgetError."""

    def __call__(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T: ...


def call_here(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """Call a function in this process, without limits."""
    return function(*arguments, **named)


class Confined:
    """At most `PROCESSES` processes, started when they are needed. For many threads.

    From the first `open` until as many users have called `close`, each is kept for the next call, for
    `idle_seconds`.
    """

    def __init__(
        self, seconds: int = CPU_SECONDS, memory: int = MEMORY_BYTES, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._idle_seconds = idle_seconds
        self._ending: threading.Timer | None = None
        self._turn = threading.Semaphore(PROCESSES)
        self._lock = threading.Lock()
        self._users = 0
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    def open(self) -> None:
        with self._lock:
            self._users += 1

    def close(self) -> None:
        """End the processes unless somebody else uses them; calls that are running raise BudgetError."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
        self.end()

    def end(self) -> None:
        """End the processes. The next call starts others."""
        with self._lock:
            ended = [*self._idle, *self._busy]
            self._idle.clear()
        for process in ended:
            process.end()

    def call(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """Return what a function returns; it, its arguments and its result are pickled.

        Raises its NewsError, and BudgetError where it exceeds a limit: then its process ends, and no other.
        """
        task = pickle.dumps((function, arguments, named), pickle.HIGHEST_PROTOCOL)
        with self._turn, self._process() as process:
            reply = process.call(task, self._seconds * PATIENCE)
        for name, level, message in reply.log:
            logging.getLogger(name).log(level, "%s", message)
        if reply.error is not None:
            raise reply.error
        value: T = reply.value
        return value

    @contextmanager
    def _process(self) -> Iterator[_Process]:
        with self._lock:
            process = self._idle.pop() if self._idle else None
            if process is None or not process.runs:
                process = _Process(self._seconds, self._memory)
            self._busy.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._busy.discard(process)
                kept = process.runs and self._users > 0
                if kept:
                    process.idle_since = time.monotonic()
                    self._idle.append(process)
                    self._end_idle_later()
            if not kept:
                process.end()

    def _end_idle_later(self) -> None:
        """Have `_end_idle` called once the process that is idle for longest has been so for long enough."""
        if self._idle and self._ending is None:
            longest = min(process.idle_since for process in self._idle)
            self._ending = threading.Timer(longest + self._idle_seconds - time.monotonic(), self._end_idle)
            self._ending.daemon = True
            self._ending.start()

    def _end_idle(self) -> None:
        with self._lock:
            before = time.monotonic() - self._idle_seconds
            ended = [process for process in self._idle if process.idle_since <= before]
            self._idle = [process for process in self._idle if process not in ended]
            self._ending = None
            self._end_idle_later()
        for process in ended:
            process.end()


class _Process:
    """One process, for one call at a time."""

    def __init__(self, seconds: int, memory: int) -> None:
        self._seconds = seconds
        self._memory = memory
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "index.runtime.confined_process"),
                    *(str(theirs.fileno()), str(seconds), str(memory)),
                ],
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the program, which then ends this process
            )
        self.runs = True
        self.idle_since = 0.0  # in seconds of the monotonic clock

    def call(self, task: bytes, wall_seconds: float) -> Reply:
        """Return the reply to a task; the process has ended where `runs` is False then."""
        try:
            self._connection.send_bytes(task)
            if not self._connection.poll(wall_seconds):
                self.end()
                return Reply(error=BudgetError(f"takes longer than {wall_seconds:.0f} seconds to read"))
            reply: Reply = _Values(io.BytesIO(self._connection.recv_bytes())).load()
        except (EOFError, OSError, pickle.UnpicklingError):
            why = self._why() if self.runs else ENDING
            self.end()
            return Reply(error=BudgetError(why))
        self.runs = self.runs and not reply.last
        return reply

    def end(self) -> None:
        """End the process. A thread that waits for its reply learns that at once."""
        self.runs = False
        self._process.kill()
        self._process.wait()

    def _why(self) -> str:
        """Return why there is no reply, by how the process has ended."""
        with suppress(subprocess.TimeoutExpired):
            if self._process.wait(1) == -signal.SIGXCPU:
                return f"takes more than {self._seconds} seconds of computing to read"
        return "cannot be read: it breaks the program that reads it"


class _Values(pickle.Unpickler):
    """Reads what a process sends: our own values, times and texts, and nothing that would run as code.

    A library in there may have a hole, and what it parses may be written for that.
    """

    def find_class(self, module: str, name: str) -> Any:
        found = (
            super().find_class(module, name) if module.partition(".")[0] in ("index", "datetime") else None
        )
        if isinstance(found, type):
            return found
        if (module, name) in (("builtins", "RuntimeError"), ("zoneinfo", "ZoneInfo._unpickle")):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    # Our own modules and installed ones are found as here. "" is the working directory.
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    return kept | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


# All libraries that are open in this program share these processes.
confined = Confined()
atexit.register(confined.end)
