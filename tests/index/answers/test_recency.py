"""How current a report is: 1 at the newest, less with every day, whatever the size of the library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.answers.recency import RECENT_ARTICLES, RECENT_DAYS, Recency
from index.languages.english.periods import Period
from index.storage.articles import Store
from index.types.question import Filters
from tests.fakes import NOW


class Library(Store):
    """The dates of articles, without their articles or a database."""

    def __init__(self, published: Sequence[datetime]) -> None:
        self._published = sorted(published, reverse=True)

    def _admitted(self, filters: Filters | None) -> list[datetime]:
        until = filters and filters.until
        return [moment for moment in self._published if until is None or moment <= until]

    def newest(self, filters: Filters | None = None) -> datetime | None:
        return next(iter(self._admitted(filters)), None)

    def nth_newest(self, n: int, filters: Filters | None = None) -> datetime | None:
        return next(iter(self._admitted(filters)[n - 1 :]), None)

    def oldest(self, filters: Filters) -> datetime | None:
        return next(iter(self._admitted(filters)[::-1]), None)

    def count_articles(self, filters: Filters | None = None) -> int:
        return len(self._admitted(filters))


def days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=day) for day in days]


def about(since: datetime | None, until: datetime | None) -> Period:
    return Period(since, until, "then", limits=False)


AGES = st.lists(st.floats(-100, 2000), max_size=12)
ENDS = st.none() | st.floats(-10, 3000).map(lambda days: NOW - timedelta(days=days))
PERIODS = st.none() | st.builds(about, ENDS, ENDS).filter(
    lambda filters: not (filters.since and filters.until and filters.since > filters.until)
)


@given(AGES, PERIODS, st.lists(st.floats(-200, 4000), min_size=2, max_size=8))
def test_the_laws_of_recency(ages: list[float], period: Period | None, asked: list[float]) -> None:
    recency = Recency.of(Library(days_ago(*ages)), NOW, period)
    assert recency.since <= recency.until
    assert recency.span >= timedelta(days=RECENT_DAYS)
    assert recency(recency.since) == recency(recency.until) == 1
    moments = sorted(days_ago(*asked))
    values = [recency(moment) for moment in moments]
    assert all(0 <= value <= 1 for value in values)
    before = [value for moment, value in zip(moments, values, strict=True) if moment <= recency.until]
    after = [value for moment, value in zip(moments, values, strict=True) if moment >= recency.since]
    assert before == sorted(before)  # the newer the better
    assert after == sorted(after, reverse=True)  # but for what comes after the period


@pytest.mark.parametrize("ages", [[], [0], [3], [3, 3, 3], [400, 500]])
def test_the_newest_of_a_small_library_is_current(ages: list[float]) -> None:
    recency = Recency.of(Library(days_ago(*ages)), NOW)
    newest = NOW - timedelta(days=min(ages, default=0))
    assert recency(newest) == 1
    assert recency(newest - timedelta(days=10)) < 1


def test_what_is_published_after_the_question_does_not_count() -> None:
    assert Recency.of(Library(days_ago(-5, 2, 9)), NOW).until == NOW - timedelta(days=2)


def test_a_busy_library_has_the_latest_news_of_a_month() -> None:
    recency = Recency.of(Library(days_ago(*(i / 20 for i in range(4 * RECENT_ARTICLES)))), NOW)
    assert recency.span == timedelta(days=RECENT_DAYS)
    assert recency(NOW - recency.span / 2) == pytest.approx(0.5)


def test_a_slow_library_has_older_latest_news() -> None:
    weekly = Recency.of(Library(days_ago(*range(0, 7 * RECENT_ARTICLES, 7))), NOW)
    small = Recency.of(Library(days_ago(*range(0, 70, 7))), NOW)
    assert weekly.span == timedelta(days=7 * (RECENT_ARTICLES - 1))
    assert small.span == pytest.approx(weekly.span, rel=0.15)


def test_a_question_about_the_past_finds_the_past_current() -> None:
    library = Library(days_ago(*range(1000)))
    year = about(datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 12, 31, tzinfo=UTC))
    recency = Recency.of(library, NOW, year)
    assert recency(datetime(2023, 6, 1, tzinfo=UTC)) == 1
    assert recency(NOW) < recency(datetime(2024, 1, 10, tzinfo=UTC)) < 1
    until = about(None, datetime(2023, 12, 31, tzinfo=UTC))
    assert Recency.of(library, NOW, until)(datetime(2023, 6, 1, tzinfo=UTC)) < 1
    still = about(datetime(2023, 1, 1, tzinfo=UTC), None)
    assert Recency.of(library, NOW, still) == Recency.of(library, NOW)


@given(AGES, PERIODS, ENDS, ENDS)
@example([0.0, 1.0], None, None, None)
def test_narrowed_filters_admit_no_more(
    ages: list[float], period: Period | None, since: datetime | None, until: datetime | None
) -> None:
    filters = Filters(since, until, "Sample Wire")
    narrow = Recency.of(Library(days_ago(*ages)), NOW, period).narrow(filters)
    assert narrow.source == filters.source
    assert narrow.since
    assert narrow.until
    assert since is None or narrow.since >= since
    assert until is None or narrow.until <= until


def test_two_articles_may_lie_far_apart() -> None:
    recency = Recency.of(Library(days_ago(0, 30 * 365)), NOW)
    assert recency.narrow(Filters()).since
