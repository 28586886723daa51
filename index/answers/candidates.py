"""Chooses from the best passages the whole sentences that are shown as quotes. Pure.

Every run of one to three whole sentences in a passage is a candidate, and each candidate gets a score (see
`index.answers.scoring`). Quotes are taken from the highest score downwards; a candidate that repeats a quote
already taken is left out.
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
from index.languages.english.mentions import votes
from index.text.spans import Span
from index.types.answer import MAX_QUOTE_CHARS, Quote
from index.types.article import Copy

# A quote has this many sentences at most.
MAX_SENTENCES = 3
# How fast the weight of a passage's votes falls with its retrieval score: the weight is exp(12 × difference
# to the best score), so a passage that scores 0.06 less than the best counts half.
VOTE_SHARPNESS = 12.0
# Quotes are chosen from this many of the best candidates. In no measurement was a lower one chosen.
CONSIDERED = 150
# Two candidates that share at least this much of the shorter one's words say the same: the lower one is left
# out. Below that, the score falls by LIKENESS_COST × the share, and for the same article by
# SAME_ARTICLE_COST.
SAME_WORDS = 0.6
LIKENESS_COST = 1.0
SAME_ARTICLE_COST = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of sentences that could be quoted: its passage, its place in the article, and its score.

    `span` are offsets in the article's text, `words` the stems of the run's words. A higher `score` is
    better; scores are comparable within one question.
    """

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
    """What the passages agree on: stem → share of the votes in [0, 1], see `index.languages.english.mentions.votes`.

    `all` counts every mention, `expected` only mentions that could answer the question.
    """

    all: Mapping[str, float]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _SentenceFigures:
    """What one sentence offers to one question; the features of a run are computed from its sentences."""

    span: Span
    parsed: Sentence
    stems: frozenset[str]
    votes: Mapping[str, float]  # stem of each mention → its share of the votes
    best_vote: float  # the highest product of votes and rarity among the mentions that could answer
    has_kind: bool  # a mention is of a kind that the question expects
    has_form: bool  # a phrase is of the form that the question asks for
    has_focus: bool  # the noun that the question asks for is there


def candidates(passages: Sequence[ReadPassage], asked: Asked) -> list[Candidate]:
    """Return every run of sentences in the passages that could be quoted, best first."""
    best = max((passage.ranked.score for passage in passages), default=0.0)
    weights = [math.exp((passage.ranked.score - best) * VOTE_SHARPNESS) for passage in passages]
    articles = [passage.article_id for passage in passages]
    shares = _Votes(
        all=votes(zip(articles, weights, (passage.mentions for passage in passages), strict=True)),
        expected=votes(zip(articles, weights, (passage.expected for passage in passages), strict=True)),
    )
    article_scores: dict[str, float] = {}
    for passage in passages:
        known = article_scores.get(passage.article_id, passage.ranked.score)
        article_scores[passage.article_id] = max(known, passage.ranked.score)
    runs = [
        candidate
        for passage in passages
        for candidate in _candidates(passage, asked, shares, article_scores[passage.article_id])
    ]
    return sorted(runs, key=lambda run: (-run.score, run.ranked.stored.id, run.span))


def _candidates(
    passage: ReadPassage, asked: Asked, shares: _Votes, article_score: float
) -> Iterator[Candidate]:
    spans = passage.ranked.stored.passage.sentences
    figures = [
        _sentence_figures(passage, span, sentence, asked, shares)
        for span, sentence in zip(spans, passage.parsed.sentences, strict=True)
    ]
    for run in runs_of(spans, [sentence.whole for sentence in passage.parsed.sentences]):
        yield _candidate(passage.ranked, figures[run], asked, article_score)


def runs_of(sentences: Sequence[Span], whole: Sequence[bool]) -> Iterator[slice]:
    """Yield, as slices of `sentences`, the runs that may be quoted: one to three whole neighbours.

    `whole` says of each sentence whether it is whole. A run has at most `MAX_QUOTE_CHARS` characters.
    """
    for first in range(len(sentences)):
        for last in range(first, min(first + MAX_SENTENCES, len(sentences))):
            if not whole[last] or sentences[last].end - sentences[first].start > MAX_QUOTE_CHARS:
                break
            yield slice(first, last + 1)


def choose(runs: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Return at most `limit` of the candidates, best first, each of which adds something to those before it.

    `runs` has to be sorted, best first. The method is maximal marginal relevance (Carbonell and Goldstein,
    1998): each time a candidate is taken, those that are like it lose a part of their score.
    """
    rest = {i: candidate.score for i, candidate in enumerate(runs[:CONSIDERED])}
    chosen: list[Candidate] = []
    while rest and len(chosen) < limit:
        best = max(rest, key=lambda i: (rest[i], -i))
        taken = runs[best]
        del rest[best]
        if any(_repeats_sentence(taken, earlier) for earlier in chosen):
            continue
        chosen.append(taken)
        for i in list(rest):
            likeness = _likeness(runs[i], taken)
            if likeness >= SAME_WORDS or _overlap(runs[i], taken):
                del rest[i]
            else:
                same_article = runs[i].article_id == taken.article_id
                rest[i] -= LIKENESS_COST * likeness + SAME_ARTICLE_COST * same_article
    return chosen


def to_quote(candidate: Candidate, copies: Sequence[Copy]) -> Quote:
    """Return the candidate as a quote that is also reported in `copies`."""
    return Quote(candidate.ranked.stored.article, candidate.span, candidate.score, tuple(copies))


def _sentence_figures(
    passage: ReadPassage, span: Span, sentence: Sentence, asked: Asked, shares: _Votes
) -> _SentenceFigures:
    mentions, expected = among(passage.mentions, sentence), among(passage.expected, sentence)
    stems = {mention.stem for mention in expected}
    return _SentenceFigures(
        span,
        sentence,
        frozenset(passage.parsed.words.stems[sentence.first : sentence.end]),
        {mention.stem: shares.all.get(mention.stem, 0.0) for mention in mentions},
        max((shares.expected.get(stem, 0.0) * asked.rarity(stem) for stem in stems), default=0.0),
        not asked.expectation.kinds.isdisjoint([mention.kind for mention in mentions]),
        asked.finder is not None and bool(expected),
        not passage.focus.isdisjoint(range(sentence.first, sentence.end)),
    )


def _candidate(
    ranked: Ranked, run: Sequence[_SentenceFigures], asked: Asked, article_score: float
) -> Candidate:
    span = Span(run[0].span.start, run[-1].span.end)
    words = run[0].stems.union(*(sentence.stems for sentence in run[1:]))
    coverage = asked.coverage(words)
    kind = float(any(sentence.has_kind for sentence in run))
    lead = float(span.start == 0)
    number = float(asked.expectation.is_number)
    features = Features(
        coverage=coverage,
        length=(span.end - span.start) / MAX_QUOTE_CHARS,
        recency=ranked.recency,
        article=article_score,
        vote=max(sentence.best_vote for sentence in run),
        redundancy=_redundancy(run),
        form=float(any(sentence.has_form for sentence in run)),
        kind=kind,
        focus=float(any(sentence.has_focus for sentence in run)),
        lead=lead,
        early=math.exp(-span.start / 1000),
        asks=float(run[-1].parsed.asks),
        boilerplate=float(any(sentence.parsed.boilerplate for sentence in run)),
        number_coverage=number * coverage,
        number_kind=number * kind,
        number_lead=number * lead,
    )
    return Candidate(ranked, span, features, words, scoring.score(features))


def _redundancy(run: Sequence[_SentenceFigures]) -> float:
    """Return the mean share of votes of the run's four best mentions; absent ones count 0."""
    distinct: dict[str, float] = {}
    for sentence in run:
        distinct.update(sentence.votes)
    return sum(sorted(distinct.values(), reverse=True)[:4]) / 4


def _likeness(one: Candidate, other: Candidate) -> float:
    """Return the share of the shorter candidate's distinct words that the other holds, too."""
    shared = len(one.words & other.words)
    return shared / max(1, min(len(one.words), len(other.words)))


def _repeats_sentence(one: Candidate, other: Candidate) -> bool:
    """Tell whether `other` holds a sentence of `one` word for word, as copied agency reports do."""
    text = one.ranked.stored.article.text
    sentences = one.ranked.stored.passage.sentences
    return any(
        text[start:end] in other.text
        for start, end in sentences
        if one.span.start <= start and end <= one.span.end
    )


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.article_id == other.article_id
    return same and one.span.start < other.span.end and other.span.start < one.span.end
