"""Question → ranked passages: dense and lexical search fused, in the latest news and in all news.

Most questions are about what has just happened, and a library holds years of reports on similar events; the
best of the last weeks are therefore always looked at, however many older passages are closer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from index.dense import Scores
from index.local import PassageIndex
from index.recency import Recency
from index.store import Store, StoredPassage
from index.types import Filters, Hit

# Passages asked of each search.
DEPTH = 60
# The same where all that is about a topic is wanted; what is less close in meaning only mentions it.
TOPIC_DEPTH = 600
NEAR_TOPIC = 0.25

# Weights of the fused score, beside 1 for the cosine; all parts lie in [0, 1].
LEXICAL_WEIGHT = 0.35
RECENCY_WEIGHT = 0.45


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
    index: PassageIndex,
    store: Store,
    vector: Scores,
    text: str,
    filters: Sequence[Filters],
    recency: Recency,
) -> list[Ranked]:
    """Return the passages closest to the question, best first.

    `vector` is the question's embedding, float32 of shape (dimension,). Each of the `filters` is searched,
    so the best passages that satisfy any of them are among those returned.
    """
    hits: dict[int, Hit] = {}
    for each in dict.fromkeys(filters):
        for hit in index.search(vector, text, each, DEPTH):
            known = hits.get(hit.passage_id)
            # One search may have found by words what another found by meaning alone.
            if known is None or hit.lexical > known.lexical:
                hits[hit.passage_id] = hit
    return fuse(list(hits.values()), store.stored_passages(list(hits)), recency)


def retrieve_all(
    index: PassageIndex, store: Store, vector: Scores, text: str, filters: Filters
) -> list[Ranked]:
    """Return the passages that may be about a topic, best first, old ones as good as new ones."""
    hits = [hit for hit in index.search(vector, text, filters, TOPIC_DEPTH) if hit.dense >= NEAR_TOPIC]
    return fuse(hits, store.stored_passages([hit.passage_id for hit in hits]), lambda _: 0.0)


def fuse(
    hits: Sequence[Hit], stored: Mapping[int, StoredPassage], recency: Callable[[datetime], float]
) -> list[Ranked]:
    """Return the hits that are still stored, ranked; equal scores keep the order of their ids."""
    best = max((hit.lexical for hit in hits), default=0.0) or 1.0
    ranked = [
        Ranked(
            stored[hit.passage_id],
            hit.dense,
            hit.lexical / best,
            recency(stored[hit.passage_id].article.published_at),
        )
        for hit in hits
        if hit.passage_id in stored
    ]
    return sorted(ranked, key=lambda each: (-each.score, each.stored.id))
