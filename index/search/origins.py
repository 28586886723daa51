"""Which rows of the dense index an edition sees.

An edition is a set of origins; it sees a passage whose article came in from at least one of them. Many
passages share one set of origins. So each distinct set is kept once and has a code, and each row has the code
of its set (4 bytes). For an edition, each set is looked at first, and then the code of each row.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# The bitmaps of editions may take so many bytes. For a million passages a bitmap takes 125 kB, so those of
# the 128 editions that searched last are kept. Making one takes 5 ms.
KEPT_BYTES = 16_000_000
# Stands for the origin of a passage that has none; no edition has it.
_NOWHERE = -1

Bits = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]


class OriginSets:
    """Distinct sets of origins, which have the codes 0, 1, 2 … in the order in which they were added."""

    def __init__(self, sets: Iterable[tuple[int, ...]] = ()) -> None:
        self._codes: dict[tuple[int, ...], int] = {}
        self._members, self._starts = array("q"), array("q")
        for origins in sets:
            self.code(origins)

    def code(self, origins: Iterable[int]) -> int:
        """Return the code of a set of origins, which is added where it is new."""
        key = tuple(sorted(set(origins))) or (_NOWHERE,)
        if key not in self._codes:
            self._codes[key] = len(self._codes)
            self._starts.append(len(self._members))
            self._members.extend(key)
        return self._codes[key]

    def admitted(self, edition: frozenset[int]) -> npt.NDArray[np.bool_]:
        """Return which sets have an origin of the edition: bool of shape (sets,), by code."""
        if not self._codes:
            return np.empty(0, np.bool_)
        seen = np.isin(self.members, np.fromiter(edition, np.int64, len(edition)))
        return np.logical_or.reduceat(seen, self.starts)

    def used(self, codes: Codes) -> tuple[OriginSets, Codes]:
        """Return only those sets that one of `codes` is for, and the codes that those have there."""
        kept, new = np.unique(codes, return_inverse=True)
        sets = list(self._codes)
        return OriginSets(sets[code] for code in kept), new.astype(np.int32)

    @property
    def members(self) -> npt.NDArray[np.int64]:
        """The origins of all sets, one set after the other."""
        return np.array(self._members, np.int64)

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where in `members` each set begins."""
        return np.array(self._starts, np.int64)

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """The lowest origin of each set, by code."""
        return self.members[self.starts]

    @classmethod
    def restored(cls, members: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> OriginSets:
        """Return the sets that have these `members` and `starts`. Raises ValueError where they do not fit."""
        sets = cls(tuple(part.tolist()) for part in np.split(members, starts[1:]) if part.size)
        if not np.array_equal(sets.members, members) or not np.array_equal(sets.starts, starts):
            raise ValueError("the sets of origins are damaged")
        return sets


@dataclass(frozen=True, slots=True)
class Seen:
    """Which of so many rows an edition sees, as a bitmap (first row in the lowest bit), and how many."""

    bits: Bits
    rows: int
    number: int

    @property
    def share(self) -> float:
        """The share of the rows that the edition sees, in [0, 1]."""
        return self.number / max(1, self.rows)


class EditionBitmaps:
    """What each edition sees of the rows of one index, those that were asked for last. For one thread.

    Rows and sets may be added between two calls; after any other change `clear` must be called.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[frozenset[int], Seen] = OrderedDict()

    def clear(self) -> None:
        self._seen.clear()

    @property
    def nbytes(self) -> int:
        """The bytes of memory that the bitmaps take."""
        return sum(seen.bits.nbytes for seen in self._seen.values())

    def of(self, edition: frozenset[int], codes: Codes, sets: OriginSets) -> Seen:
        """Return what an edition sees of the rows whose sets of origins have `codes`."""
        known = self._seen.pop(edition, None)
        if known is None or known.rows != codes.size:
            known = _extended(known, sets.admitted(edition), codes)
        self._seen[edition] = known
        while self._seen and len(self._seen) * known.bits.nbytes > KEPT_BYTES:
            self._seen.popitem(last=False)
        return known


def _extended(known: Seen | None, admitted: npt.NDArray[np.bool_], codes: Codes) -> Seen:
    """Return what an edition sees of all rows, where `known` is what it sees of the first of them."""
    whole = known.rows // 8 if known else 0  # bytes that are complete
    added = np.packbits(admitted[codes[8 * whole :]], bitorder="little")
    bits = np.concatenate([known.bits[:whole], added]) if known else added
    return Seen(bits, codes.size, count(bits))


def count(bits: Bits) -> int:
    """Return how many bits are set."""
    return int(np.count_nonzero(np.unpackbits(bits)))
