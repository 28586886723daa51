"""Time in questions: which words name which period, seen from Tuesday, 10 June 2025, noon UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.languages.english.periods import Period, TimeRead, period, read_time
from tests.fakes import NOW

# Words that rules are made of, so that Hypothesis puts together what almost is a date.
PIECES = (
    "yesterday today last past this on in since after before until the week month year weekend days ago 1 2 "
    "29 30 31 5th 0 00 99 999 three a an February May may Feb. sept november 2025 2024, 1900 2099 Monday "
    "ſaturday frıday İn ٣ ² , . of election énarque’s between and from to Q3 first half of overnight since"
).split()
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join), st.text(max_size=80))
MOMENTS = st.datetimes(
    datetime(1950, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-9))),
)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(found: Period | None) -> tuple[str | None, str | None]:
    """Return the first and the last day of a period, None for an open end."""
    assert found is not None
    assert found.since is None or found.since == day(str(found.since.date()))
    end = found.until and found.until + timedelta(microseconds=1)
    assert end is None or end == day(str(end.date()))
    return (
        str(found.since.date()) if found.since else None,
        str(found.until.date()) if found.until else None,
    )


@pytest.mark.parametrize(
    ("phrase", "since", "until"),
    [
        ("yesterday", "2025-06-09", "2025-06-09"),
        ("last night", "2025-06-09", None),
        ("day before yesterday", "2025-06-08", "2025-06-08"),
        ("today", "2025-06-10", None),
        ("this morning", "2025-06-10", None),
        ("this week", "2025-06-02", None),
        ("this month", "2025-05-10", None),
        ("last week", "2025-06-02", "2025-06-08"),
        ("last weekend", "2025-06-07", "2025-06-13"),
        ("last month", "2025-05-01", "2025-05-31"),
        ("in the last week", "2025-06-03", None),
        ("over the past week", "2025-06-03", None),
        ("in the past month", "2025-05-11", None),
        ("in the last three days", "2025-06-07", None),
        ("over the past 2 weeks", "2025-05-27", None),
        ("three days ago", "2025-06-07", "2025-06-07"),
        ("a week ago", "2025-05-31", "2025-06-06"),
        ("2 weeks ago", "2025-05-24", "2025-05-30"),
        ("in June 2025", "2025-06-01", "2025-06-30"),
        ("in June", "2025-06-01", "2025-06-30"),
        ("during March 2024", "2024-03-01", "2024-03-31"),
        ("December 2024", "2024-12-01", "2024-12-31"),
        ("in Feb. 2024", "2024-02-01", "2024-02-29"),
        ("since the election on 5 November", "2024-11-05", None),
        ("since the election on 5 November 2020", "2020-11-05", None),
        ("since the protégé’s visit on May 5", "2025-05-05", None),
        ("after 3rd of March, 2025", "2025-03-03", None),
        ("since May", "2025-05-01", None),
        ("since May 2024", "2024-05-01", None),
        ("since 2020", "2020-01-01", None),
        ("before 3 March", None, "2025-03-02"),
        ("until the vote on 1 May 2025", None, "2025-05-01"),
        ("on 5 May", "2025-05-05", "2025-05-11"),
        ("on May 5, 2024", "2024-05-05", "2024-05-11"),
        ("5 May 2025", "2025-05-05", "2025-05-11"),
        ("on 10 June", "2025-06-10", "2025-06-16"),
        ("on 29 February", "2024-02-29", "2024-03-06"),
        ("on Monday", "2025-06-09", "2025-06-15"),
        ("on Tuesday", "2025-06-10", "2025-06-16"),
        ("last Tuesday", "2025-06-03", "2025-06-09"),
        ("on Wednesday", "2025-06-04", "2025-06-10"),
        ("last Friday", "2025-06-06", "2025-06-12"),
        ("this Monday", "2025-06-09", "2025-06-15"),
        ("this weekend", "2025-06-07", "2025-06-13"),
        ("this past weekend", "2025-06-07", "2025-06-13"),
        ("over the weekend", "2025-06-07", "2025-06-13"),
        ("overnight", "2025-06-09", None),
        ("since yesterday", "2025-06-09", None),
        ("since last week", "2025-06-02", None),
        ("since Friday", "2025-06-06", None),
        ("since two weeks ago", "2025-05-24", None),
        ("a couple of days ago", "2025-06-08", "2025-06-08"),
        ("in the past few weeks", "2025-05-20", None),
        ("over the past month", "2025-05-11", None),
        ("in the last fortnight", "2025-05-27", None),
        ("between 3 and 9 May", "2025-05-03", "2025-05-09"),
        ("between 3 and 9 May 2024", "2024-05-03", "2024-05-09"),
        ("between the 3rd and the 9th of May", "2025-05-03", "2025-05-09"),
        ("between May 3 and May 9, 2025", "2025-05-03", "2025-05-09"),
        ("from May 3 to 9", "2025-05-03", "2025-05-09"),
        ("from 28 December to 3 January", "2024-12-28", "2025-01-03"),
        ("from 28 December to 3 January 2024", "2023-12-28", "2024-01-03"),
        ("between 1 June and 30 June", "2025-06-01", "2025-06-30"),
        ("between March and May 2024", "2024-03-01", "2024-05-31"),
        ("from November to January", "2024-11-01", "2025-01-31"),
        ("between 2025-05-03 and 2025-05-09", "2025-05-03", "2025-05-09"),
        ("on 2025-05-03", "2025-05-03", "2025-05-09"),
        ("since 2025-05-03", "2025-05-03", None),
        ("by 5 May", None, "2025-05-05"),
        ("in the week of 5 June", "2025-06-02", "2025-06-08"),
        ("in the first half of 2024", "2024-01-01", "2024-06-30"),
        ("in the second half of 2024", "2024-07-01", "2024-12-31"),
        ("in the third quarter of 2024", "2024-07-01", "2024-09-30"),
        ("in Q1 2025", "2025-01-01", "2025-03-31"),
        ("in Q4", "2024-10-01", "2024-12-31"),
        ("last quarter", "2025-01-01", "2025-03-31"),
        ("this quarter", "2025-04-01", None),
    ],
)
def test_a_phrase_names_a_period(phrase: str, since: str | None, until: str | None) -> None:
    for question in (
        f"What did the port decide {phrase}?",
        f"{phrase.capitalize()}: who won?",
        phrase.upper(),
    ):
        found = period(question, NOW)
        assert days(found) == (since, until)
        assert found
        assert found.limits
        assert found.phrase.lower() == phrase.lower()


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("Who won in 2019?", "2019-01-01", "2019-12-31"),
        ("Who won the 2024 election?", "2024-01-01", "2024-12-31"),
        ("What changed last year?", "2024-01-01", "2024-12-31"),
        ("What is new in 2025?", "2025-01-01", "2025-12-31"),
        ("Who resigned two years ago?", "2022-12-11", "2023-12-10"),
        ("How far did prices rise in the last year?", "2024-06-10", None),
        ("Who won most between 2019 and 2021?", "2019-01-01", "2021-12-31"),
        ("Who resigned this year?", "2025-01-01", None),
    ],
)
def test_a_year_is_a_hint(question: str, since: str, until: str | None) -> None:
    found = period(question, NOW)
    assert days(found) == (since, until)
    assert found
    assert not found.limits


@pytest.mark.parametrize(
    "question",
    [
        "Who won?",
        "Who may win?",
        "What will happen tomorrow?",
        "Who will win next week?",
        "Who plays in July 2030?",
        "Who plays on 5 November 2040?",
        "Who plays between 3 and 9 May 2031?",
        "What happens in Q3 2031?",
        "What did it sell between 9 and 3 May 2024, or from 40 to 50 May?",
        "What happened on 30 February?",
        "What happened since 2030?",
        "Does USA TODAY report it?",
        "How many of the 1900 seats were sold, and 20251 others?",
        "yesterdays and weekends",
        "一九四五年",
        "",
    ],
)
def test_these_name_none(question: str) -> None:
    found = period(question, NOW)
    assert found is None or not found.limits


@pytest.mark.parametrize(
    "impossible",
    ["30 February 2024", "0 February 2024", "February 31, 2024", "29 February 2023", "31.11.2024"],
)
def test_an_impossible_date_limits_nothing_and_is_given_back(impossible: str) -> None:
    assert read_time(f"What happened on {impossible}?", NOW) == TimeRead(None, impossible)


def test_the_nearest_of_two_counts() -> None:
    found = period("Is it true that, as in June 2024, prices fell yesterday?", NOW)
    assert found
    assert found.phrase == "yesterday"
    exact = period("Was it on 3 May 2025 or in 2019?", NOW)
    assert exact
    assert exact.phrase == "on 3 May 2025"


def test_the_latest_is_a_hint_at_the_last_month() -> None:
    found = period("What is the latest on the port?", NOW)
    assert found == Period(NOW - timedelta(days=30), None, "latest", limits=False)
    dated = period("What is the latest since 5 May?", NOW)
    assert dated
    assert dated.phrase == "since 5 May"


def test_hours_are_counted_from_now() -> None:
    found = period("What was reported in the last 36 hours?", NOW)
    assert found
    assert (found.since, found.until) == (NOW - timedelta(hours=36), None)


def test_this_weekend_is_the_one_that_is_or_was() -> None:
    sunday, thursday = day("2025-06-08"), day("2025-06-12")
    found = period("this weekend", sunday)
    assert days(found) == ("2025-06-07", "2025-06-13")
    assert found
    assert not found.limits  # what is reported about it may have come before
    assert period("this weekend", thursday) is None  # it is still to come


def test_days_are_those_of_the_reader() -> None:
    late = NOW.replace(hour=23)
    assert days(period("yesterday", late)) == ("2025-06-09", "2025-06-09")
    berlin = period("yesterday", late, ZoneInfo("Europe/Berlin"))  # already the 11th there
    assert berlin
    assert (berlin.since, berlin.until) == (
        datetime(2025, 6, 9, 22, tzinfo=UTC),
        datetime(2025, 6, 10, 21, 59, 59, 999_999, tzinfo=UTC),
    )
    month = period("in March 2025", late, ZoneInfo("America/New_York"))  # the clocks went forward
    assert month
    assert month.since == datetime(2025, 3, 1, 5, tzinfo=UTC)
    assert month.until == datetime(2025, 4, 1, 3, 59, 59, 999_999, tzinfo=UTC)


@given(TEXTS, MOMENTS)
@example("on ſaturday", NOW)
@example("on frıday, three monthſ ago", NOW)
@example("in AUGUſT 2024", NOW)
@example("on 29 February", day("2100-01-01"))
@example("999 years ago", day("1950-01-01"))
def test_the_laws_of_periods(question: str, now: datetime) -> None:
    found = period(question, now)
    assert found == period(question, now)
    if found is None:
        return
    assert found.since or found.until
    assert found.phrase
    assert found.phrase in question
    for end in (found.since, found.until):
        assert end is None or end.utcoffset() == timedelta()
    assert found.since is None or found.since <= now
    assert found.since is None or found.until is None or found.since <= found.until


@given(MOMENTS)
def test_relative_periods_hold_what_they_say(now: datetime) -> None:
    yesterday, week, month = (period(text, now) for text in ("yesterday", "last week", "last month"))
    assert yesterday
    assert yesterday.since
    assert yesterday.until
    assert yesterday.since <= now - timedelta(days=1) <= yesterday.until < now
    for earlier in (week, month):
        assert earlier
        assert earlier.since
        assert earlier.until
        assert earlier.since < earlier.until < now
    assert week
    assert week.since
    assert week.since.weekday() == 0
    assert month
    assert month.since
    assert month.since.day == 1


@given(st.dates(datetime(1990, 1, 1).date(), datetime(2090, 1, 1).date()), MOMENTS)
def test_any_written_day_is_understood(written: datetime, now: datetime) -> None:
    start = datetime(written.year, written.month, written.day, tzinfo=UTC)
    for form in (
        f"{written:%d %B %Y}",
        f"{written:%B %d, %Y}",
        f"the {written.day}th of {written:%b} {written.year}",
    ):
        found = period(f"What happened on {form}?", now)
        assert (found.since if found else None) == (start if start <= now else None)


@pytest.mark.parametrize("question", ["yesterday", "last week", "last year", "on Monday", "999 months ago"])
@pytest.mark.parametrize("now", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar(question: str, now: datetime) -> None:
    found = period(question, now)
    assert found is None or found.since is None or found.since <= now
