"""BM25 as Tantivy computes it, so that hits of another search engine get the same scores.

Milvus may score each of its segments by the segment's own term frequencies. The fusion in
`index.answers.retrieval` was measured with the scores of Tantivy (`index.search.lexical`), so Milvus's hits
are scored again here. Formula: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

# Tantivy's parameters: k1 is how soon repeating a word stops adding to the score, b how much long texts lose.
K1, B = 1.2, 0.75


# A number, or an array of numbers.
Value = TypeVar("Value", float, npt.NDArray[np.float32])
# A passage as the lexical index sees it: its stemmed terms, in order, repeats included.
PassageTerms = Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many passages an index holds, and how many terms they have in all."""

    passages: int = 0
    words: int = 0


@dataclass(slots=True)
class Tally:
    """Counts how adding and removing passages changes the document frequencies and the totals."""

    changes: Counter[str] = field(default_factory=Counter)
    totals: Totals = Totals()

    def add(self, words: PassageTerms) -> None:
        self._count(words, 1)

    def remove(self, words: PassageTerms) -> None:
        self._count(words, -1)

    def frequencies(self, before: Mapping[str, int]) -> dict[str, int]:
        """Return term → new document frequency for every term whose frequency changes.

        `before` gives the frequencies before the change; a term that it lacks had none.
        """
        return {term: before.get(term, 0) + self.changes[term] for term in self.terms()}

    def terms(self) -> list[str]:
        return [term for term, change in self.changes.items() if change]

    def _count(self, words: PassageTerms, sign: int) -> None:
        for term in set(words):
            self.changes[term] += sign
        self.totals = Totals(self.totals.passages + sign, self.totals.words + sign * len(words))


class Scorer:
    """Scores passages for one question, given the document frequencies of the question's terms."""

    def __init__(self, frequencies: Mapping[str, int], totals: Totals) -> None:
        self._idf = idf(frequencies, totals.passages)
        self._average = max(1, totals.words) / max(1, totals.passages)

    def score(self, words: PassageTerms) -> float:
        """Return a passage's BM25: idf times saturated term frequency, summed over the question's terms."""
        return sum(weight * _saturation(term, words, self._average) for term, weight in self._idf.items())


@dataclass(frozen=True, slots=True)
class Postings:
    """Which of some passages hold a term, and how much it adds to their scores: as BM25 with an idf of 1.

    The passages are numbered from 0. `places` are the terms' places in the arrays, which hold one entry for
    each term and each passage that holds it.
    """

    places: Mapping[str, slice]
    passages: npt.NDArray[np.intp]
    saturations: npt.NDArray[np.float32]

    @classmethod
    def of(cls, passages: Sequence[PassageTerms]) -> Postings:
        """Return the postings of passages, given the terms of each. They make up the average length."""
        counted = [Counter(words) for words in passages]
        lengths = np.array([_stored_length(len(words)) for words in passages], np.float32)
        average = max(1, sum(map(len, passages))) / max(1, len(passages))
        numbers: dict[str, int] = {}
        terms = [numbers.setdefault(term, len(numbers)) for counts in counted for term in counts]
        order = np.argsort(np.array(terms, np.intp), kind="stable")
        rows = np.repeat(np.arange(len(passages)), [len(counts) for counts in counted])[order]
        counts = np.array([count for counts in counted for count in counts.values()], np.float32)[order]
        ends = np.cumsum(np.bincount(terms, minlength=len(numbers))).tolist()
        return cls(
            {term: slice(start, end) for term, start, end in zip(numbers, [0, *ends], ends, strict=False)},
            rows,
            counts * (K1 + 1) / (counts + _discount(lengths[rows], average)),
        )

    def get(self, term: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]] | None:
        """Return the passages that hold a term, ascending, and what it adds to each; None where none does."""
        place = self.places.get(term)
        return None if place is None else (self.passages[place], self.saturations[place])


def _saturation(term: str, words: PassageTerms, average: float) -> float:
    count = words.count(term)
    return count * (K1 + 1) / (count + _discount(_stored_length(len(words)), average))


def _discount(length: Value, average: float) -> Value:
    """Return what keeps a long text from scoring high, given its stored length, or many stored lengths."""
    return K1 * (1 - B + B * length / average)


def _stored_length(length: int) -> int:
    """Return a length as Tantivy stores it, rounded so that it fits in one byte.

    Up to 40 words the length is exact; beyond that it is rounded down in steps that double.
    """
    rest = max(0, length - 24)
    shift = max(0, rest.bit_length() - 4)
    return min(length, 24) + (rest >> shift << shift)


def idf(document_frequency: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return term → inverse document frequency, as in BM25 (Robertson and Zaragoza, 2009)."""
    return {
        term: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for term, count in document_frequency.items()
    }
