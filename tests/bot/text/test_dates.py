"""Dates as people type them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.dates import parse_moment
from index import UsageError

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Pacific/Apia"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-01", datetime(2025, 6, 1, tzinfo=UTC)),
        (" 2025-06-01 ", datetime(2025, 6, 1, tzinfo=UTC)),
        ("2025-06-01T12:30", datetime(2025, 6, 1, 12, 30, tzinfo=UTC)),
        ("2025-06-01 12:30:15", datetime(2025, 6, 1, 12, 30, 15, tzinfo=UTC)),
        ("2025-06-01T12:30Z", datetime(2025, 6, 1, 12, 30, tzinfo=UTC)),
        ("2025-06-01t12:30z", datetime(2025, 6, 1, 12, 30, tzinfo=UTC)),
        ("2025-06-01T12:30+02:00", datetime(2025, 6, 1, 10, 30, tzinfo=UTC)),
        ("2025-06-01T12:30-05:30", datetime(2025, 6, 1, 18, 0, tzinfo=UTC)),
    ],
)
def test_what_can_be_typed(text: str, expected: datetime) -> None:
    assert parse_moment(text) == expected
    assert parse_moment(text).tzinfo is UTC


def test_the_time_zone_counts_where_the_text_gives_none() -> None:
    assert parse_moment("2025-06-01", "Europe/Berlin") == datetime(2025, 5, 31, 22, tzinfo=UTC)
    assert parse_moment("2025-06-01T12:30", "Europe/Berlin") == datetime(2025, 6, 1, 10, 30, tzinfo=UTC)
    assert parse_moment("2025-06-01T12:30Z", "Europe/Berlin") == datetime(2025, 6, 1, 12, 30, tzinfo=UTC)


def test_a_day_ends_with_its_last_microsecond_and_a_time_stays_as_it_is() -> None:
    assert parse_moment("2025-06-01", end=True) == datetime(2025, 6, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    assert parse_moment("2025-06-01T12:30", end=True) == datetime(2025, 6, 1, 12, 30, tzinfo=UTC)
    assert parse_moment("9999-12-31", end=True).year == 9999


@given(st.dates(date(1990, 1, 1), date(2037, 12, 30)), ZONES)
def test_a_day_ends_where_the_next_begins(day: date, zone: str) -> None:
    end = parse_moment(day.isoformat(), zone, end=True)
    following = parse_moment((day + timedelta(days=1)).isoformat(), zone)
    # Samoa left out the 30th of December 2011 when it crossed the date line.
    if (zone, day.year, day.month) != ("Pacific/Apia", 2011, 12):
        assert following - end == timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_today_and_yesterday_are_days_of_the_time_zone(zone: str) -> None:
    before = datetime.now(ZoneInfo(zone)).date()
    today, yesterday = parse_moment("Today", zone), parse_moment("yesterday", zone)
    after = datetime.now(ZoneInfo(zone)).date()
    assert before <= today.astimezone(ZoneInfo(zone)).date() <= after
    assert (
        before - timedelta(days=1) <= yesterday.astimezone(ZoneInfo(zone)).date() <= after - timedelta(days=1)
    )
    assert parse_moment("today", zone, end=True) > today


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2025-13-01",
        "2025-02-30",
        "2025-06-01T25:00",
        "06/01/2025",
        "2025",
        "0001-01-01T00:00+14:00",
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"^\"[^\n]*\" is not a date: write it like [^\n]*\.$"):
        parse_moment(text)


@given(st.text())
def test_any_text_is_a_moment_or_refused_on_one_line(text: str) -> None:
    try:
        outcome = parse_moment(text).isoformat()
    except UsageError as error:
        outcome = str(error)
    assert len(outcome.splitlines()) == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        parse_moment("2025-06-01", zone)
