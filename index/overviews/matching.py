"""Compares what people follow with new passages, all with all at once. Pure.

A search finds the passages for one question. Here it is the other way round: a few hundred passages are new,
and thousands of questions and topics are followed. One product of two matrices gives every cosine, and a list
of passages for each word of the new passages gives the words that they share. From these come, for each
question and each article, the same figures that the engine judges an answer by (see
`index.answers.confidence`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.answers.confidence import Floats, confidences, of_question, offer
from index.answers.retrieval import Ranked
from index.clock import microseconds
from index.search.bm25 import Postings
from index.storage.articles import StoredPassage
from index.text.spans import Span
from index.types.article import Article
from index.types.follow import Follow


@dataclass(frozen=True)
class NewPassages:
    """Passages that were stored since the last comparison, those of an article next to each other.

    `vectors` are float32 of shape (passages, dimension), each of length 1. `recency` says how current each
    passage's article is, in [0, 1], shape (passages,). `words` are the postings of the passages with their
    headlines (see `index.search.bm25`).
    """

    stored: Sequence[StoredPassage]
    vectors: Floats
    recency: Floats
    words: Postings

    @classmethod
    def of(
        cls,
        stored: Sequence[StoredPassage],
        vectors: Floats,
        recency: Floats,
        terms: Sequence[Sequence[str]],
    ) -> NewPassages:
        """Return the passages; `terms` are the stems of each, with those of its headline."""
        return cls(stored, vectors, recency, Postings.of(terms))

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        """The row of each article's first passage, ascending."""
        ids = [passage.article.id for passage in self.stored]
        return np.array([row for row, id in enumerate(ids) if row == 0 or ids[row - 1] != id], np.intp)

    @cached_property
    def articles(self) -> list[Article]:
        """The articles, in the order of their passages."""
        return [self.stored[row].article for row in self.starts]

    def rows(self, article: int) -> range:
        """Return the rows of the passages of the article with this number."""
        ends = [*self.starts[1:].tolist(), len(self.stored)]
        return range(int(self.starts[article]), ends[article])

    def sentences(self, article: int) -> tuple[Span, ...]:
        """Return the sentences of an article's passages, which are those that report something."""
        return tuple(span for row in self.rows(article) for span in self.stored[row].passage.sentences)

    def best(self, figures: Floats) -> Floats:
        """Return for each article the highest of its passages' figures.

        The last axis goes from passages to articles.
        """
        highest: Floats = np.maximum.reduceat(figures, self.starts, axis=-1)
        return highest


@dataclass(frozen=True)
class Followed:
    """A follow as it is compared: its words with their idf, which of them are names, and its vector.

    The vector is float32 of length 1. Only articles published from `since` on count, and only those that are
    `visible` where it is followed: shape (articles,).
    """

    follow: Follow
    weights: Mapping[str, float]
    names: Collection[str]
    vector: Floats
    since: datetime
    visible: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """The figures of every follow (first axis) with every new passage (second axis), float32.

    `dense` are cosines, `lexical` BM25, and `coverage` which share of the follow's words, by idf, a passage
    and its headline hold.
    """

    new: NewPassages
    followed: Sequence[Followed]
    dense: Floats
    lexical: Floats
    coverage: Floats

    @cached_property
    def admitted(self) -> npt.NDArray[np.bool_]:
        """Whether an article counts for a follow, shape (follows, articles)."""
        # An article of unknown time was not published since anything.
        published = [
            -1 if article.published_precision == "seen" else microseconds(article.published_at)
            for article in self.new.articles
        ]
        since = np.array([microseconds(one.since) for one in self.followed])
        visible: npt.NDArray[np.bool_] = np.stack([one.visible for one in self.followed])
        return visible & (np.array(published) >= since[:, None])

    def confidence(self) -> Floats:
        """Return how likely each article alone answers each follow, shape (follows, articles), in [0, 1]."""
        words, names = np.array([of_question(one.weights, one.names) for one in self.followed], np.float32).T
        return confidences(
            self.new.best(offer(self.dense, self.coverage, self.new.recency)),
            self.new.best(self.dense * self.new.recency),
            self.new.best(self.coverage),
            words[:, None],
            names[:, None],
        )

    def ranked(self, number: int, articles: Sequence[int], limit: int) -> list[Ranked]:
        """Return the best passages of some articles for the follow with this number, best first."""
        rows = np.array([row for article in articles for row in self.new.rows(article)], np.intp)
        dense, lexical = self.dense[number, rows], self.lexical[number, rows]
        lexical = lexical / (lexical.max() or 1.0)
        recency = self.new.recency[rows]
        found = [
            Ranked(self.new.stored[row], *figures)
            for row, *figures in zip(
                rows.tolist(), dense.tolist(), lexical.tolist(), recency.tolist(), strict=True
            )
        ]
        return sorted(found, key=lambda passage: (-passage.score, passage.stored.id))[:limit]


def compare(new: NewPassages, followed: Sequence[Followed]) -> Comparison:
    """Compare every follow with every new passage."""
    dense: Floats = np.stack([one.vector for one in followed]) @ new.vectors.T
    lexical, coverage = np.zeros_like(dense), np.zeros_like(dense)
    for number, one in enumerate(followed):
        for term, weight in one.weights.items():
            if posted := new.words.get(term):
                rows, saturations = posted
                lexical[number, rows] += weight * saturations
                coverage[number, rows] += weight
        coverage[number] /= sum(one.weights.values()) or 1.0
    return Comparison(new, followed, dense, lexical, coverage)
