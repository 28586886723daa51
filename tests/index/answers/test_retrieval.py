"""Hits → ranked passages: in which order, and which are read from the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from index.answers.recency import Recency
from index.answers.retrieval import BY_MEANING, put_first, rank
from index.types.article import Hit
from index.types.question import Filters

NOW = datetime(2025, 6, 5, tzinfo=UTC)
RECENCY = Recency(NOW, NOW, timedelta(days=30))
HITS = st.lists(
    st.builds(
        Hit,
        st.integers(1, 99),
        st.floats(-1, 1),
        st.floats(0, 30),
        st.integers(0, 99).map(lambda days: NOW - timedelta(days=days)),
        st.sampled_from(["Sample Wire", "Sample Herald"]),
    ),
    unique_by=lambda hit: hit.passage_id,
)


@given(HITS)
def test_the_best_come_first_whatever_the_order_of_the_hits(hits: list[Hit]) -> None:
    ranked = rank(hits, RECENCY)
    assert ranked == rank(hits[::-1], RECENCY)
    scores = [BY_MEANING.of(passage.hit.dense, passage.lexical, passage.recency) for passage in ranked]
    assert scores == sorted(scores, reverse=True)
    assert sorted(passage.hit for passage in ranked) == sorted(hits)
    assert all(0 <= passage.lexical <= 1 and 0 <= passage.recency <= 1 for passage in ranked)


@given(HITS, st.integers(0, 9))
def test_some_of_a_period_come_before_all_others(hits: list[Hit], limit: int) -> None:
    ranked, period = rank(hits, RECENCY), Filters(since=NOW - timedelta(days=10), source="Sample Wire")
    ordered = put_first(ranked, period, limit)
    inside = [passage for passage in ranked if period.admit(passage.hit)][:limit]
    assert ordered[: len(inside)] == inside
    assert ordered[len(inside) :] == [passage for passage in ranked if passage not in inside]


@given(HITS, st.sets(st.integers(1, 99)))
def test_what_is_of_unknown_time_is_not_current(hits: list[Hit], undated: set[int]) -> None:
    ranked = rank(hits, RECENCY, undated)
    assert all(passage.recency == 0.0 for passage in ranked if passage.hit.passage_id in undated)
    assert put_first(ranked, Filters(), 99, undated) == [
        *(passage for passage in ranked if passage.hit.passage_id not in undated),
        *(passage for passage in ranked if passage.hit.passage_id in undated),
    ]
