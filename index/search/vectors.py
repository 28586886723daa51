"""Unit vectors in rows, and the rows whose vectors are nearest to a question's.

A few vectors are all compared with the question's. Where there are more, each also has a short code (product
quantisation: Jégou, Douze and Schmid, 2011), in the layout in which FAISS compares 32 at a time ("fast scan":
André, Kermarrec and Le Scouarnec, 2015). A search compares all codes, then the vectors of the best of them.

A graph of neighbours (HNSW) visits fewer vectors, but a filter makes it visit more of them the less it
admits, and what it then finds depends on where the admitted vectors lie. Comparing all codes takes the same
time, and finds the same share, whatever a filter admits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import faiss
import numpy as np
import numpy.typing as npt

from index.search.base import Scores
from index.search.on_disk import OnDisk
from index.search.origins import Bits, count

Ids = npt.NDArray[np.int64]

# Up to this many rows every vector is compared, which takes 0.6 ms for so many.
EXACT_ROWS = 20_000
# Where filters admit a smaller share than this, comparing the admitted vectors is quicker than comparing all
# codes.
NARROW = 0.04
# The vectors that are compared after the codes, at least so many, and so many for each row that is wanted.
POOL, SPARE = 800, 4
# Where filters admit at least this share, so many times as many rows are taken as would do if the filters
# admitted the same share of them as of all, and those that are not admitted are left out.
BROAD, MORE = 0.35, 1.3
# Each part of a code has four bits, as the fast scan needs it, and stands for two numbers of the vector.
BITS, NUMBERS = 4, 2
# Codes are learned from so many vectors, which takes a second.
LEARNED_FROM = 20_000
# When there are so many times as many rows as the codes were learned from, they are learned anew.
GROWTH = 1.5
# Vectors that are coded or copied at once: 15 MB as float32.
PORTION = 10_000


class Vectors:
    """Vectors of one length in rows 0, 1, 2 ….

    Nothing may be added while another thread searches or adds. `learned` and `kept` only read.
    """

    def __init__(self, dimension: int, folder: Path | None) -> None:
        """Hold no vectors yet. The file that takes them is made in `folder`, see `OnDisk`."""
        self.dimension = dimension
        self._folder = folder
        self._exact = OnDisk(dimension, folder)
        self._codes: Any = None  # a FAISS index of the same rows; the stubs know none of its methods
        self.learned_from = 0  # so many rows were there when the codes were learned

    def __len__(self) -> int:
        return len(self._exact)

    @property
    def coded(self) -> bool:
        return self._codes is not None

    @property
    def nbytes(self) -> int:
        """The bytes that the vectors and their codes take, the vectors in memory while they are read."""
        codes = self._codes.code_size if self._codes else 0
        return self._exact.nbytes + len(self) * int(codes)

    @property
    def file_bytes(self) -> int:
        return self._exact.nbytes

    def release(self) -> None:
        """Give back the memory that the vectors take, until they are read again."""
        self._exact.release()

    def add(self, vectors: Scores) -> None:
        """Append float32 vectors of shape (rows, dimension)."""
        with _one_thread():
            if self._codes:
                self._codes.add_with_ids(vectors, np.arange(len(self), len(self) + len(vectors)))
            self._exact.add(vectors)

    def of(self, rows: Ids) -> Scores:
        """Return the vectors of some rows: float32 of shape (rows, dimension)."""
        vectors: Scores = self._exact.index.reconstruct_batch(rows)
        return vectors

    def nearest(
        self, vector: Scores, admitted: Bits, number: int, *, exact: bool = False
    ) -> tuple[Ids, Scores]:
        """Return the `number` nearest of the admitted rows, and their cosines, nearest first.

        `admitted` has the first row in the lowest bit. Where fewer rows are admitted, all of them are
        returned. With `exact` every admitted vector is compared.
        """
        among, pool = count(admitted), max(POOL, SPARE * number)
        share = among / max(1, len(self))
        if among == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        # faiss's type stubs describe the C++ signatures, not those of its Python wrappers.
        selector = faiss.IDSelectorBitmap(admitted)  # type: ignore[call-arg, arg-type]
        if exact or self._codes is None or among <= max(pool, NARROW * len(self)):
            some = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            with _one_thread():
                cosines, rows = self._exact.index.search(vector[None, :], min(number, among), params=some)
            return rows[0], cosines[0]
        if share >= BROAD:
            rows, cosines = self._nearest_codes(vector, int(MORE * pool / share) if share < 1 else pool)
            seen = _are_set(admitted, rows)
            if np.count_nonzero(seen) >= pool / MORE:
                return rows[seen][:number], cosines[seen][:number]
        rows, cosines = self._nearest_codes(vector, pool, selector)
        return rows[:number], cosines[:number]

    def _nearest_codes(self, vector: Scores, pool: int, selector: Any = None) -> tuple[Ids, Scores]:
        """Return the rows of the `pool` nearest codes, and their cosines by their vectors, nearest first."""
        some = faiss.SearchParametersIVF(sel=selector)  # type: ignore[call-arg]
        both: Any = faiss.IndexRefineSearchParameters(base_index_params=some)  # type: ignore[call-arg]
        with _one_thread():
            cosines, rows = faiss.IndexRefine(self._codes, self._exact.index).search(
                vector[None, :], pool, params=both
            )
        found = rows[0] >= 0  # -1 stands for nothing more
        return rows[0][found], cosines[0][found]

    @property
    def outgrown(self) -> bool:
        """Whether codes are needed that are not there, or are so few that they should be learned anew."""
        return len(self) > max(EXACT_ROWS, GROWTH * self.learned_from)

    def learned(self, order: Ids) -> Any:
        """Return codes for all vectors, learned from some of them, for `use`.

        `order` holds every row once. Rows that are admitted together should stand next to each other: where
        none of 32 codes is admitted, they are not compared.
        """
        codes = _codes(self.dimension)
        chosen = np.random.default_rng(0).choice(len(self), min(LEARNED_FROM, len(self)), replace=False)
        with _one_thread():
            codes.train(self.of(np.sort(chosen)))
            for first in range(0, len(self), PORTION):
                rows = order[first : first + PORTION]
                codes.add_with_ids(self.of(rows), rows)
        return codes

    def use(self, codes: Any) -> None:
        """Let searches compare these codes from now on."""
        self._codes, self.learned_from = codes, int(codes.ntotal)

    def kept(self, rows: Ids) -> Vectors:
        """Return some of the vectors, in rows of their own."""
        kept = Vectors(self.dimension, self._folder)
        for first in range(0, rows.size, PORTION):
            kept.add(self.of(rows[first : first + PORTION]))
        return kept

    @property
    def packed(self) -> npt.NDArray[np.uint8]:
        """The vectors as `read` takes them: not a copy, so nothing may be added while it is used."""
        return self._exact.packed

    @property
    def packed_codes(self) -> npt.NDArray[np.uint8]:
        """The codes as `read` takes them; empty where there are none."""
        return faiss.serialize_index(self._codes) if self._codes else np.empty(0, np.uint8)

    @classmethod
    def read(
        cls, dimension: int, folder: Path | None, rows: int, file: IO[bytes], codes: npt.NDArray[np.uint8]
    ) -> Vectors:
        """Return the vectors whose `packed` is the rest of the file. Raises ValueError if that does not fit.

        FAISS raises RuntimeError where the codes are damaged.
        """
        vectors = cls(dimension, folder)
        vectors._exact.read(file, rows)
        if codes.size:
            vectors.use(faiss.deserialize_index(codes))
            if (vectors._codes.d, vectors._codes.ntotal) != (dimension, rows):
                raise ValueError("the codes do not fit")
        return vectors


def _codes(dimension: int) -> Any:
    """Return a new index of codes. It is an inverted file of one list, since only that kind takes filters."""
    whole = faiss.IndexFlatIP(dimension)
    numbers = NUMBERS if dimension % NUMBERS == 0 else 1
    codes: Any = faiss.IndexIVFPQFastScan(
        whole, dimension, 1, dimension // numbers, BITS, faiss.METRIC_INNER_PRODUCT
    )
    # The list's centre would be subtracted from each vector, for nothing.
    codes.by_residual = False
    # FAISS warns where there are few vectors for each value of a code.
    codes.pq.cp.min_points_per_centroid = 1
    codes.cp.min_points_per_centroid = 1
    return codes


def _are_set(bits: Bits, rows: Ids) -> npt.NDArray[np.bool_]:
    """Tell for each row whether its bit is set. Rows beyond the bits are those that are being added."""
    known = rows < 8 * bits.size
    inside = np.where(known, rows, 0)
    are_set: npt.NDArray[np.bool_] = known & (bits[inside >> 3] >> (inside & 7) & 1).astype(np.bool_)
    return are_set


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
