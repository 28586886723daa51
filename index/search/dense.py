"""Finds the passages whose embeddings are nearest to a question's, among those that filters admit.

The score is the inner product of unit vectors, which is the cosine similarity (see `index.search.vectors`).
Filters become a bitmap of rows that acts inside the search: a narrow filter returns fewer passages only when
fewer exist.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from index.clock import from_microseconds, microseconds
from index.search.base import Scores
from index.search.origins import Bits, Codes, EditionBitmaps, OriginSets
from index.search.vectors import Ids, Vectors
from index.text.tags import base_code
from index.types.article import IndexedPassage
from index.types.question import Filters

# Version of the snapshot file. A snapshot of another version is not read but rebuilt from the database.
_FORMAT = 7
# Adding vectors holds the lock that searches need: for so many at once, 10 ms.
TURN = 1000


@dataclass(frozen=True)
class _Rows:
    """The passage behind each row of the FAISS index; arrays of shape (rows,).

    A removed passage keeps its row until `DenseIndex._compact`, but is no longer `alive`.
    """

    ids: Ids
    published: Ids  # microseconds since 1970
    source: npt.NDArray[np.int32]  # position in `names`
    origins: Codes  # of the origins that the article came in from, see `OriginSets`
    language: npt.NDArray[np.int16]  # see `_language`
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
        languages = np.empty(0, np.int16)
        return cls(none, none, code, code, languages, np.empty(0, np.bool_), none, ())


class DenseIndex:
    """Vectors with the passage ids, times, sources and origins that filters need. For many threads."""

    def __init__(self, dimension: int, folder: Path | None = None) -> None:
        """Hold no passage yet. The vectors' file is made in `folder`, see `index.search.on_disk`."""
        self.dimension = dimension
        self.folder = folder
        self._vectors = Vectors(dimension, folder)
        self._rows = _Rows.empty()
        self._origins = OriginSets()
        self._editions = EditionBitmaps()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(np.count_nonzero(self._rows.alive))

    @property
    def memory_bytes(self) -> int:
        """The memory in bytes that the vectors, their codes and the columns of `_Rows` take."""
        rows = self._rows
        columns = (rows.ids, rows.published, rows.source, rows.origins, rows.language, rows.alive, rows.order)
        return self._vectors.nbytes + sum(column.nbytes for column in columns) + self._editions.nbytes

    @property
    def file_bytes(self) -> int:
        """The size in bytes of the file that holds the vectors."""
        return self._vectors.file_bytes

    def release(self) -> None:
        """Give back memory that the next search takes again."""
        self._vectors.release()

    def ids(self) -> set[int]:
        """Return the ids of the passages held."""
        rows = self._rows
        return set(rows.ids[rows.alive].tolist())

    def search(
        self, vector: Scores, filters: Filters, limit: int, *, exact: bool = False
    ) -> list[tuple[int, float]]:
        """Return (passage id, cosine) of the best passages that satisfy the filters, best first.

        `vector` is float32 of shape (dimension,), length 1. A vector of zeros stands for a question that
        could not be embedded, and finds nothing. With `exact` every admitted vector is compared, however
        large the index is.
        """
        if not vector.any():
            return []
        with self._lock:
            rows = self._rows
            found, scores = self._vectors.nearest(vector, self._admitted(filters), limit, exact=exact)
        return list(zip(rows.ids[found].tolist(), scores.tolist(), strict=True))

    def _admitted(self, filters: Filters) -> Bits:
        """Return which rows satisfy the filters, as a bitmap with the first row in the lowest bit."""
        bits = _without_origins(self._rows, filters)
        if filters.origins is None:
            return bits
        return bits & self._editions.of(filters.origins, self._rows.origins, self._origins).bits

    def scores(self, vector: Scores, ids: Sequence[int]) -> dict[int, float]:
        """Return id → cosine with `vector`, for those of the passages that the index holds."""
        with self._lock:
            known = self._find(np.asarray(ids, np.int64))
            if not known:
                return {}
            vectors = self._vectors.of(np.array(list(known.values()), np.int64))
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
        held = np.fromiter(known.values(), np.int64, len(known))
        published = rows.published[held].tolist()
        moments = {moment: from_microseconds(moment) for moment in set(published)}
        sources = rows.source[held].tolist()
        return {
            id: (moments[moment], rows.names[source])
            for id, moment, source in zip(known, published, sources, strict=True)
        }

    def apply(self, added: Sequence[IndexedPassage], removed: Sequence[int]) -> None:
        """Remove passages, and add passages; adding one that the index holds replaces it."""
        with self._lock:
            gone = set(removed)
            same = self._of_same_vector([passage for passage in added if passage.id not in gone])
        new = [passage for passage in added if passage.id not in same]
        # A search sees a row only once it is in `_rows`, so the lock may be released between the parts.
        for first in range(0, len(new), TURN):
            vectors = np.stack([passage.vector for passage in new[first : first + TURN]]).astype(np.float32)
            with self._lock:
                self._vectors.add(vectors)
        with self._lock:
            gone |= {passage.id for passage in new}
            self._mark_dead(self._find(np.array(list(gone), np.int64)).values())
            self._change([(same[passage.id], passage) for passage in added if passage.id in same])
            if new:
                self._append(new)
        if self._rows.alive.size > 2 * max(1, len(self)):
            self._compact()
        if self._vectors.outgrown:
            # Those of one origin next to each other, as editions see them, and in order of time.
            codes = self._vectors.learned(np.argsort(self._origins.first[self._rows.origins], kind="stable"))
            with self._lock:
                self._vectors.use(codes)

    @property
    def newest(self) -> datetime:
        """The latest time at which an article of any row was published."""
        return from_microseconds(self._rows.newest)

    @property
    def coded(self) -> bool:
        """Whether searches compare codes first (see `index.search.vectors`)."""
        return self._vectors.coded

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
        stored = self._vectors.of(np.array(list(held.values()), np.int64))
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
        language = rows.language.copy()
        language[places] = [_language(passage.language) for passage in passages]
        if not np.array_equal(origins, rows.origins):
            self._editions.clear()
        self._rows = replace(
            rows, published=published, source=source, origins=origins, language=language, names=names
        )

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
            language=np.append(rows.language, [_language(passage.language) for passage in added]).astype(
                np.int16
            ),
            alive=np.concatenate([rows.alive, np.ones(len(added), np.bool_)]),
            order=np.argsort(ids, kind="stable"),
            names=names,
        )

    def _compact(self) -> None:
        """Leave out the rows that are dead, because they cost memory and time. Searches go on."""
        rows = self._rows
        kept = np.flatnonzero(rows.alive)
        vectors = self._vectors.kept(kept)
        sets, origins = self._origins.used(rows.origins[kept])
        ids = rows.ids[kept]
        with self._lock:
            self._vectors, self._origins = vectors, sets
            self._editions.clear()
            self._rows = _Rows(
                ids,
                rows.published[kept],
                rows.source[kept],
                origins,
                rows.language[kept],
                rows.alive[kept],
                np.argsort(ids),
                rows.names,
            )

    def save(self, path: Path, position: str) -> None:
        """Write the vectors and their rows to one file, atomically; `load` returns `position` again.

        Searches go on while it writes. The caller makes sure that nothing calls `apply` during that time.
        """
        with self._lock:
            rows, vectors, origins = self._rows, self._vectors, self._origins
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                format=np.array(_FORMAT),
                position=np.array(position),
                vectors=vectors.packed,
                codes=vectors.packed_codes,
                learned_from=np.array(vectors.learned_from),
                dimension=np.array(self.dimension),
                ids=rows.ids,
                published=rows.published,
                source=rows.source,
                origins=rows.origins,
                language=rows.language,
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
            ids = saved["ids"]
            origins = OriginSets.restored(saved["members"], saved["starts"])
            rows = _Rows(
                ids=ids,
                published=saved["published"],
                source=saved["source"],
                origins=saved["origins"],
                language=saved["language"],
                alive=saved["alive"],
                order=np.argsort(ids, kind="stable"),
                names=tuple(saved["names"].tolist()),
            )
            with saved.zip.open("vectors.npy") as file:
                _skip_header(file)
                dense = cls(int(saved["dimension"]), path.parent)
                dense._vectors = Vectors.read(dense.dimension, dense.folder, ids.size, file, saved["codes"])
            dense._vectors.learned_from = int(saved["learned_from"])
        dense._rows, dense._origins = rows, origins
        return dense, position


def _skip_header(file: IO[bytes]) -> None:
    """Read a file of numpy's format up to its data, which is then read in place: it may be a gigabyte."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    read(file)


def _language(tag: str | None) -> int:
    """Return a number for the language of a tag: its first three letters to the base 27, 0 for none."""
    number = 0
    for letter in (base_code(tag) or "")[:3]:
        number = number * 27 + max(0, min(26, ord(letter) - 96))
    return number


def _without_origins(rows: _Rows, filters: Filters) -> Bits:
    """Return which rows are alive and satisfy the filters by time, source and language."""
    satisfying = _satisfies(rows, filters, slice(None))
    if satisfying is True:
        return rows.alive_bits
    return rows.alive_bits & np.packbits(satisfying, bitorder="little")


def _satisfies(rows: _Rows, filters: Filters, some: Ids | slice) -> npt.NDArray[np.bool_] | bool:
    """Return which of some rows satisfy those filters; True where all of them do."""
    satisfying: npt.NDArray[np.bool_] | bool = True
    if filters.since:
        satisfying &= rows.published[some] >= microseconds(filters.since)
    if filters.until and microseconds(filters.until) < rows.newest:
        satisfying &= rows.published[some] <= microseconds(filters.until)
    if filters.source:
        name = rows.names.index(filters.source) if filters.source in rows.names else -1
        satisfying &= rows.source[some] == name
    if filters.languages is not None:
        satisfying &= np.isin(rows.language[some], [_language(code) for code in filters.languages])
    return satisfying
