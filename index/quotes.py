"""Ranked passages → quotes: which whole sentences to show. Pure.

In each of the best passages, the run of one to three whole sentences is chosen that shares the most
informative words with the question; runs then compete across passages, one an article.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.retrieve import Ranked
from index.sentences import is_whole
from index.types import MAX_QUOTE_CHARS, Copy, Quote, Span

MAX_SENTENCES = 3
# Only the best passages are read sentence by sentence; the rest rarely hold the answer.
PASSAGES_READ = 30
# How much the words of the quote itself weigh beside the score of its passage.
COVERAGE_WEIGHT = 0.8
# Two quotes that share this much of their words say the same.
SAME_WORDS = 0.6

Terms = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of sentences that could be quoted, with its score and the share of the question it covers."""

    ranked: Ranked
    span: Span
    coverage: float
    terms: frozenset[str]

    @property
    def score(self) -> float:
        return self.ranked.score + COVERAGE_WEIGHT * self.coverage


def idf(document_frequency: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return term → inverse document frequency, as in BM25 (Robertson and Zaragoza, 2009)."""
    return {
        term: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for term, count in document_frequency.items()
    }


def candidates(ranked: Sequence[Ranked], weights: Mapping[str, float], terms: Terms) -> list[Candidate]:
    """Return the best run of sentences of each of the best passages, best first.

    `weights` gives each word of the question its idf; `terms` turns text into the same kind of words.
    """
    best = []
    for each in ranked[:PASSAGES_READ]:
        title = frozenset(terms(each.stored.article.title))
        runs = [_candidate(each, span, title, weights, terms) for span in runs_of(each)]
        if runs:
            best.append(max(runs, key=lambda run: (run.coverage, run.span.start - run.span.end)))
    return sorted(best, key=lambda run: (-run.score, run.ranked.stored.id))


def runs_of(ranked: Ranked) -> Iterator[Span]:
    """Yield the spans that may be quoted: one to three neighbouring whole sentences."""
    text, sentences = ranked.stored.article.text, ranked.stored.passage.sentences
    whole = [is_whole(text[start:end]) for start, end in sentences]
    for first in range(len(sentences)):
        for last in range(first, min(first + MAX_SENTENCES, len(sentences))):
            span = Span(sentences[first].start, sentences[last].end)
            if not whole[last] or span.end - span.start > MAX_QUOTE_CHARS:
                break
            yield span


def choose(found: Sequence[Candidate], limit: int, copies: Mapping[str, Sequence[Copy]]) -> tuple[Quote, ...]:
    """Return at most `limit` quotes: the best run of each article, none that repeats another's words."""
    chosen: list[Candidate] = []
    for each in found:
        if len(chosen) == limit:
            break
        if not any(_repeats(each, other) for other in chosen):
            chosen.append(each)
    return tuple(
        Quote(each.ranked.stored.article, each.span, each.score, tuple(copies.get(_id(each), ())))
        for each in chosen
    )


def _candidate(
    ranked: Ranked, span: Span, title: frozenset[str], weights: Mapping[str, float], terms: Terms
) -> Candidate:
    words = frozenset(terms(ranked.stored.article.text[span.start : span.end]))
    return Candidate(ranked, span, _coverage(words, title, weights), words)


def _coverage(words: frozenset[str], title: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the share of the question that the words cover; a word of the title counts half."""
    total = sum(weights.values())
    if not total:
        return 0.0
    in_words = sum(weight for term, weight in weights.items() if term in words)
    in_title = sum(weight for term, weight in weights.items() if term in title and term not in words)
    return (in_words + 0.5 * in_title) / total


def _repeats(one: Candidate, other: Candidate) -> bool:
    if _id(one) == _id(other):
        return True
    shared = len(one.terms & other.terms)
    return shared >= SAME_WORDS * max(1, min(len(one.terms), len(other.terms)))


def _id(candidate: Candidate) -> str:
    return candidate.ranked.stored.article.id
