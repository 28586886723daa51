"""BM25 as Tantivy computes it, from counts, so that what another engine finds by words is scored alike.

An engine may score each of its parts by the part's own frequencies, or weigh headline and text otherwise; the
fusion of `index.retrieve` was measured with the scores of `index.lexical`. Formula: Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.lexical import TIE_BREAKER, TITLE_BOOST
from index.reading import idf

# Tantivy's own: how soon repeating a word counts no more, and how much long texts are held back.
K1, B = 1.2, 0.75


class Words(NamedTuple):
    """A passage as the index compares it: the terms of its headline and of its text, in order."""

    title: Sequence[str]
    text: Sequence[str]


class Frequency(NamedTuple):
    """In how many headlines and in how many texts of passages a term stands."""

    title: int = 0
    text: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """How many passages there are, and how many words in their headlines and in their texts."""

    passages: int = 0
    title_words: int = 0
    text_words: int = 0


@dataclass(slots=True)
class Tally:
    """What passages that come and go change in the frequencies and the totals."""

    title: Counter[str] = field(default_factory=Counter)
    text: Counter[str] = field(default_factory=Counter)
    totals: Totals = Totals()

    def add(self, words: Words) -> None:
        self._count(words, 1)

    def remove(self, words: Words) -> None:
        self._count(words, -1)

    def frequencies(self, before: Mapping[str, Frequency]) -> dict[str, Frequency]:
        """Return the frequencies of all terms that change, from those before (0 where none is given)."""
        changed = {}
        for term in self.terms():
            title, text = before.get(term, Frequency())
            changed[term] = Frequency(title + self.title[term], text + self.text[term])
        return changed

    def terms(self) -> list[str]:
        return list(self.title | self.text | -self.title | -self.text)

    def _count(self, words: Words, sign: int) -> None:
        for counter, terms in ((self.title, words.title), (self.text, words.text)):
            for term in set(terms):
                counter[term] += sign
        self.totals = Totals(
            self.totals.passages + sign,
            self.totals.title_words + sign * len(words.title),
            self.totals.text_words + sign * len(words.text),
        )


class Scorer:
    """Scores passages for the terms of one question."""

    def __init__(self, frequencies: Mapping[str, Frequency], totals: Totals) -> None:
        passages = max(1, totals.passages)
        self._terms = list(frequencies)
        self._title = idf({term: each.title for term, each in frequencies.items()}, totals.passages)
        self._text = idf({term: each.text for term, each in frequencies.items()}, totals.passages)
        self._title_average = max(1, totals.title_words) / passages
        self._text_average = max(1, totals.text_words) / passages

    def score(self, words: Words) -> float:
        """Return the sum over the terms of the better of headline and text, and a little of the other."""
        return sum(self._score(term, words) for term in self._terms)

    def _score(self, term: str, words: Words) -> float:
        title = TITLE_BOOST * self._title[term] * _saturation(term, words.title, self._title_average)
        text = self._text[term] * _saturation(term, words.text, self._text_average)
        return max(title, text) + TIE_BREAKER * min(title, text)


def _saturation(term: str, words: Sequence[str], average: float) -> float:
    count = words.count(term)
    return count * (K1 + 1) / (count + K1 * (1 - B + B * _stored_length(len(words)) / average))


def _stored_length(length: int) -> int:
    """Return a length as Tantivy keeps it, in a byte: beyond 40 words, in ever larger steps."""
    rest = max(0, length - 24)
    shift = max(0, rest.bit_length() - 4)
    return min(length, 24) + (rest >> shift << shift)
