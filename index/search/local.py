"""Search on this machine: FAISS in memory and Tantivy on disk, behind one `PassageIndex`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from filelock import FileLock, Timeout

from index.errors import BusyError, DamageError
from index.runtime.faults import Faults
from index.search.dense import DenseIndex, Scores
from index.search.lexical import LexicalIndex
from index.search.sync import Follower, Position
from index.types.article import Hit, IndexedPassage
from index.types.question import Filters

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# A snapshot of the vectors saves reading them from the database at the next start. It is written when this
# many changes are new, or this share of the passages where that is more, so that a busy day writes it a few
# times and not with every article.
SNAPSHOT_CHANGES = 5000
SNAPSHOT_SHARE = 0.05
# Whoever makes the word index of a large library anew holds it for minutes, not longer.
LOCK_SECONDS = 300.0
SEARCH_INDEX = "search index"


class PassageIndex(Protocol):
    """Finds passages by meaning and by words."""

    def search(self, vector: Scores, text: str, filters: Filters, limit: int) -> list[Hit]:
        """Return the best `limit` passages by embedding and the best `limit` by words, as one list.

        `vector` is float32 of shape (dimension,), length 1. Each passage comes once, with both scores.
        """

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """Return term → number of passages that contain it."""

    def terms(self, text: str) -> list[str]:
        """Return the words of a text in the form that the index compares."""

    def question_terms(self, text: str) -> list[str]:
        """Return the distinct words of a question that are worth searching for."""

    def __len__(self) -> int:
        """Return the number of passages that can be found."""


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
        return nullcontext()  # memory is this process's own; `Follow` lets one thread in at a time

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


@dataclass(frozen=True, slots=True)
class Condition:
    """What the files of a search index are like: damaged ones, how far the word index got, what it holds."""

    damaged: tuple[str, ...]
    position: Position | None
    passages: int


def condition(folder: Path) -> Condition:
    """Look at a search index without changing it, as opening one would."""
    damaged, passages, position = [], 0, None
    snapshot, words = folder / "dense.npz", folder / "lexical"
    if snapshot.exists():
        try:
            DenseIndex.load(snapshot)
        except Exception:  # zipfile and FAISS have errors of their own for damaged bytes
            damaged.append(str(snapshot))
    try:
        position = Position(**json.loads((folder / "lexical.json").read_text()))
        if not LexicalIndex.exists(words):
            raise FileNotFoundError(words)
        passages = len(LexicalIndex(words))
    except (OSError, ValueError, TypeError):
        damaged.append(str(words))
    return Condition(tuple(damaged), position, passages)


class LocalIndex:
    """A `PassageIndex` in one folder of this machine."""

    def __init__(self, folder: Path, dimension: int, faults: Faults | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._faults = faults or Faults()
        self._dense = DenseFollower(folder, dimension)
        self._lexical = LexicalFollower(folder)

    @property
    def followers(self) -> Sequence[Follower]:
        return (self._dense, self._lexical)

    def __len__(self) -> int:
        return len(self._dense.index)

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "local: FAISS and Tantivy"

    @property
    def disk_bytes(self) -> int:
        """The size of its files; one that is replaced meanwhile does not count."""
        sizes = 0
        for path in self._folder.rglob("*"):
            with suppress(OSError):
                sizes += path.stat().st_size if path.is_file() else 0
        return sizes

    @property
    def memory_bytes(self) -> int:
        """What the vectors take up in this process; the words are read from disk."""
        return self._dense.index.memory_bytes

    def ids(self) -> tuple[set[int], set[int]]:
        """Return the passage ids in the dense and in the lexical index."""
        return self._dense.index.ids(), self._lexical.index.ids()

    def search(self, vector: Scores, text: str, filters: Filters, limit: int) -> list[Hit]:
        """Do as `PassageIndex` says; a damaged word index finds nothing until it has been made anew."""
        dense = dict(self._dense.index.search(vector, filters, limit))
        terms = self.question_terms(text)
        lexical = dict(self._unless_damaged([], self._search_words, terms, filters, limit))
        only_lexical = [id for id in lexical if id not in dense]
        dense.update(self._dense.index.scores(vector, only_lexical))
        facts = self._dense.index.facts(list(dense))
        hits = (Hit(id, dense[id], lexical.get(id, 0.0), *facts[id]) for id in dense if id in facts)
        # Passages may have come in between the two searches.
        return [hit for hit in hits if filters.admit(hit)]

    def _search_words(self, terms: Sequence[str], filters: Filters, limit: int) -> list[tuple[int, float]]:
        """Search by words. A time until which nearly all was published is cheaper to look at afterwards."""
        if filters.until and filters.until >= self._dense.index.newest:
            filters = replace(filters, until=None)
        if filters.since or filters.source or not filters.until:
            return self._lexical.index.search(terms, filters, limit)
        depth = 2 * limit
        found = self._lexical.index.search(terms, Filters(), depth)
        facts = self._dense.index.facts([id for id, _ in found])
        hits = [Hit(id, 0.0, score, *facts[id]) for id, score in found if id in facts]
        admitted = [(hit.passage_id, hit.lexical) for hit in hits if filters.admit(hit)]
        if len(admitted) >= limit or len(found) < depth:
            return admitted[:limit]
        return self._lexical.index.search(terms, filters, limit)

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        listed = list(terms)
        unknown = dict.fromkeys(listed, 0)
        return self._unless_damaged(unknown, self._lexical.index.document_frequency, listed)

    def _unless_damaged(self, otherwise: T, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the word index says, or something else where it is damaged, which is then mended."""
        try:
            return ask(*args, **kwargs)
        except DamageError as error:
            self._faults.report(SEARCH_INDEX, error)
            self._lexical.suspect()
            return otherwise

    def terms(self, text: str) -> list[str]:
        return self._lexical.index.terms(text)

    def question_terms(self, text: str) -> list[str]:
        return self._lexical.index.question_terms(text)

    def close(self) -> None:
        self._dense.index.close()
        self._dense.save()
