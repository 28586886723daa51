"""The two followers of the local index, each with its own position: vectors in FAISS, words in Tantivy."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError
from index.search.base import Position
from index.search.dense import DenseIndex
from index.search.lexical import LexicalIndex
from index.types.article import IndexedPassage

logger = logging.getLogger(__name__)

# A snapshot on disk saves reading all vectors from the database at the next start. It is written again after
# this many changes, or after changes of this share of the passages, whichever is more: a few times on a busy
# day, and not with every article.
SNAPSHOT_CHANGES = 5000

SNAPSHOT_SHARE = 0.05

# A process waits this long for another that is changing the lexical index. Rebuilding the index of a large
# library takes minutes.
LOCK_SECONDS = 300.0


class DenseFollower:
    """The vectors of this process, with a snapshot on disk that all processes may use."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._path = folder / "dense.npz"
        self._lock = FileLock(folder / "dense.lock")
        self._saved_seq = 0
        self.index = DenseIndex(dimension, folder)
        self._position: Position | None = None
        self._load(dimension)

    def exclusive(self) -> AbstractContextManager[object]:
        return nullcontext()  # no other process sees this memory, and `IndexSync` uses one thread at a time

    def position(self) -> Position | None:
        return self._position

    def mend(self) -> None:
        """Do nothing: after the start no file is read, so damage on disk does not reach the memory."""

    def clear(self) -> None:
        self.index = DenseIndex(self.index.dimension, self.index.folder)
        self._position = None

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        self.index.apply([], removed)
        for batch in added:
            self.index.apply(batch, [])
        self._position = position
        many = max(SNAPSHOT_CHANGES, SNAPSHOT_SHARE * len(self.index))
        if abs(position.seq - self._saved_seq) >= many:
            self.save()

    def save(self) -> None:
        """Write the snapshot, unless the one on disk is as new."""
        if self._position is None or self._position.seq == self._saved_seq:
            return
        with self._lock:
            for leftover in self._path.parent.glob("dense.*.tmp"):  # a process was killed while saving
                leftover.unlink()
            self.index.save(self._path, json.dumps(asdict(self._position)))
        self._saved_seq = self._position.seq

    def _load(self, dimension: int) -> None:
        if not self._path.exists():
            return
        try:
            index, position = DenseIndex.load(self._path)
            if index.dimension != dimension:
                return
            self.index, self._position = index, Position(**json.loads(position))
            self._saved_seq = self._position.seq
        except Exception as error:  # zipfile and FAISS have errors of their own for damaged bytes
            logger.warning("dense snapshot damaged, rebuilding error=%r", error)


class LexicalFollower:
    """The lexical index on disk, shared by all processes: the first that sees a change applies it for all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "lexical"
        self._position_file = folder / "lexical.json"
        self._lock = FileLock(folder / "lexical.lock", timeout=LOCK_SECONDS)
        self._seen: Position | None = None
        self._suspected = False
        with self.exclusive():
            self.index = self._open()

    def exclusive(self) -> AbstractContextManager[object]:
        try:
            return self._lock.acquire()
        except Timeout:
            raise BusyError(
                f"Another process has been changing the word index for {LOCK_SECONDS:.0f} seconds: wait for "
                "that job, or stop the process that hangs."
            ) from None

    def suspect(self) -> None:
        """Note that a search has failed, so that the next call of `position` checks the files."""
        self._suspected = True

    def mend(self) -> None:
        """Open the index again, and begin a new one where a file is missing or damaged."""
        with self.exclusive():
            self._seen = None
            self.index = self._open()
            self._suspected = False

    def position(self) -> Position | None:
        if self._suspected:
            self.mend()
        try:
            position = Position(**json.loads(self._position_file.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            logger.warning("lexical position unreadable, rebuilding error=%s", error)
            return None
        if position != self._seen:
            self.index.reload()
            self._seen = position
        return position

    def clear(self) -> None:
        self._position_file.unlink(missing_ok=True)
        self.index.clear()

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        self.index.apply(added, removed)
        temporary = self._position_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(position)))
        temporary.replace(self._position_file)
        self._seen = position

    def _open(self) -> LexicalIndex:
        if not LexicalIndex.exists(self._folder):
            # A person who deleted the index may have left the position file. With it, the new and empty index
            # would be taken for a complete one.
            self._position_file.unlink(missing_ok=True)
        try:
            return LexicalIndex(self._folder)
        except (ValueError, OSError) as error:
            logger.warning("lexical index damaged, rebuilding error=%s", error)
            self._position_file.unlink(missing_ok=True)
            LexicalIndex.delete(self._folder)
            return LexicalIndex(self._folder)
