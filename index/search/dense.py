"""Nearest passages by embedding. The only importer of faiss.

Inner product over unit vectors, which is cosine similarity: with every vector in small indexes, with those
that a graph leads to in large ones (HNSW: Malkov and Yashunin, 2018). Filters become a FAISS bitmap selector,
so they act inside the search: a narrow filter returns fewer passages only when fewer exist.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
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
from index.types.article import IndexedPassage
from index.types.question import Filters

logger = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]

# Of the snapshot; another one is not read, but made anew from the database.
_FORMAT = 4

# Up to so many passages every vector is compared, which takes 9 ms; for more, a graph is made in the
# background.
EXACT_ROWS = 100_000
# Of the graph: neighbours of a vector, and how many are looked at to find them.
NEIGHBOURS = 24
CONSTRUCTION_WIDTH = 100
# Vectors that a search of the graph looks at where no filter bars any: of a million passages it finds 0.992
# of the true 50 nearest. What filters bar is looked at in vain, so they widen it, by this power of the share
# that they admit: where that is a tenth, 0.996 of the 50 nearest are found in half the time that 1 takes.
SEARCH_WIDTH = 320
WIDENING = 0.75
# Where filters admit a smaller share than this, comparing all that they admit is quicker than the graph.
NARROW = 0.05
# Vectors added to a graph before searches have a turn, and copied into one that is being made: about 0.1 s.
TURN = 100
COPIED = 2000


@dataclass(frozen=True)
class _Rows:
    """What is known about each row of the FAISS index; arrays of shape (rows,)."""

    ids: Ids
    published: Ids  # microseconds since 1970
    source: npt.NDArray[np.int32]  # position in `names`
    alive: npt.NDArray[np.bool_]
    order: Ids  # rows sorted by id, to find an id's row
    names: tuple[str, ...]

    @cached_property
    def newest(self) -> int:
        return int(self.published.max(initial=0))

    @classmethod
    def empty(cls) -> _Rows:
        none = np.empty(0, np.int64)
        return cls(none, none, np.empty(0, np.int32), np.empty(0, np.bool_), none, ())


class DenseIndex:
    """Vectors with the passage ids, times and sources that filters need. Safe to use from many threads."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._faiss: faiss.Index = _exact(dimension)
        self._rows = _Rows.empty()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._growing: threading.Thread | None = None

    def __len__(self) -> int:
        return int(np.count_nonzero(self._rows.alive))

    @property
    def memory_bytes(self) -> int:
        """What the vectors and what is known about them take up."""
        rows, vectors = self._rows, _vectors(self._faiss)
        links = vectors.ntotal * 2 * NEIGHBOURS * 4 if self.has_graph else 0
        known = (rows.ids, rows.published, rows.source, rows.alive, rows.order)
        return int(vectors.ntotal * vectors.code_size) + links + sum(each.nbytes for each in known)

    def ids(self) -> set[int]:
        """Return the ids of the passages held."""
        rows = self._rows
        return set(rows.ids[rows.alive].tolist())

    def search(
        self, vector: Scores, filters: Filters, limit: int, *, exact: bool = False
    ) -> list[tuple[int, float]]:
        """Return (passage id, cosine) of the best passages that satisfy the filters, best first.

        None is near to a vector of zeros, which stands for a text whose meaning is not known. With `exact`
        every vector is compared, whatever the size.
        """
        if not vector.any():
            return []
        with self._lock:
            rows = self._rows
            admitted = _admitted(rows, filters)
            number = int(np.count_nonzero(admitted))
            if number == 0:
                return []
            width = 0 if exact else self._width(number / admitted.size, limit)
            found, scores = self._nearest(vector, admitted, min(limit, number), width)
        return [(int(rows.ids[row]), float(score)) for row, score in zip(found, scores, strict=True)]

    def _width(self, share: float, limit: int) -> int:
        """Return how many vectors of the graph to look at where a share is admitted; 0: compare them all."""
        wide = self.has_graph and share >= NARROW
        return int(max(SEARCH_WIDTH, 2 * limit) / share**WIDENING) if wide else 0

    def _nearest(
        self, vector: Scores, admitted: npt.NDArray[np.bool_], count: int, width: int
    ) -> tuple[Ids, Scores]:
        """Return the nearest `count` of the admitted rows, of which there are as many, and their cosines."""
        bits = np.packbits(admitted, bitorder="little")
        # faiss's type stubs describe the C++ signatures, not those of its Python wrappers.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
        if width:
            wide = faiss.SearchParametersHNSW(efSearch=width, sel=selector)  # type: ignore[attr-defined]
            scores, found = self._faiss.search(vector[None, :], count, params=wide)
            if found.min() >= 0:  # else some of the admitted are not linked to the others
                return found[0], scores[0]
        every = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, found = _vectors(self._faiss).search(vector[None, :], count, params=every)
        return found[0], scores[0]

    def scores(self, vector: Scores, ids: Sequence[int]) -> dict[int, float]:
        """Return id → cosine for those of the passages that are held."""
        with self._lock:
            known = self._find(np.asarray(ids, np.int64))
            vectors = [self._faiss.reconstruct(int(row)) for row in known.values()]
        if not vectors:
            return {}
        return dict(zip(known, (np.stack(vectors) @ vector).tolist(), strict=True))

    def facts(self, ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
        """Return id → when its article was published and its source, for those that are held."""
        with self._lock:
            rows, known = self._rows, self._find(np.asarray(ids, np.int64))
        return {
            id: (from_microseconds(int(rows.published[row])), rows.names[rows.source[row]])
            for id, row in known.items()
        }

    def apply(self, added: Sequence[IndexedPassage], removed: Sequence[int]) -> None:
        """Add and remove passages; adding one that is held replaces it."""
        vectors = [passage.vector for passage in added]
        # Rows count only when `_rows` tells of them, so adding may stop for searches in between.
        for first in range(0, len(vectors), TURN):
            with self._lock:
                self._faiss.add(np.stack(vectors[first : first + TURN]).astype(np.float32))
        with self._lock:
            gone = list(removed) + [passage.id for passage in added]
            self._bury(self._find(np.asarray(gone, np.int64)).values())
            if added:
                self._append(added)
            if self._rows.alive.size > 2 * max(1, len(self)):
                self._compact()
        self.grow()

    @property
    def newest(self) -> datetime:
        """No passage was published after this."""
        return from_microseconds(self._rows.newest)

    @property
    def has_graph(self) -> bool:
        return isinstance(self._faiss, faiss.IndexHNSW)

    def close(self) -> None:
        """Give up a graph that is being made."""
        self._closed.set()
        self.settle()

    def settle(self) -> None:
        """Wait for a graph that is being made."""
        if self._growing:
            self._growing.join()

    def grow(self) -> None:
        """Begin to make the graph, where there are so many passages that it is wanted and none is there."""
        wanted = self._rows.ids.size > EXACT_ROWS and not self.has_graph
        if wanted and (self._growing is None or not self._growing.is_alive()):
            self._growing = threading.Thread(target=self._make_graph, name="graph", daemon=True)
            self._growing.start()

    def _make_graph(self) -> None:
        """Copy the vectors into a graph, then search that; meanwhile every vector is compared, as before."""
        started, exact = time.monotonic(), self._faiss
        graph = _graph(self.dimension)
        while not self._closed.is_set():
            with self._lock:
                if self._faiss is not exact:
                    return  # compacted; the next change begins again, if there are enough rows left
                vectors = exact.reconstruct_n(graph.ntotal, min(COPIED, exact.ntotal - graph.ntotal))
                if not vectors.size:
                    self._faiss = graph
                    logger.info("graph made rows=%d seconds=%.1f", graph.ntotal, time.monotonic() - started)
                    return
            graph.add(vectors)

    def _find(self, ids: Ids) -> dict[int, int]:
        """Return id → row for the ids that are held."""
        rows = self._rows
        if not rows.ids.size:
            return {}
        # Of several rows of one id, only the last can be alive: it comes last in the stable order.
        position = np.searchsorted(rows.ids, ids, side="right", sorter=rows.order) - 1
        row = rows.order[np.maximum(position, 0)]
        held = (position >= 0) & (rows.ids[row] == ids) & rows.alive[row]
        return dict(zip(ids[held].tolist(), row[held].tolist(), strict=True))

    def _bury(self, dead: object) -> None:
        listed = list(dead)  # type: ignore[call-overload]
        if listed:
            alive = self._rows.alive.copy()
            alive[listed] = False
            self._rows = replace(self._rows, alive=alive)

    def _append(self, added: Sequence[IndexedPassage]) -> None:
        rows = self._rows
        names = {name: i for i, name in enumerate(rows.names)}
        codes = [names.setdefault(passage.source, len(names)) for passage in added]
        ids = np.concatenate([rows.ids, np.array([p.id for p in added], np.int64)])
        published = np.array([microseconds(p.published_at) for p in added], np.int64)
        self._rows = _Rows(
            ids=ids,
            published=np.concatenate([rows.published, published]),
            source=np.concatenate([rows.source, np.array(codes, np.int32)]),
            alive=np.concatenate([rows.alive, np.ones(len(added), np.bool_)]),
            order=np.argsort(ids, kind="stable"),
            names=tuple(names),
        )

    def _compact(self) -> None:
        """Drop the dead rows: they cost memory and time."""
        rows = self._rows
        kept = np.flatnonzero(rows.alive)
        vectors = _vectors(self._faiss).reconstruct_batch(kept) if kept.size else None
        self._faiss = _exact(self.dimension)
        if vectors is not None:
            self._faiss.add(vectors)
        ids = rows.ids[kept]
        self._rows = _Rows(
            ids, rows.published[kept], rows.source[kept], rows.alive[kept], np.argsort(ids), rows.names
        )

    def save(self, path: Path, position: str) -> None:
        """Write everything to one file, atomically. `position` is given back by `load`.

        Searches go on meanwhile; the caller keeps changes away.
        """
        with self._lock:
            rows, index = self._rows, self._faiss
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
            rows = _Rows(
                ids=ids,
                published=saved["published"],
                source=saved["source"],
                alive=saved["alive"],
                order=np.argsort(ids, kind="stable"),
                names=tuple(saved["names"].tolist()),
            )
        if index.ntotal != ids.size:
            raise ValueError("vectors and ids differ in number")
        dense = cls(index.d)
        dense._faiss, dense._rows = index, rows
        return dense, position


# The stored vectors are float16: kept as they are they take half the memory, and searching reads less.
_KIND = faiss.ScalarQuantizer.QT_fp16


def _exact(dimension: int) -> faiss.IndexScalarQuantizer:
    return faiss.IndexScalarQuantizer(dimension, _KIND, faiss.METRIC_INNER_PRODUCT)


def _graph(dimension: int) -> faiss.IndexHNSWSQ:
    kind: Any = _KIND  # the stubs want a quantiser here, the wrapper takes its kind
    graph = faiss.IndexHNSWSQ(dimension, kind, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = CONSTRUCTION_WIDTH
    return graph


def _vectors(index: Any) -> Any:
    """Return what holds the vectors of an index, with or without a graph."""
    return faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index


def _admitted(rows: _Rows, filters: Filters) -> npt.NDArray[np.bool_]:
    """Return which rows satisfy the filters: bool of shape (rows,)."""
    admitted = rows.alive.copy()
    if filters.since:
        admitted &= rows.published >= microseconds(filters.since)
    if filters.until and microseconds(filters.until) < rows.newest:
        admitted &= rows.published <= microseconds(filters.until)
    if filters.source:
        code = rows.names.index(filters.source) if filters.source in rows.names else -1
        admitted &= rows.source == code
    return admitted
