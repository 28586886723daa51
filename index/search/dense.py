"""Finds the passages whose embeddings are nearest to a question's. The only importer of faiss.

The score is the inner product of unit vectors, which is the cosine similarity. A small index compares every
vector; a large one follows a graph to the near ones (HNSW: Malkov and Yashunin, 2018). Filters become a FAISS
bitmap selector, so they act inside the search: a narrow filter returns fewer passages only when fewer exist.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.clock import from_microseconds, microseconds
from index.search.base import Scores
from index.search.origins import Bits, Codes, EditionBitmaps, OriginSets, count
from index.types.article import IndexedPassage
from index.types.question import Filters

logger = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]

# Version of the snapshot file. A snapshot of another version is not read but rebuilt from the database.
_FORMAT = 5

# Up to this many passages a search compares every vector (for so many it takes 9 ms). Above it, a graph is
# built in the background.
EXACT_ROWS = 100_000
# HNSW's M (neighbours of a vector in the graph) and efConstruction (vectors visited to find them).
NEIGHBOURS = 24
CONSTRUCTION_WIDTH = 100
# HNSW's efSearch: vectors that a search of the graph visits when no filter excludes any. In a million
# passages this finds 0.992 of the true 50 nearest. A filter makes the search visit vectors that it then
# excludes, so the width is divided by the admitted share to the power WIDENING. Measured on 300,000 vectors,
# of which about 40 each were made from one real vector, so that the nearest are hard to tell apart: without a
# filter 0.905 of the 50 nearest are found in 1.5 ms; where any tenth is admitted, 0.913 in 2.3 ms.
SEARCH_WIDTH = 320
WIDENING = 0.5
# What filters admit may lie far from the question, as with an edition of sports news and a question on
# elections; the graph then leads to few of them. So where filters admit less than SPARSE, a search must find
# this share of what it would find if they admitted as much everywhere; else all admitted vectors are
# compared. With a tenth on one topic, this finds 0.87 of those 50 nearest instead of 0.67; three questions in
# ten then take 14 ms instead of 3.
SPARSE, SURROUNDED = 0.5, 0.7
# Where filters admit a smaller share than this, comparing all admitted vectors is quicker than the graph.
NARROW = 0.05
# Adding vectors holds the lock that searches need. After TURN vectors added to a graph, or COPIED vectors
# read out of the exact index for a new graph, the lock is free for a moment: each takes about 0.1 s.
TURN = 100
COPIED = 2000


@dataclass(frozen=True)
class _Rows:
    """The passage behind each row of the FAISS index; arrays of shape (rows,).

    A FAISS graph cannot drop single rows, so a removed passage keeps its row until `DenseIndex._compact`, but
    is no longer `alive`.
    """

    ids: Ids
    published: Ids  # microseconds since 1970
    source: npt.NDArray[np.int32]  # position in `names`
    origins: Codes  # of the origins that the article came in from, see `OriginSets`
    alive: npt.NDArray[np.bool_]
    order: Ids  # row numbers sorted by id, to find an id's row by binary search
    names: tuple[str, ...]  # source names

    @cached_property
    def newest(self) -> int:
        return int(self.published.max(initial=0))

    @cached_property
    def alive_bits(self) -> Bits:
        return np.packbits(self.alive, bitorder="little")

    @classmethod
    def empty(cls) -> _Rows:
        none, code = np.empty(0, np.int64), np.empty(0, np.int32)
        return cls(none, none, code, code, np.empty(0, np.bool_), none, ())


class DenseIndex:
    """Vectors with the passage ids, times, sources and origins that filters need. For many threads."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._faiss: faiss.Index = _exact(dimension)
        self._rows = _Rows.empty()
        self._origins = OriginSets()
        self._editions = EditionBitmaps()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._growing: threading.Thread | None = None

    def __len__(self) -> int:
        return int(np.count_nonzero(self._rows.alive))

    @property
    def memory_bytes(self) -> int:
        """The memory in bytes that the vectors, the graph and the columns of `_Rows` take."""
        rows, vectors = self._rows, _vectors(self._faiss)
        # Each vector has 2 M links of 4 bytes in the graph's lowest layer, which holds nearly all links.
        links = vectors.ntotal * 2 * NEIGHBOURS * 4 if self.has_graph else 0
        columns = (rows.ids, rows.published, rows.source, rows.origins, rows.alive, rows.order)
        size = sum(column.nbytes for column in columns) + self._editions.nbytes
        return int(vectors.ntotal * vectors.code_size) + links + size

    def ids(self) -> set[int]:
        """Return the ids of the passages held."""
        rows = self._rows
        return set(rows.ids[rows.alive].tolist())

    def search(
        self, vector: Scores, filters: Filters, limit: int, *, exact: bool = False
    ) -> list[tuple[int, float]]:
        """Return (passage id, cosine) of the best passages that satisfy the filters, best first.

        `vector` is float32 of shape (dimension,), length 1. A vector of zeros stands for a question that
        could not be embedded, and finds nothing. With `exact` every vector is compared, however large the
        index is.
        """
        if not vector.any():
            return []
        with self._lock:
            rows = self._rows
            admitted = self._admitted(filters)
            number = count(admitted)
            if number == 0:
                return []
            share = number / rows.ids.size
            width = 0 if exact else self._width(share, limit)
            wanted = min(limit, number)
            least = max(wanted, int(SURROUNDED * width * share)) if share < SPARSE else wanted
            found, scores = self._nearest(vector, admitted, wanted, width, least)
        return [(int(rows.ids[row]), float(score)) for row, score in zip(found, scores, strict=True)]

    def _admitted(self, filters: Filters) -> Bits:
        """Return which rows satisfy the filters, as a bitmap with the first row in the lowest bit."""
        bits = _by_time_and_source(self._rows, filters)
        if filters.origins is None:
            return bits
        return bits & self._editions.of(filters.origins, self._rows.origins, self._origins).bits

    def _width(self, share: float, limit: int) -> int:
        """Return how many vectors of the graph to visit when filters admit `share` of all, in (0, 1].

        0 means to compare every admitted vector instead.
        """
        wide = self.has_graph and share >= NARROW
        return int(max(SEARCH_WIDTH, 2 * limit) / share**WIDENING) if wide else 0

    def _nearest(
        self, vector: Scores, admitted: Bits, number: int, width: int, least: int
    ) -> tuple[Ids, Scores]:
        """Return the nearest `number` of the admitted rows, and their cosines.

        At least so many rows must be admitted. `width` is what `_width` returned. If the graph leads to fewer
        than `least` admitted rows, which are at least `number`, all admitted rows are compared.
        """
        # faiss's type stubs describe the C++ signatures, not those of its Python wrappers.
        selector = faiss.IDSelectorBitmap(admitted)  # type: ignore[call-arg, arg-type]
        if width:
            wide = faiss.SearchParametersHNSW(efSearch=width, sel=selector)  # type: ignore[attr-defined]
            scores, found = self._faiss.search(vector[None, :], least, params=wide)
            if found.min() >= 0:  # -1 stands for a row that the graph did not lead to
                return found[0, :number], scores[0, :number]
        exact = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        with _one_thread():
            scores, found = _vectors(self._faiss).search(vector[None, :], number, params=exact)
        return found[0], scores[0]

    def scores(self, vector: Scores, ids: Sequence[int]) -> dict[int, float]:
        """Return id → cosine with `vector`, for those of the passages that the index holds."""
        with self._lock:
            known = self._find(np.asarray(ids, np.int64))
            if not known:
                return {}
            vectors = _vectors(self._faiss).reconstruct_batch(np.array(list(known.values()), np.int64))
        return dict(zip(known, (vectors @ vector).tolist(), strict=True))

    def share(self, edition: frozenset[int]) -> float:
        """Return the share of the passages that an edition sees, in [0, 1]. It is 1 only if it sees all.

        Passages that were removed count until the index is compacted.
        """
        with self._lock:
            return self._editions.of(edition, self._rows.origins, self._origins).share

    def admits(self, ids: Sequence[int], filters: Filters) -> list[bool]:
        """Return for each passage whether the index holds it and it satisfies the filters."""
        with self._lock:
            rows = self._rows_of(np.asarray(ids, np.int64))
            held = rows >= 0
            admitted = held & _satisfies(self._rows, filters, rows)
            if filters.origins is not None:
                seen = self._editions.of(filters.origins, self._rows.origins, self._origins).bits
                admitted[held] &= (seen[rows[held] >> 3] >> (rows[held] & 7) & 1).astype(np.bool_)
        return list(admitted.tolist())

    def facts(self, ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
        """Return id → (when its article was published, its source), for those that the index holds."""
        with self._lock:
            rows, known = self._rows, self._find(np.asarray(ids, np.int64))
        return {
            id: (from_microseconds(int(rows.published[row])), rows.names[rows.source[row]])
            for id, row in known.items()
        }

    def apply(self, added: Sequence[IndexedPassage], removed: Sequence[int]) -> None:
        """Remove passages, and add passages; adding one that the index holds replaces it."""
        with self._lock:
            gone = set(removed)
            same = self._of_same_vector([passage for passage in added if passage.id not in gone])
        new = [passage for passage in added if passage.id not in same]
        vectors = [passage.vector for passage in new]
        # A search sees a row only once it is in `_rows`, so the lock may be released between the parts.
        for first in range(0, len(vectors), TURN):
            with self._lock:
                self._faiss.add(np.stack(vectors[first : first + TURN]).astype(np.float32))
        with self._lock:
            gone |= {passage.id for passage in new}
            self._mark_dead(self._find(np.array(list(gone), np.int64)).values())
            self._change([(same[passage.id], passage) for passage in added if passage.id in same])
            if new:
                self._append(new)
            if self._rows.alive.size > 2 * max(1, len(self)):
                self._compact()
        self.grow()

    @property
    def newest(self) -> datetime:
        """The latest time at which an article of any row was published."""
        return from_microseconds(self._rows.newest)

    @property
    def has_graph(self) -> bool:
        return isinstance(self._faiss, faiss.IndexHNSW)

    def close(self) -> None:
        """Stop building the graph, if one is being built, and wait until that has stopped."""
        self._closed.set()
        self.settle()

    def settle(self) -> None:
        """Wait until the graph is built, if one is being built."""
        if self._growing:
            self._growing.join()

    def grow(self) -> None:
        """Start building a graph in the background, if there are more than `EXACT_ROWS` rows and no graph."""
        wanted = self._rows.ids.size > EXACT_ROWS and not self.has_graph
        if wanted and (self._growing is None or not self._growing.is_alive()):
            self._growing = threading.Thread(target=self._make_graph, name="graph", daemon=True)
            self._growing.start()

    def _make_graph(self) -> None:
        """Copy the vectors into a graph and switch searches to it; until then they compare every vector."""
        started, exact = time.monotonic(), self._faiss
        graph = _graph(self.dimension)
        while not self._closed.is_set():
            with self._lock:
                if self._faiss is not exact:
                    return  # the index was compacted; the next change calls `grow` again
                vectors = exact.reconstruct_n(graph.ntotal, min(COPIED, exact.ntotal - graph.ntotal))
                if not vectors.size:
                    self._faiss = graph
                    logger.info("graph made rows=%d seconds=%.1f", graph.ntotal, time.monotonic() - started)
                    return
            graph.add(vectors)

    def _find(self, ids: Ids) -> dict[int, int]:
        """Return id → row for those of the ids that the index holds."""
        rows = self._rows_of(ids)
        held = rows >= 0
        return dict(zip(ids[held].tolist(), rows[held].tolist(), strict=True))

    def _rows_of(self, ids: Ids) -> Ids:
        """Return the row of each of the ids, -1 where the index does not hold it."""
        rows = self._rows
        if not rows.ids.size:
            return np.full(ids.size, -1, np.int64)
        # Of several rows with one id only the last can be alive, and a stable sort keeps it last among them.
        position = np.searchsorted(rows.ids, ids, side="right", sorter=rows.order) - 1
        row = rows.order[np.maximum(position, 0)]
        held = (position >= 0) & (rows.ids[row] == ids) & rows.alive[row]
        return np.where(held, row, -1)

    def _mark_dead(self, dead: object) -> None:
        rows = list(dead)  # type: ignore[call-overload]
        if rows:
            alive = self._rows.alive.copy()
            alive[rows] = False
            self._rows = replace(self._rows, alive=alive)

    def _of_same_vector(self, passages: Sequence[IndexedPassage]) -> dict[int, int]:
        """Return id → row for those of the passages that the index holds with the vector that they have."""
        held = self._find(np.array([passage.id for passage in passages], np.int64))
        if not held:
            return {}
        stored = _vectors(self._faiss).reconstruct_batch(np.array(list(held.values()), np.int64))
        vectors = {passage.id: passage.vector for passage in passages}
        return {
            id: row
            for (id, row), vector in zip(held.items(), stored, strict=True)
            if np.array_equal(vector, vectors[id].astype(np.float32))
        }

    def _change(self, changed: Sequence[tuple[int, IndexedPassage]]) -> None:
        """Note for rows what may have changed of their passages, apart from the vector."""
        if not changed:
            return
        places, passages = [row for row, _ in changed], [passage for _, passage in changed]
        rows = self._rows
        published, source, origins = rows.published.copy(), rows.source.copy(), rows.origins.copy()
        published[places], source[places], origins[places], names = self._columns(passages)
        if not np.array_equal(origins, rows.origins):
            self._editions.clear()
        self._rows = replace(rows, published=published, source=source, origins=origins, names=names)

    def _columns(self, passages: Sequence[IndexedPassage]) -> tuple[Ids, Codes, Codes, tuple[str, ...]]:
        """Return `published`, `source` and `origins` of passages as `_Rows` has them, and all `names`."""
        names = {name: code for code, name in enumerate(self._rows.names)}
        sources = [names.setdefault(passage.source, len(names)) for passage in passages]
        return (
            np.array([microseconds(passage.published_at) for passage in passages], np.int64),
            np.array(sources, np.int32),
            np.array([self._origins.code(passage.origins) for passage in passages], np.int32),
            tuple(names),
        )

    def _append(self, added: Sequence[IndexedPassage]) -> None:
        rows = self._rows
        ids = np.concatenate([rows.ids, np.array([passage.id for passage in added], np.int64)])
        published, source, origins, names = self._columns(added)
        self._rows = _Rows(
            ids=ids,
            published=np.concatenate([rows.published, published]),
            source=np.concatenate([rows.source, source]),
            origins=np.concatenate([rows.origins, origins]),
            alive=np.concatenate([rows.alive, np.ones(len(added), np.bool_)]),
            order=np.argsort(ids, kind="stable"),
            names=names,
        )

    def _compact(self) -> None:
        """Make a new exact index of the rows that are alive, because dead rows cost memory and time."""
        rows = self._rows
        kept = np.flatnonzero(rows.alive)
        vectors = _vectors(self._faiss).reconstruct_batch(kept) if kept.size else None
        self._faiss = _exact(self.dimension)
        if vectors is not None:
            self._faiss.add(vectors)
        ids = rows.ids[kept]
        self._origins, origins = self._origins.used(rows.origins[kept])
        self._editions.clear()
        self._rows = _Rows(
            ids,
            rows.published[kept],
            rows.source[kept],
            origins,
            rows.alive[kept],
            np.argsort(ids),
            rows.names,
        )

    def save(self, path: Path, position: str) -> None:
        """Write the vectors and their rows to one file, atomically; `load` returns `position` again.

        Searches go on while it writes. The caller makes sure that nothing calls `apply` during that time.
        """
        with self._lock:
            rows, index, origins = self._rows, self._faiss, self._origins
        packed = faiss.serialize_index(index)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                format=np.array(_FORMAT),
                position=np.array(position),
                faiss=packed,
                ids=rows.ids,
                published=rows.published,
                source=rows.source,
                origins=rows.origins,
                members=origins.members,
                starts=origins.starts,
                alive=rows.alive,
                names=np.array(rows.names, dtype=np.str_),
            )
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> tuple[DenseIndex, str]:
        """Return the saved index and its position. Raises OSError, ValueError or KeyError if damaged."""
        with np.load(path, allow_pickle=False) as saved:
            if int(saved["format"]) != _FORMAT:
                raise ValueError("written by another version")
            position = str(saved["position"])
            # FAISS raises RuntimeError on damaged bytes; the zip container's checksum has found most by now.
            index = faiss.deserialize_index(saved["faiss"])
            ids = saved["ids"]
            origins = OriginSets.restored(saved["members"], saved["starts"])
            rows = _Rows(
                ids=ids,
                published=saved["published"],
                source=saved["source"],
                origins=saved["origins"],
                alive=saved["alive"],
                order=np.argsort(ids, kind="stable"),
                names=tuple(saved["names"].tolist()),
            )
        if index.ntotal != ids.size:
            raise ValueError("vectors and ids differ in number")
        dense = cls(index.d)
        dense._faiss, dense._rows, dense._origins = index, rows, origins
        return dense, position


# The database stores vectors as float16. Keeping them so takes half the memory of float32 and reads less.
_KIND = faiss.ScalarQuantizer.QT_fp16


def _exact(dimension: int) -> faiss.IndexScalarQuantizer:
    return faiss.IndexScalarQuantizer(dimension, _KIND, faiss.METRIC_INNER_PRODUCT)


def _graph(dimension: int) -> faiss.IndexHNSWSQ:
    kind: Any = _KIND  # the stubs declare a quantiser object here, but the wrapper takes its type
    graph = faiss.IndexHNSWSQ(dimension, kind, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = CONSTRUCTION_WIDTH
    return graph


def _vectors(index: Any) -> Any:
    """Return the flat FAISS index that holds the vectors, also where a graph is built on top of it."""
    return faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from waking other threads for what this thread asks of it.

    One question is compared by one thread. The others have nothing to do, but OpenMP waits for them: beside
    other busy programs that took 3 of 4 ms.
    """
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # holds for the thread that calls it
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _by_time_and_source(rows: _Rows, filters: Filters) -> Bits:
    """Return which rows are alive and satisfy the filters by time and source."""
    satisfying = _satisfies(rows, filters, slice(None))
    if satisfying is True:
        return rows.alive_bits
    return rows.alive_bits & np.packbits(satisfying, bitorder="little")


def _satisfies(rows: _Rows, filters: Filters, some: Ids | slice) -> npt.NDArray[np.bool_] | bool:
    """Return which of some rows satisfy the filters by time and source; True where all of them do."""
    satisfying: npt.NDArray[np.bool_] | bool = True
    if filters.since:
        satisfying &= rows.published[some] >= microseconds(filters.since)
    if filters.until and microseconds(filters.until) < rows.newest:
        satisfying &= rows.published[some] <= microseconds(filters.until)
    if filters.source:
        name = rows.names.index(filters.source) if filters.source in rows.names else -1
        satisfying &= rows.source[some] == name
    return satisfying
