"""The arithmetic of how large a bot has to be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.long_runs.sizing import GUILDS_PER_SHARD, REQUESTS, Load, Rates, identifies, shard_of, size

RATES = Rates(
    question_seconds=0.1,
    passage_seconds=0.01,
    article_passages=16,
    process_bytes=1e9,
    guild_bytes=20_000,
)
LOAD = Load(
    guilds=100_000, questions=1_000_000, passages=100_000_000, articles=100_000, messages=50_000, peak=3
)


def test_a_hundred_million_passages_and_a_hundred_thousand_guilds() -> None:
    needed = size(LOAD, RATES)
    assert (needed.shards, needed.identify_seconds, needed.starts_per_day) == (100, 544.5, 10)
    assert needed.questions_per_second == pytest.approx(34.7, abs=0.1)
    assert needed.requests_per_second == pytest.approx(34.7 * 0.2 * 2 + 1.7, abs=0.1)
    assert needed.requests_per_second < REQUESTS
    assert (needed.question_cores, needed.processes) == (pytest.approx(3.47, abs=0.01), 2)
    assert needed.process_bytes == 1e9 + 20_000 * 50_000
    assert needed.embedding_cores == pytest.approx(0.185, abs=0.001)
    assert needed.first_embedding_core_days == pytest.approx(11.6, abs=0.1)
    assert (needed.vector_bytes, needed.query_nodes) == (166.4e9, 4)


def test_more_shards_at_once_start_sooner() -> None:
    assert size(LOAD, RATES, max_concurrency=16).identify_seconds == 33.0


@pytest.mark.parametrize(
    ("guilds", "expected"), [(1, 1000), (149_999, 1000), (150_000, 2000), (1_000_000, 5000)]
)
def test_large_bots_may_identify_more_often(guilds: int, expected: int) -> None:
    assert identifies(guilds) == expected


def test_guilds_are_spread_evenly_over_the_shards() -> None:
    counts = Counter(shard_of(number * 7919 << 22, 16) for number in range(16 * GUILDS_PER_SHARD))
    assert len(counts) == 16
    assert max(counts.values()) - min(counts.values()) <= 1


@given(st.integers(1, 10**6), st.floats(1, 1e8), st.integers(1, 10**9))
def test_twice_as_much_never_takes_less(guilds: int, questions: float, passages: int) -> None:
    load = replace(LOAD, guilds=guilds, questions=questions, passages=passages, messages=0.0)
    twice = replace(load, guilds=2 * guilds, questions=2 * questions, passages=2 * passages)
    once, more = size(load, RATES), size(twice, RATES)
    assert more.shards >= once.shards
    assert more.processes >= once.processes
    assert more.query_nodes >= once.query_nodes
    assert more.requests_per_second == pytest.approx(once.requests_per_second * 2, rel=0.1)
