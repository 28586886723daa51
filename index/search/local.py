"""The search index on this machine, a `PassageIndex`: FAISS for vectors and Tantivy for words."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from index.errors import DamageError
from index.runtime.faults import Faults
from index.search.analyzer import Analyzer
from index.search.base import SEARCH_INDEX, Follower, IndexCondition, Position, Scores
from index.search.dense import DenseIndex
from index.search.followers import DenseFollower, LexicalFollower
from index.search.lexical import LexicalIndex
from index.types.article import Hit
from index.types.question import Filters

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# Where an edition sees at least this share of the passages, more hits by words are fetched and those that it
# does not see are left out; below it the search itself leaves them out. In a million passages (4.4 ms without
# an edition) the first way takes 8 ms for a half and 5.2 for a tenth, and 1 ms more to look the hits up; the
# second takes 19 ms for a half, 5.6 for a tenth and 3.7 for a twentieth.
BROAD = 0.13
# So many times as many hits are fetched as would do if the edition saw the same share of them as of all.
SPARE = 1.5


def condition(folder: Path) -> IndexCondition:
    """Inspect the search index in a folder for the doctor, without repairing it as opening it would."""
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
    return IndexCondition(tuple(damaged), position, passages)


class LocalIndex:
    """A `SearchIndex` in one folder of this machine. Damage that a search meets is reported to `faults`."""

    def __init__(self, folder: Path, dimension: int, faults: Faults | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        """The name of the search engine, as status shows it to people."""
        return "local: FAISS and Tantivy"

    @property
    def disk_bytes(self) -> int:
        """The size of the index's files in bytes, with that of the vectors' file, which has no name."""
        sizes = self._dense.index.file_bytes
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # another process may delete a file at any moment: that adds nothing
                sizes += path.stat().st_size if path.is_file() else 0
        return sizes

    @property
    def memory_bytes(self) -> int:
        """The bytes that the vectors take while they are searched; the lexical index is read from disk."""
        return self._dense.index.memory_bytes

    def ids(self) -> tuple[set[int], set[int]]:
        """Return the passage ids in the dense and in the lexical index."""
        return self._dense.index.ids(), self._lexical.index.ids()

    def search(self, vector: Scores, terms: Sequence[str], filters: Filters, limit: int) -> list[Hit]:
        """Search as `PassageIndex` says. A damaged lexical index finds nothing until it has been rebuilt."""
        dense = dict(self._dense.index.search(vector, filters, limit))
        lexical = dict(self._unless_damaged([], self.search_words, terms, filters, limit))
        only_lexical = [id for id in lexical if id not in dense]
        dense.update(self._dense.index.scores(vector, only_lexical))
        facts = self._dense.index.facts(list(dense))
        # A passage may have been replaced between the two searches, so the filters are checked once more.
        admitted = self._dense.index.admits(list(facts), filters)
        return [
            Hit(id, dense[id], lexical.get(id, 0.0), *fact)
            for (id, fact), good in zip(facts.items(), admitted, strict=True)
            if good
        ]

    def search_words(self, terms: Sequence[str], filters: Filters, limit: int) -> list[tuple[int, float]]:
        """Return (passage id, BM25) of the best passages that satisfy the filters, best first.

        Raises DamageError.

        Filters that admit much are cheaper to check on the hits than to search with: `until` where it is the
        only filter and admits nearly everything, as "up to now" does, and an edition that sees at least
        `BROAD` of the passages. More hits are fetched then. If too few of them are admitted, the search is
        repeated with all filters.
        """
        if filters.until and filters.until >= self._dense.index.newest:
            filters = replace(filters, until=None)
        searched, depth = filters, float(limit)
        if filters.until and not (filters.since or filters.source or filters.languages):
            searched, depth = replace(searched, until=None), 2 * depth
        if filters.origins is not None:
            share = self._dense.index.share(filters.origins)
            if share == 1:
                filters = replace(filters, origins=None)
                searched = replace(searched, origins=None)
            elif share >= BROAD:
                searched, depth = replace(searched, origins=None), SPARE * depth / share
        if searched == filters:
            return self._lexical.index.search(terms, filters, limit)
        found = self._lexical.index.search(terms, searched, int(depth))
        checked = self._dense.index.admits([id for id, _ in found], filters)
        admitted = [hit for hit, good in zip(found, checked, strict=True) if good]
        if len(admitted) >= limit or len(found) < int(depth):
            return admitted[:limit]
        return self._lexical.index.search(terms, filters, limit)

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        listed = list(terms)
        unknown = dict.fromkeys(listed, 0)
        return self._unless_damaged(unknown, self._lexical.index.document_frequency, listed)

    def spelled_like(self, term: str, distance: int, filters: Filters, limit: int) -> list[int]:
        return self._unless_damaged([], self._lexical.index.spelled_like, term, distance, filters, limit)

    def _unless_damaged(self, otherwise: T, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `ask` on the lexical index and return its result; return `otherwise` where that is damaged.

        Damage is reported to `faults`, and the follower checks and rebuilds the index at the next change.
        """
        try:
            return ask(*args, **kwargs)
        except DamageError as error:
            self._faults.report(SEARCH_INDEX, error)
            self._lexical.suspect()
            return otherwise

    @property
    def analyzer(self) -> Analyzer:
        return self._lexical.index.analyzer

    def release(self) -> None:
        self._dense.index.release()

    def close(self) -> None:
        self._dense.save()
