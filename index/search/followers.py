"""The followers of the local index: the vectors in FAISS and the words in Tantivy, each with its position."""

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

# A snapshot of the vectors saves reading them from the database at the next start. It is written when this
# many changes are new, or this share of the passages where that is more, so that a busy day writes it a few
# times and not with every article.
SNAPSHOT_CHANGES = 5000

SNAPSHOT_SHARE = 0.05

# Whoever makes the word index of a large library anew holds it for minutes, not longer.
LOCK_SECONDS = 300.0


class DenseFollower:
    """The vectors in this process's memory, with a snapshot on disk that all processes may use."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._path = folder / "dense.npz"
        self._lock = FileLock(folder / "dense.lock")
        self._saved_seq, self._saved_graph = 0, False
        self.index = DenseIndex(dimension)
        self._position: Position | None = None
        self._load(dimension)

    def exclusive(self) -> AbstractContextManager[object]:
        return nullcontext()  # memory is this process's own; `IndexSync` lets one thread in at a time

    def position(self) -> Position | None:
        return self._position

    def mend(self) -> None:
        """Nothing is read from disk while it runs: what is in memory stays whole."""

    def clear(self) -> None:
        self.index.close()
        self.index = DenseIndex(self.index.dimension)
        self._position = None

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        self.index.apply([], removed)
        for batch in added:
            self.index.apply(batch, [])
        self._position = position
        many = max(SNAPSHOT_CHANGES, SNAPSHOT_SHARE * len(self.index))
        if abs(position.seq - self._saved_seq) >= many or self._saved_graph != self.index.has_graph:
            self.save()

    def save(self) -> None:
        """Write the snapshot, if there is anything new in it."""
        graph = self.index.has_graph
        if self._position is None or (self._position.seq, graph) == (self._saved_seq, self._saved_graph):
            return
        with self._lock:
            for left in self._path.parent.glob("dense.*.tmp"):  # of a process that was killed while saving
                left.unlink()
            self.index.save(self._path, json.dumps(asdict(self._position)))
        self._saved_seq, self._saved_graph = self._position.seq, graph

    def _load(self, dimension: int) -> None:
        if not self._path.exists():
            return
        try:
            index, position = DenseIndex.load(self._path)
            if index.dimension != dimension:
                return
            self.index, self._position = index, Position(**json.loads(position))
            self._saved_seq, self._saved_graph = self._position.seq, index.has_graph
            index.grow()  # whoever wrote it may have been stopped before the graph was made
        except Exception as error:  # zipfile and FAISS have errors of their own for damaged bytes
            logger.warning("dense snapshot damaged, rebuilding error=%r", error)


class LexicalFollower:
    """The lexical index on disk, shared by all processes; whoever sees a change first applies it."""

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
        """Have the files looked at before the next change: a search has failed."""
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
            # Whoever deleted the index may have left the position, which would call an empty one complete.
            self._position_file.unlink(missing_ok=True)
        try:
            return LexicalIndex(self._folder)
        except (ValueError, OSError) as error:
            logger.warning("lexical index damaged, rebuilding error=%s", error)
            self._position_file.unlink(missing_ok=True)
            LexicalIndex.delete(self._folder)
            return LexicalIndex(self._folder)
