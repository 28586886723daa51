"""When a source is read next."""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from index.ingest.schedule import (
    Limits,
    Trouble,
    Validators,
    after_failure,
    after_success,
    backoff,
    pace,
    wait,
)
from index.types.report import Failure
from index.types.source import Source
from tests.fakes import NOW

LIMITS = Limits(300, 86_400)
SOURCE = Source("https://wire.example/feed", NOW - timedelta(days=1))
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Page:
    kind: str = "rss"
    title: str | None = "Wire"
    newest: datetime | None = NOW
    children: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Failure] = ()


def seconds(source: Source, now: datetime = NOW) -> float:
    assert source.next_fetch is not None
    return (source.next_fetch - now).total_seconds()


def read(source: Source = SOURCE, **validators: object) -> Source:
    hourly = [NOW - number * HOUR for number in range(5)]
    return after_success(source, Page(), Validators(**validators), hourly, 5, NOW, LIMITS, 0.0)  # type: ignore[arg-type]


def test_a_source_is_read_twice_for_each_of_its_articles() -> None:
    after = read()
    assert after.pace == 3600
    assert seconds(after) == 1800
    assert (after.state, after.title, after.kind, after.articles) == ("ok", "Wire", "rss", 5)


def test_a_source_is_read_as_often_as_is_allowed_in_its_first_hour() -> None:
    young = replace(SOURCE, added_at=NOW, newest=NOW - timedelta(days=30), pace=86_400.0)
    waits = [wait(young, NOW + timedelta(minutes=minutes), LIMITS) for minutes in (0, 59, 60)]
    assert waits == [LIMITS.shortest, LIMITS.shortest, LIMITS.longest]
    assert seconds(read(young, max_age=7200.0)) == 7200


def test_a_silent_source_is_read_less_and_less() -> None:
    busy = read()
    waits = [wait(busy, NOW + timedelta(days=days), LIMITS) for days in (0, 1, 3, 10, 100)]
    assert waits == sorted(waits)
    assert waits[0] == 1800
    assert waits[-1] == LIMITS.longest


def test_the_server_may_ask_for_more_time_but_not_for_ever() -> None:
    assert seconds(read(max_age=7200.0)) == 7200
    assert seconds(read(max_age=60.0)) == 1800
    assert seconds(read(max_age=1e9)) == LIMITS.longest


def test_unchanged_keeps_what_is_known_and_its_validators() -> None:
    before = read(etag='"1"', last_modified="Tue")
    after = after_success(before, None, Validators(), [], 0, NOW + HOUR, LIMITS, 0.0)
    assert (after.title, after.kind, after.newest, after.pace) == ("Wire", "rss", NOW, 3600)
    assert (after.etag, after.last_modified) == ('"1"', "Tue")
    assert after.last_ok == NOW + HOUR


def test_a_new_answer_without_validators_forgets_the_old_ones() -> None:
    assert read(read(etag='"1"')).etag is None


def test_an_article_from_the_future_does_not_stand_for_all_time() -> None:
    future = Page(newest=NOW + timedelta(days=400))
    after = after_success(SOURCE, future, Validators(), [], 1, NOW, LIMITS, 0.0)
    assert after.newest == NOW


def test_failures_are_followed_by_longer_and_longer_waits_until_one_reading_succeeds() -> None:
    source = read()
    waits = []
    for _ in range(12):
        source = after_failure(source, Trouble("broken"), NOW, LIMITS, 0.0)
        waits.append(seconds(source))
    assert waits[:4] == [300, 600, 1200, 2400]
    assert waits[-1] == LIMITS.longest
    assert (source.state, source.error, source.failures) == ("failing", "broken", 12)
    assert source.last_ok == NOW
    again = read(source)
    assert (again.state, again.error, again.failures) == ("ok", None, 0)


def test_retry_after_is_respected() -> None:
    asked = after_failure(SOURCE, Trouble("busy", retry_after=100_000.0), NOW, LIMITS, 0.0)
    assert seconds(asked) == 100_000
    forever = after_failure(SOURCE, Trouble("busy", retry_after=1e12), NOW, LIMITS, 0.0)
    assert seconds(forever) == timedelta(days=7).total_seconds()


def test_gone_is_gone() -> None:
    gone = after_failure(SOURCE, Trouble("it is gone for good", gone=True), NOW, LIMITS, 0.0)
    assert gone.state == "gone"
    assert gone.next_fetch is None


@given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), max_size=40), st.floats(0, 0.999))
def test_every_wait_lies_within_the_limits(published: list[datetime], chance: float) -> None:
    moments = [moment.replace(tzinfo=NOW.tzinfo) for moment in published]
    page = Page(newest=max(moments, default=None))
    after = after_success(SOURCE, page, Validators(), moments, 0, NOW, LIMITS, chance)
    assert LIMITS.shortest <= seconds(after) + 1e-5
    assert seconds(after) <= LIMITS.longest * 1.1


@given(st.integers(1, 10_000))
def test_no_number_of_failures_is_too_much(failures: int) -> None:
    assert LIMITS.shortest <= backoff(failures, LIMITS) <= backoff(failures + 1, LIMITS) <= LIMITS.longest


def test_pace_ignores_times_that_come_twice() -> None:
    assert pace([NOW]) is None
    assert pace([NOW, NOW, NOW - HOUR, NOW - 2 * HOUR]) == 3600


def test_two_hundred_sources_stay_inside_their_schedule_for_a_week() -> None:
    """Eight readers that take up to twenty seconds each, on a simulated clock: nobody waits for long."""
    chance = random.Random(7)
    gaps = [chance.choice([600, 3600, 6 * 3600, 86_400]) for _ in range(200)]
    sources = [
        Source(
            f"https://{number}.example/feed", NOW, next_fetch=NOW + timedelta(seconds=chance.random() * 300)
        )
        for number in range(200)
    ]
    free = [NOW] * 8
    waiting = [(source.next_fetch or NOW, number) for number, source in enumerate(sources)]
    heapq.heapify(waiting)
    late, readings = [], 0
    while waiting[0][0] <= NOW + timedelta(days=7):
        due, number = waiting[0]
        reader = free.index(min(free))
        start = max(due, free[reader])
        late.append((start - due).total_seconds())
        free[reader] = end = start + timedelta(seconds=chance.uniform(0.2, 20))
        gap = timedelta(seconds=gaps[number])
        published = [end - number * gap for number in range(10)]
        sources[number] = after_success(
            sources[number], Page(newest=end), Validators(), published, 1, end, LIMITS, chance.random()
        )
        next_fetch = sources[number].next_fetch
        assert next_fetch is not None
        heapq.heapreplace(waiting, (next_fetch, number))
        readings += 1
    late.sort()
    assert readings > 20_000
    assert late[int(len(late) * 0.99)] < 30


def test_a_source_that_was_added_by_a_clock_ahead_is_not_new_for_as_long() -> None:
    known = replace(SOURCE, added_at=NOW + timedelta(days=400), newest=NOW, pace=86_400.0)
    assert wait(known, NOW, LIMITS) == 43_200


def test_a_slow_reading_counts_for_several() -> None:
    slow = after_success(SOURCE, Page(), Validators(), [], 0, NOW, LIMITS, 0.0, took=100.0)
    quick = after_success(slow, Page(), Validators(), [], 0, NOW, LIMITS, 0.0, took=1.0)
    assert (slow.took, quick.took) == (100.0, 70.0)
