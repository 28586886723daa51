"""Question → ranked passages: two searches fused, and newer news preferred.

Pure but for the index and the store that are handed in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from index.dense import Scores
from index.local import PassageIndex
from index.store import Store, StoredPassage
from index.types import Filters, Hit

# Passages asked of each search. The answer is among the best 40 of the fused list for nine questions in
# ten; more costs time and adds nothing.
DEPTH = 60

# Weights of the fused score, whose parts all lie in [0, 1].
LEXICAL_WEIGHT = 0.35
RECENCY_WEIGHT = 0.15
# A story is half as current after this many days.
HALF_LIFE_DAYS = 14.0


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
    index: PassageIndex, store: Store, vector: Scores, text: str, filters: Filters, now: datetime
) -> list[Ranked]:
    """Return the passages closest to the question, best first.

    `vector` is the question's embedding, float32 of shape (dimension,); `now` is what ages are counted from.
    """
    hits = index.search(vector, text, filters, DEPTH)
    stored = store.stored_passages([hit.passage_id for hit in hits])
    return fuse(hits, stored, now)


def fuse(hits: Sequence[Hit], stored: Mapping[int, StoredPassage], now: datetime) -> list[Ranked]:
    """Return the hits that are still stored, ranked; equal scores keep the order of their ids."""
    best = max((hit.lexical for hit in hits), default=0.0) or 1.0
    ranked = [
        Ranked(
            stored[hit.passage_id],
            hit.dense,
            hit.lexical / best,
            recency(stored[hit.passage_id].article.published_at, now),
        )
        for hit in hits
        if hit.passage_id in stored
    ]
    return sorted(ranked, key=lambda each: (-each.score, each.stored.id))


def recency(published: datetime, now: datetime) -> float:
    """Return how current a story is: 1 when it has just been published, halved every `HALF_LIFE_DAYS`."""
    days = max(0.0, (now - published).total_seconds() / 86400)
    return math.pow(0.5, days / HALF_LIFE_DAYS)
