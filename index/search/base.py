"""The protocols that every search index and every follower of the change log implements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.search.analyzer import Analyzer
from index.types.article import Hit, IndexedPassage
from index.types.question import Filters

SEARCH_INDEX = "search index"


class PassageIndex(Protocol):
    """Finds passages by embedding (dense search) and by shared words (lexical search)."""

    def search(self, vector: Scores, terms: Sequence[str], filters: Filters, limit: int) -> list[Hit]:
        """Return the best `limit` passages by embedding and the best `limit` by words, as one list.

        `vector` is float32 of shape (dimension,), length 1. `terms` are distinct, as `analyzer` gives them.
        Each passage comes once, with both scores.
        """

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """Return term → number of passages that contain it."""

    def spelled_like(self, term: str, distance: int, filters: Filters, limit: int) -> list[int]:
        """Return the ids of passages that hold a term which differs by at most `distance` (0 to 2) edits.

        It is empty where the engine cannot search so.
        """

    @property
    def analyzer(self) -> Analyzer:
        """What turns a text into the terms that the index compares."""

    def __len__(self) -> int:
        """Return the number of passages that can be found."""


class SearchIndex(PassageIndex, Protocol):
    """A `PassageIndex` as the library opens, watches and closes it."""

    @property
    def followers(self) -> Sequence[Follower]:
        """The parts of the index that `index.search.sync` keeps up to date with the change log."""

    @property
    def kind(self) -> str:
        """The name of the search engine, as status shows it to people."""

    @property
    def disk_bytes(self) -> int | None:
        """The size of the index's files in bytes; None where they are on a server."""

    @property
    def memory_bytes(self) -> int | None:
        """The bytes of memory that the index takes in this process; None where it takes none."""

    def release(self) -> None:
        """Give back memory that the next search takes again."""

    def close(self) -> None:
        """Stop background work, and save what makes the next start quick."""


@dataclass(frozen=True, slots=True)
class IndexCondition:
    """What the doctor needs to know of a search index.

    `damaged` names files or folders that are missing or unreadable, `position` is how far the lexical index
    got (None where that is unknown), and `passages` is how many passages the lexical index holds.
    """

    damaged: tuple[str, ...]
    position: Position | None
    passages: int


Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a follower got in which change log.

    The follower has applied all changes up to number `seq` of the database whose id is `store`, with vectors
    that were made as `fingerprint` says (see `index.embeddings.base.Embedder`).
    """

    store: str
    fingerprint: str
    seq: int


class Follower(Protocol):
    """An index that is derived from the change log and can be rebuilt from the database at any time."""

    def exclusive(self) -> AbstractContextManager[object]:
        """Return a context in which no other process changes the same index."""

    def position(self) -> Position | None:
        """Return how far the index got, None when it is empty or damaged.

        From then on searches see what other processes have written to the index.
        """

    def mend(self) -> None:
        """Check the index after an error, and drop what is damaged, so that it is rebuilt."""

    def clear(self) -> None:
        """Delete all passages and the position."""

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        """Remove passages, add passages in batches, then save the position.

        Adding a passage whose id the index holds replaces the old one.
        """
