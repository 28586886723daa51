"""Ranked passages → quotes: which whole sentences to show. Pure.

In each of the best passages, every run of one to three whole sentences is a candidate; the scorer compares
them all. Quotes are then taken from the top, leaving out what repeats one already taken.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index import scorer
from index.expectation import Expectation
from index.forms import Finder
from index.mentions import Mention, Words, find_mentions, split_words, votes
from index.retrieve import Ranked
from index.scorer import Features
from index.sentences import is_whole
from index.types import MAX_QUOTE_CHARS, Copy, Quote, Span

MAX_SENTENCES = 3
# Passages read sentence by sentence, best first; the answer is in them for nineteen questions in twenty
# that the news answers.
PASSAGES_READ = 50
# How much faster than its retrieval score a passage's votes fall: one that scores 0.06 less counts half.
VOTE_SHARPNESS = 12.0
# Candidates that quotes are chosen from, best first: none below has ever been chosen.
CONSIDERED = 150
# Above this share of common words two quotes say the same; below it the likeness still costs.
SAME_WORDS = 0.6
LIKENESS_COST = 1.0
SAME_ARTICLE_COST = 0.3
# A word rarer than this is a name even at the start of a sentence: one passage in fifty holds it.
COMMON_RARITY = 0.4

_BOILERPLATE = re.compile(
    r"click here|newsletter|sign up|subscrib|read more|follow (?:us|our|her|him|along)|our links|commission"
    r"|latest coverage|contributing:|here['’]s (?:what|how|everything)|what to know|download the|cookies",
)

Terms = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the choice of quotes needs to know of the question.

    `weights` gives each of its words its idf, `names` are those written with a capital inside a sentence,
    `finder` finds phrases of the form asked for, where the form can be told from the text, and `rarity`
    gives any word's idf as a share of the highest possible.
    """

    weights: Mapping[str, float]
    names: frozenset[str]
    expectation: Expectation
    finder: Finder | None
    rarity: Callable[[str], float]


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
class Reading:
    """A passage read closely: its words, its mentions, those that could answer, and how much it is about.

    `coverage` is the share of the question's words, weighted by idf, in the passage or its headline.
    """

    ranked: Ranked
    words: Words
    mentions: list[Mention]
    expected: list[Mention]  # of the form asked for, or else of an expected kind
    coverage: float
    focus: frozenset[int]  # which words are the noun asked for
    boilerplate: list[int]  # where, from the passage's start, it reads like a box beside the story


@dataclass(frozen=True, slots=True)
class _Votes:
    """What the passages agree on: votes for every mention, and for those that could answer."""

    all: Mapping[str, float]
    expected: Mapping[str, float]


def idf(document_frequency: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return term → inverse document frequency, as in BM25 (Robertson and Zaragoza, 2009)."""
    return {
        term: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for term, count in document_frequency.items()
    }


def read(
    ranked: Sequence[Ranked], asked: Asked, terms: Terms, passages: int = PASSAGES_READ
) -> list[Reading]:
    """Return the best passages, read closely; `terms` turns text into the words that `asked` weighs."""
    return [_read(each, asked, terms) for each in ranked[:passages]]


def candidates(readings: Sequence[Reading], asked: Asked) -> list[Candidate]:
    """Return every run of sentences that could be quoted, best first."""
    best = max((each.ranked.score for each in readings), default=0.0)
    worth = [math.exp((each.ranked.score - best) * VOTE_SHARPNESS) for each in readings]
    articles = [_article_id(each) for each in readings]
    counted = _Votes(
        all=votes(zip(articles, worth, (each.mentions for each in readings), strict=True)),
        expected=votes(zip(articles, worth, (each.expected for each in readings), strict=True)),
    )
    article_scores: dict[str, float] = {}
    for each in readings:
        known = article_scores.get(_article_id(each), each.ranked.score)
        article_scores[_article_id(each)] = max(known, each.ranked.score)
    found = [
        _candidate(each, span, asked, counted, article_scores[_article_id(each)])
        for each in readings
        for span in runs_of(each.ranked)
    ]
    return sorted(found, key=lambda run: (-run.score, run.ranked.stored.id, run.span))


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


def _read(ranked: Ranked, asked: Asked, terms: Terms) -> Reading:
    stored = ranked.stored
    start, text = stored.passage.span.start, stored.text
    words = split_words(text, terms)
    title = frozenset(terms(stored.article.title))
    mentions = find_mentions(
        text,
        words,
        [sentence.start - start for sentence in stored.passage.sentences],
        asked.weights,
        _coverage(title, asked.weights),
        lambda stem: asked.rarity(stem) < COMMON_RARITY,
    )
    coverage = _coverage(title.union(words.stems), asked.weights)
    boilerplate = [match.start() for match in _BOILERPLATE.finditer(text.lower())]
    expected = _expected(mentions, words, text, asked, terms)
    focus = _focus(words.written, asked.expectation.focus)
    return Reading(ranked, words, mentions, expected, coverage, focus, boilerplate)


def _expected(
    mentions: Sequence[Mention], words: Words, text: str, asked: Asked, terms: Terms
) -> list[Mention]:
    if asked.finder is None:
        return [each for each in mentions if each.kind in asked.expectation.kinds]
    found: set[int] = set()
    for span in asked.finder(text, terms):
        place = words.between(*span)
        if asked.weights.keys().isdisjoint(words.stems[place]):
            found.update(range(place.start, place.stop))
    return [each for each in mentions if each.word in found]


def _among(mentions: Sequence[Mention], place: slice) -> Sequence[Mention]:
    """Return the mentions among some of the words."""
    first = bisect.bisect_left(mentions, place.start, key=_word)
    return mentions[first : bisect.bisect_left(mentions, place.stop, key=_word)]


def _candidate(
    reading: Reading, span: Span, asked: Asked, counted: _Votes, article_score: float
) -> Candidate:
    stored = reading.ranked.stored
    offset = stored.passage.span.start
    place = reading.words.between(span.start - offset, span.end - offset)
    words = frozenset(reading.words.stems[place])
    mentions, expected = _among(reading.mentions, place), _among(reading.expected, place)
    text = stored.article.text[span.start : span.end]
    coverage = _coverage(words, asked.weights)
    kind = float(any(each.kind in asked.expectation.kinds for each in mentions))
    lead = float(span.start == 0)
    number = float(asked.expectation.is_number)
    features = Features(
        coverage=coverage,
        length=(span.end - span.start) / MAX_QUOTE_CHARS,
        recency=reading.ranked.recency,
        article=article_score,
        vote=_best_vote(expected, asked, counted.expected),
        redundancy=_redundancy(mentions, counted.all),
        form=float(asked.finder is not None and bool(expected)),
        kind=kind,
        focus=float(not reading.focus.isdisjoint(range(place.start, place.stop))),
        lead=lead,
        early=math.exp(-span.start / 1000),
        asks=float(text.rstrip("\"'”’ ").endswith("?")),
        boilerplate=float(any(span.start <= offset + at < span.end for at in reading.boilerplate)),
        number_coverage=number * coverage,
        number_kind=number * kind,
        number_lead=number * lead,
    )
    return Candidate(reading.ranked, span, features, words, scorer.score(features))


def _word(mention: Mention) -> int:
    return mention.word


def _coverage(words: frozenset[str], weights: Mapping[str, float]) -> float:
    covered = sum(weights[term] for term in words.intersection(weights))
    return covered / sum(weights.values()) if weights else 0.0


def _best_vote(mentions: Sequence[Mention], asked: Asked, counted: Mapping[str, float]) -> float:
    return max((counted.get(each.stem, 0.0) * asked.rarity(each.stem) for each in mentions), default=0.0)


def _redundancy(mentions: Sequence[Mention], counted: Mapping[str, float]) -> float:
    distinct = {each.stem: counted.get(each.stem, 0.0) for each in mentions}
    return sum(sorted(distinct.values(), reverse=True)[:4]) / 4


def _focus(written: Sequence[str], noun: str | None) -> frozenset[int]:
    """Return which words are the noun asked for, in the singular or the plural."""
    if noun is None:
        return frozenset()
    stem = noun[:-1] if len(noun) > 4 else noun
    return frozenset(i for i, word in enumerate(written) if word.lower().startswith(stem))


def _article_id(reading: Reading) -> str:
    return reading.ranked.stored.article.id


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
