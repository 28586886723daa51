"""What a search index and its followers are to the rest of the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.types.article import Hit, IndexedPassage
from index.types.question import Filters

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


class SearchIndex(PassageIndex, Protocol):
    """A `PassageIndex` as the library opens, watches and closes it."""

    @property
    def followers(self) -> Sequence[Follower]:
        """What has to be told of changes."""

    @property
    def kind(self) -> str:
        """What it is, for people."""

    @property
    def disk_bytes(self) -> int | None:
        """The size of its files; None where they are on a server."""

    @property
    def memory_bytes(self) -> int | None:
        """What it takes up in this process; None where it takes up nothing."""

    def close(self) -> None:
        """Save what makes the next start quick."""


@dataclass(frozen=True, slots=True)
class IndexCondition:
    """What the files of a search index are like: damaged ones, how far the word index got, what it holds."""

    damaged: tuple[str, ...]
    position: Position | None
    passages: int


Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a follower got, and in what: change `seq` of database `store` with vectors `fingerprint`."""

    store: str
    fingerprint: str
    seq: int


class Follower(Protocol):
    """A search index that can be told of changes."""

    def exclusive(self) -> AbstractContextManager[object]:
        """Keep other processes from changing the same index."""

    def position(self) -> Position | None:
        """Return how far the index got, None when it is empty or damaged; see what others have written."""

    def mend(self) -> None:
        """Look for what is damaged, after something failed, and forget what is."""

    def clear(self) -> None:
        """Forget everything."""

    def apply(
        self, added: Iterable[Sequence[IndexedPassage]], removed: Sequence[int], position: Position
    ) -> None:
        """Remove and add passages (adding one that is held replaces it), then remember the position."""
