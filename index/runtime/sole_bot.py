"""Makes sure that only one bot runs in a data folder: a second would answer every question again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError

# How long a new bot waits for the lock. At a restart the old one may still be stopping, which takes ten
# seconds at most.
LEAVING_SECONDS = 15.0


@contextmanager
def sole_bot(data_dir: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of the only bot in a folder for as long as the block runs.

    Raises BusyError where another process holds it: after `LEAVING_SECONDS`, or at once without `wait`. The
    operating system frees the lock when a process ends, so a killed process leaves none behind.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(data_dir / "bot.lock", timeout=LEAVING_SECONDS if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            f"Another bot runs with the data folder {data_dir}: stop it, or set NEWS_DATA_DIR for this one."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_running(data_dir: Path) -> bool:
    """Return whether a bot is running in a folder."""
    try:
        with sole_bot(data_dir, wait=False):
            return False
    except BusyError:
        return True
