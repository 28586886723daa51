"""Question → ranked passages: dense and lexical search fused, in the latest news and in all news.

Most questions are about what has just happened, and a library holds years of reports on similar events; the
best of the last weeks are therefore always looked at, however many older passages are closer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from index.dense import Scores
from index.local import PassageIndex
from index.store import Store, StoredPassage
from index.types import Filters, Hit

# Passages asked of each search.
DEPTH = 60
# The latest news: what was published in so many days, or so many articles where less is published.
RECENT_DAYS = 30
RECENT_ARTICLES = 200

# Weights of the fused score, beside 1 for the cosine; all parts lie in [0, 1].
LEXICAL_WEIGHT = 0.35
RECENCY_WEIGHT = 0.45
# In this share of the time that counts as the latest news, a story becomes half as current.
HALF_LIFE = 0.5


@dataclass(frozen=True, slots=True)
class Age:
    """How ages are judged: counted from `newest`, the time of the newest report that may be used, and
    measured by `span`, the time that counts as the latest news.

    So a library of last year's news is not all "old", nor one that gets an article a week.
    """

    newest: datetime
    span: timedelta

    @classmethod
    def of(cls, store: Store, now: datetime) -> Age:
        """Return how to judge ages in what was published until `now`."""
        newest = store.newest(now) or now
        oldest_recent = store.nth_newest(RECENT_ARTICLES, now) or newest
        return cls(newest, max(timedelta(days=RECENT_DAYS), newest - oldest_recent))

    def recency(self, published: datetime) -> float:
        """Return how current a story is: 1 when it is the newest, halving with age."""
        age = max(timedelta(), self.newest - published)
        return math.pow(0.5, age / (HALF_LIFE * self.span))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with the parts of its score: cosine, BM25 as a share of the best, and how current it is."""

    stored: StoredPassage
    dense: float
    lexical: float
    recency: float

    @property
    def score(self) -> float:
        return self.dense + LEXICAL_WEIGHT * self.lexical + RECENCY_WEIGHT * self.recency


def retrieve(
    index: PassageIndex, store: Store, vector: Scores, text: str, filters: Filters, age: Age
) -> list[Ranked]:
    """Return the passages closest to the question, best first.

    `vector` is the question's embedding, float32 of shape (dimension,).
    """
    hits = {hit.passage_id: hit for hit in index.search(vector, text, filters, DEPTH)}
    recent = age.newest - age.span
    if filters.since is None or filters.since < recent:
        for hit in index.search(vector, text, replace(filters, since=recent), DEPTH):
            known = hits.get(hit.passage_id)
            # One search may have found by words what the other found by meaning alone.
            if known is None or hit.lexical > known.lexical:
                hits[hit.passage_id] = hit
    return fuse(list(hits.values()), store.stored_passages(list(hits)), age)


def fuse(hits: Sequence[Hit], stored: Mapping[int, StoredPassage], age: Age) -> list[Ranked]:
    """Return the hits that are still stored, ranked; equal scores keep the order of their ids."""
    best = max((hit.lexical for hit in hits), default=0.0) or 1.0
    ranked = [
        Ranked(
            stored[hit.passage_id],
            hit.dense,
            hit.lexical / best,
            age.recency(stored[hit.passage_id].article.published_at),
        )
        for hit in hits
        if hit.passage_id in stored
    ]
    return sorted(ranked, key=lambda each: (-each.score, each.stored.id))
