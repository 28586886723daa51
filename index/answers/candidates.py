"""Ranked passages → quotes: which whole sentences to show. Pure.

In each of the best passages, every run of one to three whole sentences is a candidate; the scorer compares
them all. Quotes are then taken from the top, leaving out what repeats one already taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.answers import scoring
from index.answers.asked import Asked
from index.answers.parsing import ReadPassage, Sentence, among
from index.answers.retrieval import Ranked
from index.answers.scoring import Features
from index.english.mentions import votes
from index.text.spans import Span
from index.types.answer import MAX_QUOTE_CHARS, Quote
from index.types.article import Copy

MAX_SENTENCES = 3
# How much faster than its retrieval score a passage's votes fall: one that scores 0.06 less counts half.
VOTE_SHARPNESS = 12.0
# Candidates that quotes are chosen from, best first: none below has ever been chosen.
CONSIDERED = 150
# Above this share of common words two quotes say the same; below it the likeness still costs.
SAME_WORDS = 0.6
LIKENESS_COST = 1.0
SAME_ARTICLE_COST = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of sentences that could be quoted, with its figures and its words."""

    ranked: Ranked
    span: Span
    features: Features
    words: frozenset[str]
    score: float

    @property
    def article_id(self) -> str:
        return self.ranked.stored.article.id

    @property
    def text(self) -> str:
        return self.ranked.stored.article.text[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class _Votes:
    """What the passages agree on: votes for every mention, and for those that could answer."""

    all: Mapping[str, float]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sentence as this question sees it. A run of sentences adds up what its sentences have."""

    span: Span
    is_: Sentence
    stems: frozenset[str]
    votes: Mapping[str, float]  # of each mention
    best_vote: float  # of those that could answer, by rarity
    of_kind: bool
    of_form: bool
    focus: bool


def candidates(readings: Sequence[ReadPassage], asked: Asked) -> list[Candidate]:
    """Return every run of sentences that could be quoted, best first."""
    best = max((each.ranked.score for each in readings), default=0.0)
    worth = [math.exp((each.ranked.score - best) * VOTE_SHARPNESS) for each in readings]
    articles = [each.article_id for each in readings]
    counted = _Votes(
        all=votes(zip(articles, worth, (each.mentions for each in readings), strict=True)),
        expected=votes(zip(articles, worth, (each.expected for each in readings), strict=True)),
    )
    article_scores: dict[str, float] = {}
    for each in readings:
        known = article_scores.get(each.article_id, each.ranked.score)
        article_scores[each.article_id] = max(known, each.ranked.score)
    found = [
        candidate
        for each in readings
        for candidate in _candidates(each, asked, counted, article_scores[each.article_id])
    ]
    return sorted(found, key=lambda run: (-run.score, run.ranked.stored.id, run.span))


def _candidates(
    reading: ReadPassage, asked: Asked, counted: _Votes, article_score: float
) -> Iterator[Candidate]:
    spans = reading.ranked.stored.passage.sentences
    seen = [
        _see(reading, span, sentence, asked, counted)
        for span, sentence in zip(spans, reading.parsed.sentences, strict=True)
    ]
    for place in runs_of(spans, [each.whole for each in reading.parsed.sentences]):
        yield _candidate(reading.ranked, seen[place], asked, article_score)


def runs_of(sentences: Sequence[Span], whole: Sequence[bool]) -> Iterator[slice]:
    """Yield which neighbouring sentences may be quoted together: one to three, whole ones."""
    for first in range(len(sentences)):
        for last in range(first, min(first + MAX_SENTENCES, len(sentences))):
            if not whole[last] or sentences[last].end - sentences[first].start > MAX_QUOTE_CHARS:
                break
            yield slice(first, last + 1)


def choose(found: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Return at most `limit` candidates, best first, each saying something that those before do not.

    After maximal marginal relevance (Carbonell and Goldstein, 1998): likeness to a chosen one costs.
    """
    rest = {i: each.score for i, each in enumerate(found[:CONSIDERED])}
    chosen: list[Candidate] = []
    while rest and len(chosen) < limit:
        best = max(rest, key=lambda i: (rest[i], -i))
        taken = found[best]
        del rest[best]
        if any(_repeats_sentence(taken, each) for each in chosen):
            continue
        chosen.append(taken)
        for i in list(rest):
            likeness = _likeness(found[i], taken)
            if likeness >= SAME_WORDS or _overlap(found[i], taken):
                del rest[i]
            else:
                same_article = found[i].article_id == taken.article_id
                rest[i] -= LIKENESS_COST * likeness + SAME_ARTICLE_COST * same_article
    return chosen


def to_quote(candidate: Candidate, copies: Sequence[Copy]) -> Quote:
    return Quote(candidate.ranked.stored.article, candidate.span, candidate.score, tuple(copies))


def _see(reading: ReadPassage, span: Span, sentence: Sentence, asked: Asked, counted: _Votes) -> _Seen:
    mentions, expected = among(reading.mentions, sentence), among(reading.expected, sentence)
    stems = {each.stem for each in expected}
    return _Seen(
        span,
        sentence,
        frozenset(reading.parsed.words.stems[sentence.first : sentence.end]),
        {each.stem: counted.all.get(each.stem, 0.0) for each in mentions},
        max((counted.expected.get(stem, 0.0) * asked.rarity(stem) for stem in stems), default=0.0),
        not asked.expectation.kinds.isdisjoint([each.kind for each in mentions]),
        asked.finder is not None and bool(expected),
        not reading.focus.isdisjoint(range(sentence.first, sentence.end)),
    )


def _candidate(ranked: Ranked, run: Sequence[_Seen], asked: Asked, article_score: float) -> Candidate:
    span = Span(run[0].span.start, run[-1].span.end)
    words = run[0].stems.union(*(each.stems for each in run[1:]))
    coverage = asked.coverage(words)
    kind = float(any(each.of_kind for each in run))
    lead = float(span.start == 0)
    number = float(asked.expectation.is_number)
    features = Features(
        coverage=coverage,
        length=(span.end - span.start) / MAX_QUOTE_CHARS,
        recency=ranked.recency,
        article=article_score,
        vote=max(each.best_vote for each in run),
        redundancy=_redundancy(run),
        form=float(any(each.of_form for each in run)),
        kind=kind,
        focus=float(any(each.focus for each in run)),
        lead=lead,
        early=math.exp(-span.start / 1000),
        asks=float(run[-1].is_.asks),
        boilerplate=float(any(each.is_.boilerplate for each in run)),
        number_coverage=number * coverage,
        number_kind=number * kind,
        number_lead=number * lead,
    )
    return Candidate(ranked, span, features, words, scoring.score(features))


def _redundancy(run: Sequence[_Seen]) -> float:
    distinct: dict[str, float] = {}
    for each in run:
        distinct.update(each.votes)
    return sum(sorted(distinct.values(), reverse=True)[:4]) / 4


def _likeness(one: Candidate, other: Candidate) -> float:
    shared = len(one.words & other.words)
    return shared / max(1, min(len(one.words), len(other.words)))


def _repeats_sentence(one: Candidate, other: Candidate) -> bool:
    """Tell whether a sentence of `one` stands in `other` too, as in copied agency reports."""
    text = one.ranked.stored.article.text
    sentences = one.ranked.stored.passage.sentences
    return any(text[s:e] in other.text for s, e in sentences if one.span.start <= s and e <= one.span.end)


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.article_id == other.article_id
    return same and one.span.start < other.span.end and other.span.start < one.span.end
