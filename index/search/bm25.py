"""BM25 as Tantivy computes it, from counts, so that what another engine finds by words is scored alike.

An engine may score each of its parts by the part's own frequencies; the fusion of `index.answers.retrieval`
was measured with the scores of `index.search.lexical`. Formula: Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Tantivy's own: how soon repeating a word counts no more, and how much long texts are held back.
K1, B = 1.2, 0.75


# A passage as the index compares it: its terms, in order.
PassageTerms = Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many passages there are, and how many words in them."""

    passages: int = 0
    words: int = 0


@dataclass(slots=True)
class Tally:
    """What passages that come and go change in the frequencies and the totals."""

    changes: Counter[str] = field(default_factory=Counter)
    totals: Totals = Totals()

    def add(self, words: PassageTerms) -> None:
        self._count(words, 1)

    def remove(self, words: PassageTerms) -> None:
        self._count(words, -1)

    def frequencies(self, before: Mapping[str, int]) -> dict[str, int]:
        """Return the frequencies of all terms that change, from those before (0 where none is given)."""
        return {term: before.get(term, 0) + self.changes[term] for term in self.terms()}

    def terms(self) -> list[str]:
        return [term for term, change in self.changes.items() if change]

    def _count(self, words: PassageTerms, sign: int) -> None:
        for term in set(words):
            self.changes[term] += sign
        self.totals = Totals(self.totals.passages + sign, self.totals.words + sign * len(words))


class Scorer:
    """Scores passages for the terms of one question."""

    def __init__(self, frequencies: Mapping[str, int], totals: Totals) -> None:
        self._idf = idf(frequencies, totals.passages)
        self._average = max(1, totals.words) / max(1, totals.passages)

    def score(self, words: PassageTerms) -> float:
        """Return the sum over the terms."""
        return sum(weight * _saturation(term, words, self._average) for term, weight in self._idf.items())


def _saturation(term: str, words: PassageTerms, average: float) -> float:
    count = words.count(term)
    return count * (K1 + 1) / (count + K1 * (1 - B + B * _stored_length(len(words)) / average))


def _stored_length(length: int) -> int:
    """Return a length as Tantivy keeps it, in a byte: beyond 40 words, in ever larger steps."""
    rest = max(0, length - 24)
    shift = max(0, rest.bit_length() - 4)
    return min(length, 24) + (rest >> shift << shift)


def idf(document_frequency: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return term → inverse document frequency, as in BM25 (Robertson and Zaragoza, 2009)."""
    return {
        term: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for term, count in document_frequency.items()
    }
