"""One bot in one data folder: a second would answer every question twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError

# The one before may be told to stop at the same moment, and has ten seconds to finish its work.
LEAVING_SECONDS = 15.0


@contextmanager
def sole_bot(data_dir: Path, *, wait: bool = True) -> Iterator[None]:
    """Be the only bot in a folder. Raises BusyError where there is another, at once or after a while.

    The lock is the operating system's, so that none is left behind by a process that was killed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
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
    """Tell whether a bot is running in a folder."""
    try:
        with sole_bot(data_dir, wait=False):
            return False
    except BusyError:
        return True
