"""Marks the words of a quote that answer the question, where that is certain. Pure; English.

Many questions ask for a certain form: a country, a person, a number of points, the title of a film (see
`answer_forms`). Every phrase of that form in the quotes could be the answer, unless it holds a word of the
question. A phrase is supported by the question's words around it; the support of the same phrase in several
quotes adds up. The best phrase is marked when its support reaches `ENOUGH` and is `MARGIN` times that of any
other phrase. Where a question asks for no such form ("which company", "why"), nothing is marked. After answer
typing and redundancy in Brill, Lin, Banko, Dumais and Ng (2001, "Data-Intensive Question Answering").
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.languages.english.answer_forms import Finder, Terms
from index.languages.english.mentions import Words, split_words
from index.text.spans import Span

# The support of one of the question's words falls to 1/e at this distance from the phrase, counted in words.
REACH = 8.0
# A phrase is certain when its support, as a share of the weight of all the question's words, is at least
# ENOUGH, and at least MARGIN times that of the next best phrase.
ENOUGH = 0.15
MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase that could be the answer: where it is, its words as stems (`key`), and its support."""

    quote: int
    span: Span
    key: tuple[str, ...]
    support: float


def answer_spans(
    finder: Finder | None, quotes: Sequence[str], weights: Mapping[str, float], terms: Terms
) -> list[tuple[Span, ...]]:
    """Return for each quote the spans of its text that answer the question, ordered and disjoint.

    `quotes` are their texts. `finder` finds phrases of the form that the question asks for (see
    `answer_forms`); without one nothing is marked. `weights` maps each of the question's words, as `terms`
    splits and stems them, to its idf.
    """
    phrases = [
        phrase
        for number, text in enumerate(quotes)
        for phrase in _phrases(number, text, finder(text, terms) if finder else (), weights, terms)
    ]
    certain = _certain(phrases)
    return [
        tuple(sorted({phrase.span for phrase in phrases if phrase.quote == number and phrase.key in certain}))
        for number in range(len(quotes))
    ]


def _phrases(
    number: int, text: str, spans: Iterable[Span], weights: Mapping[str, float], terms: Terms
) -> Iterator[_Phrase]:
    """Yield the phrases at `spans` of quote `number`, except those that hold a word of the question."""
    words = split_words(text, terms)
    for span in spans:
        place = words.between(*span)
        stems = words.stems[place]
        if stems and not any(stem in weights for stem in stems):
            yield _Phrase(number, span, tuple(stems), _support(place, words, weights))


def _support(place: slice, words: Words, weights: Mapping[str, float]) -> float:
    """Return the support of the words at `place`, in [0, 1].

    It is the weight of the question's words around them, less with the distance, as a share of the weight of
    all of them. A word of the question that comes more than once counts where it is nearest.
    """
    nearest: defaultdict[str, float] = defaultdict(float)
    for i, stem in enumerate(words.stems):
        if stem in weights:
            distance = max(place.start - i, i - place.stop + 1)
            nearest[stem] = max(nearest[stem], weights[stem] * math.exp(-distance / REACH))
    return sum(nearest.values()) / (sum(weights.values()) or 1.0)


def _certain(phrases: Sequence[_Phrase]) -> frozenset[tuple[str, ...]]:
    """Return the keys of the best phrase and of shorter and longer forms of it; none where it is not certain.

    In each quote, a phrase counts once, with its highest support.
    """
    totals: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for key, quote in dict.fromkeys((phrase.key, phrase.quote) for phrase in phrases):
        totals[key] += max(
            phrase.support for phrase in phrases if phrase.key == key and phrase.quote == quote
        )
    if not totals:
        return frozenset()
    best = max(totals, key=lambda key: (totals[key], key))
    same = frozenset(key for key in totals if _are_same(key, best))
    total = sum(totals[key] for key in same)
    other = max((value for key, value in totals.items() if key not in same), default=0.0)
    return same if total >= ENOUGH and total >= MARGIN * other else frozenset()


def _are_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one name is part of the other, as "Biden" of "Joe Biden". Numbers have to be equal."""
    if any(stem[0].isdigit() for stem in (*one, *other)):
        return one == other
    return set(one) <= set(other) or set(other) <= set(one)
