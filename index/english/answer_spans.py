"""The words of a quote that answer the question, where that is certain. Pure; English.

A question asks for something of a certain form: a country, a person, a number of points, the title of a film.
Every phrase of that form is a candidate, unless the question holds it itself. It is given the weight of the
question's words around it, in all the quotes together, and marked when it has enough of it and no other
candidate comes near. So a mark needs a form that can be told from the text; what is asked for without one
("which company", "why") is left unmarked. After answer typing and redundancy in Brill, Lin, Banko, Dumais and
Ng (2001, "Data-Intensive Question AnswerEngine").
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.english.answer_forms import Finder, Terms
from index.english.mentions import Words, split_words
from index.text.spans import Span

# How far, in words, a question's word still supports a phrase.
REACH = 8.0
# A phrase is certain with this share of the question around it, and so many times that of the next best.
ENOUGH = 0.15
MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: int
    span: Span
    key: tuple[str, ...]
    support: float


def answer_spans(
    finder: Finder | None, quotes: Sequence[str], weights: Mapping[str, float], terms: Terms
) -> list[tuple[Span, ...]]:
    """Return for each quote the spans of its text that answer the question, ordered and disjoint.

    `finder` finds phrases of the form that the question asks for (see `answer_forms`); without one nothing
    is marked. `weights` gives each of the question's words, as `terms` splits and stems them, its idf.
    """
    found = [
        candidate
        for number, text in enumerate(quotes)
        for candidate in _candidates(number, text, finder(text, terms) if finder else (), weights, terms)
    ]
    certain = _certain(found)
    return [
        tuple(sorted({each.span for each in found if each.quote == number and each.key in certain}))
        for number in range(len(quotes))
    ]


def _candidates(
    number: int, text: str, spans: Iterable[Span], weights: Mapping[str, float], terms: Terms
) -> Iterator[_Candidate]:
    words = split_words(text, terms)
    for span in spans:
        place = words.between(*span)
        stems = words.stems[place]
        if stems and not any(stem in weights for stem in stems):
            yield _Candidate(number, span, tuple(stems), _support(place, words, weights))


def _support(place: slice, words: Words, weights: Mapping[str, float]) -> float:
    """Return the share of the question's weight around some words, each counted where it is nearest."""
    nearest: defaultdict[str, float] = defaultdict(float)
    for i, stem in enumerate(words.stems):
        if stem in weights:
            distance = max(place.start - i, i - place.stop + 1)
            nearest[stem] = max(nearest[stem], weights[stem] * math.exp(-distance / REACH))
    return sum(nearest.values()) / (sum(weights.values()) or 1.0)


def _certain(found: Sequence[_Candidate]) -> frozenset[tuple[str, ...]]:
    """Return the key of the best phrase, with those that are part of it, if no other comes near."""
    totals: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for key, quote in dict.fromkeys((each.key, each.quote) for each in found):
        totals[key] += max(each.support for each in found if each.key == key and each.quote == quote)
    if not totals:
        return frozenset()
    best = max(totals, key=lambda key: (totals[key], key))
    same = frozenset(key for key in totals if _are_same(key, best))
    total = sum(totals[key] for key in same)
    other = max((value for key, value in totals.items() if key not in same), default=0.0)
    return same if total >= ENOUGH and total >= MARGIN * other else frozenset()


def _are_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one name is part of the other; 6 is no part of 6,500."""
    if any(stem[0].isdigit() for stem in (*one, *other)):
        return one == other
    return set(one) <= set(other) or set(other) <= set(one)
