"""Corrects words of a question that no article has: typing errors, and two words written as one.

A word is corrected to the most similar word of the stored articles: it has the same first letter and differs
by at most one insertion, deletion, replacement or swap of neighbours, long words by two.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable

from index.answers.wording import wording
from index.search.base import PassageIndex
from index.storage.articles import Store
from index.types.question import Filters

# Shorter words are like too many others.
SHORTEST = 4
# From so many letters on, a word may differ by two.
LONG = 6
# So many words are corrected, and no longer ones: each takes a few milliseconds.
MOST_WORDS = 3
LONGEST = 30
# Of the passages with a similar word so many are read.
PASSAGES_READ = 200

# What is like one of these is no name: "wich".
_SMALL_WORDS = (
    *("what", "when", "where", "which", "while", "whose", "with", "that", "this", "there", "their", "these"),
    *("they", "were", "will", "would", "have", "does"),
)
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """Corrects questions by the words of the stored articles. Safe to use from many threads."""

    def __init__(self, index: PassageIndex, store: Store) -> None:
        self._index = index
        self._store = store

    def corrected(self, text: str, filters: Filters, but: Collection[str] = ()) -> str | None:
        """Return a question with the words corrected that no article has; None where there are none of these.

        `filters` say in which articles similar words are looked for. A word that is like no other stays as it
        is, as do those of `but`.
        """
        if wording(text, self._index).language != "en":
            return None  # what is no error differs from language to language, and so do stems
        found = {word: self._correct(word, filters) for word in self._unknown(text) if word not in but}
        if not any(found.values()):
            return None
        return _WORD.sub(lambda match: found.get(match[0]) or match[0], text)

    def _unknown(self, text: str) -> list[str]:
        words = [word for word in dict.fromkeys(_WORD.findall(text)) if SHORTEST <= len(word) <= LONGEST]
        terms = {word: self._index.analyzer.terms(word) for word in words}
        frequencies = self._index.document_frequency(term for stems in terms.values() for term in stems)
        unknown = (word for word in words if terms[word] and not any(map(frequencies.get, terms[word])))
        names = [word for word in unknown if min(edits(word, small, 1) for small in _SMALL_WORDS) > 1]
        return names[:MOST_WORDS]

    def _correct(self, word: str, filters: Filters) -> str | None:
        distance = 2 if len(word) >= LONG else 1
        texts = self._texts(self._stem(word), distance, filters)
        return self._most_similar(word, distance, texts) or self._split(word, filters)

    def _texts(self, stem: str, distance: int, filters: Filters) -> list[str]:
        """Return the passages that hold a term within a distance of another, with their headlines."""
        ids = self._index.spelled_like(stem, distance, filters, PASSAGES_READ)
        passages = self._store.stored_passages(ids).values()
        return [f"{found.article.title} {found.text}" for found in passages]

    def _most_similar(self, word: str, distance: int, texts: Iterable[str]) -> str | None:
        """Return the word of some texts that is most like another, and of these the most frequent one.

        Their stems are within a distance of each other. A short word is only corrected to a name: any short
        word is like some other, and that no article has it may be by chance.
        """
        stem = self._stem(word)
        counted = Counter(found for text in texts for found in _WORD.findall(text))
        near = [
            found
            for found in counted
            if found[0].lower() == word[0].lower()
            and (len(word) >= LONG or found.lower() not in counted)
            and edits(stem, self._stem(found), distance) <= distance
        ]
        return min(near, key=lambda found: (*_unlikeness(word, found), -counted[found], found), default=None)

    def _stem(self, word: str) -> str:
        return "".join(self._index.analyzer.terms(word))

    def _split(self, word: str, filters: Filters) -> str | None:
        """Return the two words that are written as one, such as "super bowl", None where they are not."""
        for place in range(SHORTEST, len(word) - SHORTEST + 1):
            parts = f"{word[:place]} {word[place:]}"
            terms = self._index.analyzer.terms(parts)
            if all(self._index.document_frequency(terms).values()) and any(
                f" {parts.lower()} " in f" {' '.join(_WORD.findall(text.lower()))} "
                for text in self._texts(terms[0], 0, filters)
            ):
                return parts
        return None


def _unlikeness(word: str, found: str) -> tuple[int, float]:
    """Return by how many edits two words differ and, of several, which share of the letters that concerns."""
    word, found = word.lower(), found.lower()
    differ = edits(word, found, len(word))
    return differ, -difflib.SequenceMatcher(None, word, found).ratio() if differ > 1 else 0.0


def edits(one: str, other: str, most: int) -> int:
    """Return by how many edits two words differ, at most `most` + 1 (optimal string alignment distance)."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, its in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != its))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == its:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
