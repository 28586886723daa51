"""Question → ranked passages: dense and lexical search fused, in the latest news and in all news.

Most questions are about what has just happened, and a library holds years of reports on similar events; the
best of the last weeks are therefore always looked at, however many older passages are closer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from index.answers.recency import Recency
from index.search.base import PassageIndex, Scores
from index.storage.articles import Store, StoredPassage
from index.types.article import Hit
from index.types.question import Filters

# Passages asked of each search.
DEPTH = 60

# The same where all that is about a topic is wanted: what is close in meaning, or shares as many of its words
# as half of what the best does.
TOPIC_DEPTH = 600
NEAR_TOPIC = 0.25
SHARES_WORDS = 0.5

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
        return weigh(self.dense, self.lexical, self.recency)


class Retrieval(NamedTuple):
    """What to retrieve: passages that any of `filters` admits, the best `limit` of them (None: all found).

    Where `first` is given, up to `first_limit` passages that it admits come before all others.
    """

    filters: Sequence[Filters]
    limit: int | None = None
    first: Filters | None = None
    first_limit: int = 0


def weigh(dense: float, lexical: float, recency: float) -> float:
    return dense + LEXICAL_WEIGHT * lexical + RECENCY_WEIGHT * recency


def retrieve(
    index: PassageIndex, store: Store, vector: Scores, text: str, what: Retrieval, recency: Recency
) -> list[Ranked]:
    """Return the passages closest to the question, best first.

    `vector` is the question's embedding, float32 of shape (dimension,).
    """
    hits: dict[int, Hit] = {}
    for each in dict.fromkeys(what.filters):
        for hit in index.search(vector, text, each, DEPTH):
            known = hits.get(hit.passage_id)
            # One search may have found by words what another found by meaning alone.
            if known is None or hit.lexical > known.lexical:
                hits[hit.passage_id] = hit
    undated = store.undated_passages(hits)
    admitted = [hit for hit in hits.values() if hit.passage_id not in undated or _needs_no_date(hit, what)]
    ranked = rank(admitted, recency, undated)
    if what.first:
        ranked = put_first(ranked, what.first, what.first_limit, undated)
    return _load(store, ranked[: what.limit])


def _needs_no_date(hit: Hit, what: Retrieval) -> bool:
    """Tell whether a passage is wanted whenever its article was published."""
    return any(filters.since is None and filters.admit(hit) for filters in what.filters)


def retrieve_all(
    index: PassageIndex, store: Store, vector: Scores, text: str, filters: Filters
) -> list[Ranked]:
    """Return the passages that may be about a topic, best first, old ones as good as new ones."""
    found = index.search(vector, text, filters, TOPIC_DEPTH)
    best = max((hit.lexical for hit in found), default=0.0)
    hits = [hit for hit in found if hit.dense >= NEAR_TOPIC or 0 < SHARES_WORDS * best <= hit.lexical]
    if filters.since:
        undated = store.undated_passages(hit.passage_id for hit in hits)
        hits = [hit for hit in hits if hit.passage_id not in undated]
    return _load(store, rank(hits, lambda _: 0.0))


class RankedHit(NamedTuple):
    """A hit, its BM25 as a share of the best, and how current it is."""

    hit: Hit
    lexical: float
    recency: float


def rank(
    hits: Sequence[Hit], recency: Callable[[datetime], float], undated: Collection[int] = ()
) -> list[RankedHit]:
    """Return the hits, best first; equal scores keep the order of their ids.

    The passages in `undated` are of articles whose time is not known: they are not current at all.
    """
    best = max((hit.lexical for hit in hits), default=0.0) or 1.0
    ranked = [
        RankedHit(hit, hit.lexical / best, 0.0 if hit.passage_id in undated else recency(hit.published_at))
        for hit in hits
    ]
    return sorted(
        ranked, key=lambda each: (-weigh(each.hit.dense, each.lexical, each.recency), each.hit.passage_id)
    )


def put_first(
    ranked: Sequence[RankedHit], first: Filters, limit: int, undated: Collection[int] = ()
) -> list[RankedHit]:
    """Return the hits with up to `limit` of those that `first` admits before all others.

    No passage in `undated` is among those.
    """
    inside = [each for each in ranked if first.admit(each.hit) and each.hit.passage_id not in undated][:limit]
    taken = {each.hit.passage_id for each in inside}
    return [*inside, *(each for each in ranked if each.hit.passage_id not in taken)]


def _load(store: Store, ranked: Sequence[RankedHit]) -> list[Ranked]:
    """Read passages from the database: only now, for most hits are not among the best and a row is long."""
    stored = store.stored_passages([each.hit.passage_id for each in ranked])
    return [
        Ranked(stored[hit.passage_id], hit.dense, lexical, current)
        for hit, lexical, current in ranked
        if hit.passage_id in stored
    ]
