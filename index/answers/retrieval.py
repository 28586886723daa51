"""Finds passages for a question and ranks them by meaning, by words and by how current they are.

Each search is dense and lexical: the index gives the passages with the closest embeddings and those with the
best BM25 scores. Most questions are about what has just happened, while a library may hold years of articles
on similar events. So the caller searches twice, in all articles and in the current ones (see
`AnswerEngine.retrieve`): the best passages of the last weeks are always among the results, however many older
ones are closer.
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

# How many passages the dense and the lexical part of a search each give.
DEPTH = 60

# For a topic, every passage about it is wanted: the search goes deeper, and keeps the passages whose cosine
# is at least NEAR_TOPIC or whose BM25 score is at least the share SHARES_WORDS of the best one.
TOPIC_DEPTH = 600
NEAR_TOPIC = 0.25
SHARES_WORDS = 0.5


class Mix(NamedTuple):
    """What the parts of a passage's score weigh: its cosine, its BM25 as a share of the best, its recency.

    Each part lies in [0, 1].
    """

    dense: float
    lexical: float
    recency: float

    def of(self, dense: float, lexical: float, recency: float) -> float:
        """Return the weighted sum."""
        return self.dense * dense + self.lexical * lexical + self.recency * recency


BY_MEANING = Mix(1.0, 0.35, 0.45)
# For a question in a language that the embedding model does not know.
BY_WORDS = Mix(0.1, 1.0, 0.1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with the parts of its score.

    `dense` is the cosine of its embedding and the question's, `lexical` its BM25 score as a share of the best
    one, `recency` how current its article is; `mix` says what these weigh.
    """

    stored: StoredPassage
    dense: float
    lexical: float
    recency: float
    mix: Mix = BY_MEANING

    @property
    def score(self) -> float:
        return self.mix.of(self.dense, self.lexical, self.recency)


class Retrieval(NamedTuple):
    """What to retrieve: one search with each of `filters`, and the best `limit` passages (None: all found).

    Where `first` is given, up to `first_limit` of the best passages that it admits come before all others.
    """

    filters: Sequence[Filters]
    limit: int | None = None
    first: Filters | None = None
    first_limit: int = 0
    mix: Mix = BY_MEANING


def retrieve(
    index: PassageIndex,
    store: Store,
    vector: Scores,
    terms: Sequence[str],
    what: Retrieval,
    recency: Recency,
) -> list[Ranked]:
    """Return the best passages for a question, best first.

    `vector` is the question's embedding, float32 of shape (dimension,) and length 1, `terms` are its words as
    the index compares them.
    """
    hits: dict[int, Hit] = {}
    for filters in dict.fromkeys(what.filters):
        for hit in index.search(vector, terms, filters, DEPTH):
            known = hits.get(hit.passage_id)
            # One search may have found a passage by its words while another found it by meaning alone, with a
            # lexical score of 0: the higher one counts.
            if known is None or hit.lexical > known.lexical:
                hits[hit.passage_id] = hit
    undated = store.undated_passages(hits)
    admitted = [hit for hit in hits.values() if hit.passage_id not in undated or _needs_no_date(hit, what)]
    ranked = rank(admitted, recency, undated, what.mix)
    if what.first:
        ranked = put_first(ranked, what.first, what.first_limit, undated)
    return _load(store, ranked[: what.limit], what.mix)


def _needs_no_date(hit: Hit, what: Retrieval) -> bool:
    """Tell whether a passage is wanted whenever its article was published."""
    return any(filters.since is None and filters.admit(hit) for filters in what.filters)


def retrieve_all(
    index: PassageIndex,
    store: Store,
    vector: Scores,
    terms: Sequence[str],
    filters: Filters,
    mix: Mix = BY_MEANING,
) -> list[Ranked]:
    """Return the passages that may be about a topic, best first. Their age makes no difference.

    `vector` and `terms` are the topic's, as `retrieve` takes them.
    """
    hits = index.search(vector, terms, filters, TOPIC_DEPTH)
    best = max((hit.lexical for hit in hits), default=0.0)
    near = [hit for hit in hits if hit.dense >= NEAR_TOPIC or 0 < SHARES_WORDS * best <= hit.lexical]
    if filters.since:
        undated = store.undated_passages(hit.passage_id for hit in near)
        near = [hit for hit in near if hit.passage_id not in undated]
    return _load(store, rank(near, lambda _: 0.0, mix=mix), mix)


class RankedHit(NamedTuple):
    """A hit with its BM25 score as a share of the best one (`lexical`), and how current its article is."""

    hit: Hit
    lexical: float
    recency: float


def rank(
    hits: Sequence[Hit],
    recency: Callable[[datetime], float],
    undated: Collection[int] = (),
    mix: Mix = BY_MEANING,
) -> list[RankedHit]:
    """Return the hits, best first; those with equal scores in the order of their ids.

    `recency` takes the time of publishing and gives how current that is, in [0, 1]. The passages in `undated`
    are of articles of unknown time: their recency is 0.
    """
    best = max((hit.lexical for hit in hits), default=0.0) or 1.0
    # Many articles have the same time, where only their day is known.
    current = {moment: recency(moment) for moment in {hit.published_at for hit in hits}}
    ranked = [
        RankedHit(hit, hit.lexical / best, 0.0 if hit.passage_id in undated else current[hit.published_at])
        for hit in hits
    ]
    return sorted(
        ranked,
        key=lambda entry: (-mix.of(entry.hit.dense, entry.lexical, entry.recency), entry.hit.passage_id),
    )


def put_first(
    ranked: Sequence[RankedHit], first: Filters, limit: int, undated: Collection[int] = ()
) -> list[RankedHit]:
    """Return the same hits, those that `first` admits before all others, but at most `limit` of them.

    No passage in `undated` counts as admitted: the time of its article is not known.
    """
    dated = (entry for entry in ranked if entry.hit.passage_id not in undated)
    inside = [entry for entry in dated if first.admit(entry.hit)][:limit]
    taken = {entry.hit.passage_id for entry in inside}
    return [*inside, *(entry for entry in ranked if entry.hit.passage_id not in taken)]


def _load(store: Store, ranked: Sequence[RankedHit], mix: Mix) -> list[Ranked]:
    """Return the ranked passages with their text and article, read from the database.

    This is done only after ranking, because rows are long and most hits are not among the best. A passage
    that has been deleted since the search is left out.
    """
    stored = store.stored_passages([entry.hit.passage_id for entry in ranked])
    return [
        Ranked(stored[hit.passage_id], hit.dense, lexical, current, mix)
        for hit, lexical, current in ranked
        if hit.passage_id in stored
    ]
