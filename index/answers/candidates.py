"""Scores the sentences of the best passages that could be quoted. Pure.

Every run of one to three whole sentences in a passage is a candidate, and each candidate gets a score (see
`index.answers.scoring`). All candidates of a question are scored at once: one row of a matrix for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from index.answers import by_words, scoring
from index.answers.asked import Asked
from index.answers.mentions import Flags, Floats, Indexes, Mentions, votes
from index.answers.parsing import MAX_SENTENCES
from index.answers.reading import Reading
from index.answers.retrieval import Ranked
from index.answers.row import Row, expanded
from index.answers.scoring import Features
from index.reader.windows import Figures
from index.text.spans import Span
from index.text.tags import base_code
from index.types.answer import MAX_QUOTE_CHARS, Quote
from index.types.article import Article, Copy

# How fast the weight of a passage's votes falls with its retrieval score: the weight is exp(12 × difference
# to the best score), so a passage that scores 0.06 less than the best counts half.
VOTE_SHARPNESS = 12.0
# The votes of so many of a candidate's mentions count, the best ones.
MENTIONS_COUNTED = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of sentences that could be quoted: its passage, its place in the article, and its score.

    `span` are offsets in the article's text. A higher `score` is better; scores are comparable within one
    question.
    """

    ranked: Ranked
    span: Span
    features: Features
    score: float

    @property
    def article(self) -> Article:
        return self.ranked.stored.article

    @property
    def article_id(self) -> str:
        return self.article.id

    @property
    def text(self) -> str:
        return self.article.text[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class Candidates(Sequence[Candidate]):
    """The candidates of one question, best first: one row of each array for each of them.

    `passages` are places in `ranked`. `spans`, of shape (candidates, 2), are offsets in the article's text.
    `words`, of the same shape, are the places of the first word and of the one behind the last in `stems`,
    where equal numbers stand for equal stems. `features` has the figures of `Features` as columns, and
    `scores` is what they come to.
    """

    ranked: Sequence[Ranked]
    passages: Indexes
    spans: Indexes
    stems: Indexes
    words: Indexes
    features: Floats
    scores: Floats

    def __len__(self) -> int:
        return self.scores.size

    @overload
    def __getitem__(self, place: int) -> Candidate: ...
    @overload
    def __getitem__(self, place: slice) -> Candidates: ...
    def __getitem__(self, place: int | slice) -> Candidate | Candidates:
        if isinstance(place, slice):
            return self.only(np.arange(len(self))[place])
        start, end = self.spans[place].tolist()
        features = Features(*self.features[place].tolist())
        return Candidate(
            self.ranked[self.passages[place]], Span(start, end), features, float(self.scores[place])
        )

    def only(self, rows: Indexes | Flags) -> Candidates:
        """Return some of the candidates, given their places in the order wanted, or a flag for each."""
        return replace(
            self,
            passages=self.passages[rows],
            spans=self.spans[rows],
            words=self.words[rows],
            features=self.features[rows],
            scores=self.scores[rows],
        )

    def rescored(self, scores: Floats) -> Candidates:
        """Return the candidates with other scores, best first; those with equal ones keep their order."""
        return replace(self, scores=scores).only(np.argsort(-scores, kind="stable"))


def candidates(reading: Reading, asked: Asked) -> Candidates:
    """Return every run of sentences in the passages that could be quoted, best first.

    Those with equal scores are in the order of their passages' ids, and then of their places.
    """
    row, ranked = reading.row, reading.ranked
    starts = np.array([passage.stored.passage.span.start for passage in ranked], np.intp)
    ids = np.array([passage.stored.id for passage in ranked], np.int64)
    spans = row.spans + starts[row.run_passages, None]
    columns = _columns(reading, asked, spans)
    features = np.column_stack([columns[name] for name in Features._fields]).astype(np.float64)
    scores = scoring.scores(features, by_words.FIT if asked.by_words else scoring.parameters().plain)
    if asked.by_words:
        languages = [base_code(passage.stored.article.language) for passage in ranked]
        foreign = np.array([language != asked.language for language in languages], np.bool_)
        scores -= by_words.FOREIGN_COST * foreign[row.run_passages]
    found = Candidates(ranked, row.run_passages, spans, row.words, row.run_words, features, scores)
    return found.only(np.lexsort((spans[:, 1], spans[:, 0], ids[row.run_passages], -scores)))


def to_quote(candidate: Candidate, copies: Sequence[Copy]) -> Quote:
    """Return the candidate as a quote that is also reported in `copies`."""
    return Quote(candidate.article, candidate.span, candidate.score, tuple(copies))


def _columns(reading: Reading, asked: Asked, spans: Indexes) -> Mapping[str, npt.NDArray[Any]]:
    """Return name → figures of all runs, for each field of `Features`. `spans` are offsets in the article."""
    row, ranked, passages = reading.row, reading.ranked, reading.row.run_passages
    recency = np.array([passage.recency for passage in ranked])
    scores, articles = np.array([passage.score for passage in ranked]), _articles(ranked)
    article_scores = np.full(len(ranked), -np.inf)
    np.maximum.at(article_scores, articles, scores)
    every, best = _votes(reading.mentions, articles, scores, len(row.hashes))
    starts, ends = spans.T
    coverage = reading.covered(*row.run_words.T)
    if asked.by_words:
        # What the headline says already needs not be said again: the other words tell which sentence answers.
        first, end = row.run_words.T
        with_title = reading.covered_with_title(first, end, passages)
        coverage = by_words.OWN_WORDS * coverage + (1 - by_words.OWN_WORDS) * with_title
        article_scores += by_words.ARTICLE_WORDS * reading.covered_by_articles(articles)
    # Where no form is known, as in other languages, the kind of what is expected is all that there is.
    has_form = asked.by_words or asked.finder is not None
    form = _of_sentences(row, reading.mentions.sentences, reading.mentions.expected * has_form)
    lead = starts == 0
    number = asked.expectation.is_number
    return {
        "coverage": coverage,
        "length": np.minimum((ends - starts) / MAX_QUOTE_CHARS, 1.0),
        "recency": recency[passages],
        "article": article_scores[articles][passages],
        "vote": _of_runs(row, _of_sentences(row, reading.mentions.sentences, best)),
        "redundancy": _redundancy(row, reading.mentions, every),
        "form": _of_runs(row, form),
        "focus": _of_runs(row, reading.focus),
        "lead": lead,
        "early": np.exp(-starts / 1000),
        "asks": row.asks[row.runs[:, 1]],
        "boilerplate": _of_runs(row, row.boilerplate),
        "number_coverage": number * coverage,
        "number_lead": number * lead,
        # What the answer reader says is put in later, see `index.answers.judging`.
        **dict.fromkeys(Figures._fields, np.zeros(len(starts))),
    }


def _articles(ranked: Sequence[Ranked]) -> Indexes:
    """Return a number for each passage's article, from 0; passages of one article have the same."""
    numbers: dict[str, int] = {}
    ids = (passage.stored.article.id for passage in ranked)
    return np.array([numbers.setdefault(id, len(numbers)) for id in ids], np.intp)


def _votes(mentions: Mentions, articles: Indexes, scores: Floats, stems: int) -> tuple[Floats, Floats]:
    """Return what the passages agree on: two figures of each mention, in [0, 1].

    The first is its share of the votes, where each mention counts. The second is the share where only those
    count that could answer the question, times the rarity of the stem; it is 0 for the others.
    """
    weights = np.exp((scores - scores.max(initial=-np.inf)) * VOTE_SHARPNESS)
    offered = weights[mentions.passages] * mentions.support
    voters, expected = articles[mentions.passages], mentions.expected
    shares = votes(mentions.stems, voters, offered, stems)
    best = votes(mentions.stems[expected], voters[expected], offered[expected], stems)
    return shares[mentions.stems], best[mentions.stems] * mentions.rarity * expected


def _of_sentences(row: Row, sentences: Indexes, figures: npt.NDArray[Any]) -> Floats:
    """Return the highest figure in each sentence, given figures and their sentences; else 0."""
    highest = np.zeros(len(row.sentences))
    np.maximum.at(highest, sentences, figures)
    return highest


def _of_runs(row: Row, figures: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the highest figure in each run, given one for each sentence."""
    first, last = row.runs.T
    highest: npt.NDArray[Any] = figures[first]
    for following in range(1, MAX_SENTENCES):
        highest = np.maximum(highest, figures[np.minimum(first + following, last)])
    return highest


def _redundancy(row: Row, mentions: Mentions, shares: Floats) -> Floats:
    """Return the mean share of votes of each run's best distinct mentions; absent ones count 0."""
    first, end = mentions.words.searchsorted(row.run_words.T)
    inside, runs = expanded(first, end)
    # Sorted by run and then by share, so that equal stems of a run, whose shares are equal, are neighbours.
    order = np.lexsort((mentions.stems[inside], -shares[inside], runs))
    runs, stems, shares = runs[order], mentions.stems[inside][order], shares[inside][order]
    distinct = np.append(True, (runs[1:] != runs[:-1]) | (stems[1:] != stems[:-1]))[: runs.size]
    runs, shares = runs[distinct], shares[distinct]
    counted = np.arange(runs.size) - runs.searchsorted(runs) < MENTIONS_COUNTED
    total = np.bincount(runs[counted], shares[counted], len(row.runs))
    return total / MENTIONS_COUNTED
