"""Every preposition with every kind of date, seen from 10 June 2025, a Tuesday; and what is unclear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from index.languages.english.named_days import NAMES, named_days
from index.languages.english.periods import TimeRead, period, read_time
from index.types.options import DateOrder
from tests.fakes import NOW

# Words for a time: the day on which it begins, and the day after it.
STRETCHES = {
    "last Saturday": ("2025-06-07", "2025-06-08"),
    "Friday": ("2025-06-06", "2025-06-07"),
    "Monday of last week": ("2025-06-02", "2025-06-03"),
    "the day before yesterday": ("2025-06-08", "2025-06-09"),
    "2 May": ("2025-05-02", "2025-05-03"),
    "May 2nd, 2024": ("2024-05-02", "2024-05-03"),
    "the 2nd of May last year": ("2024-05-02", "2024-05-03"),
    "Fri, May 2": ("2025-05-02", "2025-05-03"),
    "2024-11-05": ("2024-11-05", "2024-11-06"),
    "25/12/2024": ("2024-12-25", "2024-12-26"),
    "12/25/2024": ("2024-12-25", "2024-12-26"),
    "7/7/2024": ("2024-07-07", "2024-07-08"),
    "3.4.2025": ("2025-04-03", "2025-04-04"),
    "February": ("2025-02-01", "2025-03-01"),
    "last August": ("2024-08-01", "2024-09-01"),
    "November of last year": ("2024-11-01", "2024-12-01"),
    "mid-April": ("2025-04-11", "2025-04-21"),
    "early December 2024": ("2024-12-01", "2024-12-12"),
    "the end of February": ("2025-02-19", "2025-03-01"),
    "the beginning of last month": ("2025-05-01", "2025-05-12"),
    "the start of the year": ("2025-01-01", "2025-05-03"),
    "the end of last week": ("2025-06-06", "2025-06-09"),
    "last month": ("2025-05-01", "2025-06-01"),
    "the week before last": ("2025-05-26", "2025-06-02"),
    "the week of 14 May": ("2025-05-12", "2025-05-19"),
    "the second quarter of 2024": ("2024-04-01", "2024-07-01"),
    "Q3 2024": ("2024-07-01", "2024-10-01"),
    "2024Q3": ("2024-07-01", "2024-10-01"),
    "the second half of last year": ("2024-07-01", "2025-01-01"),
    "last summer": ("2024-06-01", "2024-09-01"),
    "the winter of 2023": ("2023-12-01", "2024-03-01"),
    "autumn 2024": ("2024-09-01", "2024-12-01"),
    "the first Monday of May": ("2025-05-05", "2025-05-06"),
    "the last Thursday of October 2024": ("2024-10-31", "2024-11-01"),
    "the last day of February 2024": ("2024-02-29", "2024-03-01"),
    "Christmas": ("2024-12-25", "2024-12-26"),
    "last Easter": ("2025-04-20", "2025-04-21"),
    "New Year’s Eve": ("2024-12-31", "2025-01-01"),
    "Saint Patrick's Day 2024": ("2024-03-17", "2024-03-18"),
    "Eid al-Adha 2024": ("2024-06-16", "2024-06-17"),
    "Ramadan": ("2025-02-28", "2025-03-30"),
    "two days after Easter": ("2025-04-22", "2025-04-23"),
    "the day after Christmas": ("2024-12-26", "2024-12-27"),
    "the week before Easter": ("2025-04-13", "2025-04-20"),
}
IS_DAY = timedelta(days=1)


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _asked(phrase: str) -> tuple[datetime | None, datetime | None]:
    """Return the period of a question with a phrase, its end as the moment after it."""
    found = period(f"Which bridges did the city close {phrase}?", NOW)
    assert found is not None
    assert found.limits
    assert found.phrase == phrase
    return found.since, found.until and found.until + timedelta(microseconds=1)


@pytest.mark.parametrize("words", STRETCHES)
class TestEveryPreposition:
    def test_since(self, words: str) -> None:
        assert _asked(f"since {words}") == (_moment(STRETCHES[words][0]), None)

    def test_after(self, words: str) -> None:
        begin, end = map(_moment, STRETCHES[words])
        assert _asked(f"after {words}") == (begin if end - begin == IS_DAY else end, None)

    @pytest.mark.parametrize("lead", ["before", "prior to"])
    def test_before(self, words: str, lead: str) -> None:
        assert _asked(f"{lead} {words}") == (None, _moment(STRETCHES[words][0]))

    @pytest.mark.parametrize("lead", ["until", "by", "up to"])
    def test_until(self, words: str, lead: str) -> None:
        assert _asked(f"{lead} {words}") == (None, _moment(STRETCHES[words][1]))

    @pytest.mark.parametrize("lead", ["on", "in", "during"])
    def test_within(self, words: str, lead: str) -> None:
        begin, end = _asked(f"{lead} {words}")
        assert begin == _moment(STRETCHES[words][0])
        assert end
        assert timedelta() <= end - _moment(STRETCHES[words][1]) < timedelta(days=7)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did the mayor say Saturday?", "2025-06-07", "2025-06-14"),
        ("who won saturday", "2025-06-07", "2025-06-14"),
        ("What did the mayor say May 2?", "2025-05-02", "2025-05-09"),
        ("Which trains ran from Friday to Sunday?", "2025-06-06", "2025-06-09"),
        ("Which trains ran 3-8 May?", "2025-05-03", "2025-05-09"),
        ("Which trains ran May 3 – May 8?", "2025-05-03", "2025-05-09"),
        ("Which trains ran from 28th to 30th April?", "2025-04-28", "2025-05-01"),
        ("Which trains ran from Easter to Pentecost?", "2025-04-20", "2025-06-09"),
        ("What has closed since the strike in March?", "2025-03-01", None),
        ("What has closed after the strike in March?", "2025-03-01", None),
        ("What had closed before the strike in March?", None, "2025-04-01"),
        ("What was said before parliament on Friday?", None, NOW.isoformat()),
        ("Who was arrested by police on Friday?", "2025-06-06", "2025-06-13"),
        ("What was announced from 2 May on?", "2025-05-02", None),
        ("Did it rain more in March than in January?", "2025-01-01", "2025-04-01"),
        ("What has been reported all week?", "2025-06-08", None),
        ("What was decided late last night?", "2025-06-09", None),
        ("Which laws passed in the last three years?", "2022-06-11", None),
        ("Which laws passed until this morning?", None, NOW.isoformat()),
        ("What was reported the past week?", "2025-06-03", None),
        ("What sold best over the Christmas weekend?", "2024-12-22", "2025-01-04"),
    ],
)
def test_these_periods(question: str, since: str | None, until: str | None) -> None:
    found = period(question, NOW)
    assert found
    assert found.limits
    end = found.until and found.until + timedelta(microseconds=1)
    wanted = until and datetime.fromisoformat(until)
    assert found.since == (_moment(since) if since else None)
    assert (end and end.replace(microsecond=0)) == (wanted and wanted.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "question",
    [
        "Who bought the Mail on Sunday?",
        "How much was spent on Black Friday?",
        "Did Sheffield Wednesday win?",
        "Who lives on Easter Island?",
        "What happened after May resigned?",
        "What was said about the summer holidays?",
        "Who won the Winter Olympics?",
        "How many people marched to the palace, and may they?",
        "When did the second half begin?",
        "How long is the working week?",
        "Who scored in the fall of the wall?",
        "Did it take three weeks to agree, or two days?",
        "Who resigned on the second day of the trial?",
        "Which film earned most in its opening week?",
        "In which month does it rain most?",
    ],
)
def test_these_name_no_time(question: str) -> None:
    assert read_time(question, NOW) == TimeRead()


@pytest.mark.parametrize(
    "question",
    [
        "What will open on Friday?",
        "What must be paid by Friday?",
        "Which films are due in July?",
        "What is planned for next week?",
        "Is the parade tomorrow?",
        "Who is expected to win before Christmas?",
    ],
)
def test_a_question_about_the_future_is_not_limited(question: str) -> None:
    found, unclear = (read := read_time(question, NOW)).period, read.unclear
    assert found is None or not found.limits
    assert unclear is None


@pytest.mark.parametrize(
    ("question", "unclear"),
    [
        ("What happened on 3/4/2025?", "3/4/2025"),
        ("What has happened since 3/4/2025?", "3/4/2025"),
        ("What happened on the eve of the vote on 2 May?", None),
        ("What was sold in the run-up to Christmas?", "run-up to Christmas"),
        ("What happened on the anniversary of 2 May?", "anniversary of 2 May"),
        ("What did it earn in the fiscal quarter?", "in the fiscal quarter"),
        ("What was said in the week after the vote?", "in the week"),
    ],
)
def test_what_is_not_understood_limits_nothing(question: str, unclear: str | None) -> None:
    read = read_time(question, NOW)
    if unclear:
        assert read == TimeRead(None, unclear)
    assert read.unclear or (read.period and read.period.limits)


@pytest.mark.parametrize(("order", "day"), [("day-month", "2025-04-03"), ("month-day", "2025-03-04")])
def test_the_order_of_day_and_month_is_as_set(order: DateOrder, day: str) -> None:
    for written in ("3/4/2025", "3-4-2025", "03/04/25"):
        found = period(f"What happened on {written}?", NOW, order=order)
        assert found
        assert found.since == _moment(day)


@pytest.mark.parametrize(("phrase", "since"), [("on 11 June", "2024-06-11"), ("in July", "2024-07-01")])
def test_what_is_as_near_ahead_limits_only_what_is_past(phrase: str, since: str) -> None:
    found = period(f"What did the port decide {phrase}?", NOW)
    assert found
    assert found.since == _moment(since)
    assert period(f"Which concert begins {phrase}?", NOW) is None
    assert (period(f"Which concerts begin since {phrase[3:]}?", NOW) or found).since == _moment(since)


@pytest.mark.parametrize(
    "question",
    [
        "How much did it earn in the three months ending March 31?",
        "How far did prices rise in the year to September?",
        "Which team plays every Monday?",
        "Who usually sings on New Year's Day?",
        "Is it the last day of the fair?",
    ],
)
def test_what_is_said_of_a_time_is_no_limit(question: str) -> None:
    found = read_time(question, NOW)
    assert found.unclear is None
    assert found.period is None or not found.period.limits


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("On Wednesday the mayor resigned. Who will follow him?", "2025-06-04"),
        ("She said on Friday that she would resign. Why?", "2025-06-06"),
        ("How many have been arrested since a big raid on the docks began in March last year?", "2024-03-01"),
    ],
)
def test_only_the_own_sentence_counts(question: str, since: str) -> None:
    found = period(question, NOW)
    assert found
    assert found.limits
    assert found.since == _moment(since)


def test_years_of_events_are_hints() -> None:
    for question in (
        "Who was sued after the 2020 election?",
        "Who returned after stepping down two years ago?",
        "How much was paid since the war began in 2022?",
    ):
        found = period(question, NOW)
        assert found
        assert not found.limits


def test_the_order_of_a_date_that_is_clear_is_not_asked_for() -> None:
    found = period("What happened on 3/25/2025?", NOW, order="month-day")
    assert found
    assert found.since == _moment("2025-03-25")
    assert read_time("What happened on 25/25/2025?", NOW) == TimeRead(None, "25/25/2025")


def test_seasons_are_the_last_that_began() -> None:
    winter, autumn = datetime(2025, 1, 20, tzinfo=UTC), datetime(2025, 11, 20, tzinfo=UTC)
    in_winter = period("What froze this winter?", winter)
    assert in_winter
    assert in_winter.since == _moment("2024-12-01")
    assert period("What froze this winter?", autumn) is None  # it is still to come
    assert (period("What melted last summer?", autumn) or in_winter).since == _moment("2025-06-01")


def test_days_are_those_of_the_reader() -> None:
    found = period("What opened since Easter?", NOW, ZoneInfo("Asia/Tokyo"))
    assert found
    assert found.since == datetime(2025, 4, 19, 15, tzinfo=UTC)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("year", [2001, 2024, 2033])
def test_every_holiday_has_its_days(name: str, year: int) -> None:
    assert named_days(name, year)
    for first, end in named_days(name, year):
        assert first < end <= first + timedelta(days=30)
        assert first.year == year or name == "ramadan"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("easter", "1961-04-02"),
        ("easter", "2038-04-25"),
        ("good friday", "2024-03-29"),
        ("pentecost", "2025-06-08"),
        ("thanksgiving", "2023-11-23"),
        ("memorial day", "2024-05-27"),
        ("mother's day", "2025-05-11"),
        ("mlk day", "2025-01-20"),
        ("diwali", "2024-10-31"),
        ("eid al-fitr", "2025-03-30"),
        ("chinese new year", "2025-01-29"),
        ("passover", "2024-04-23"),
    ],
)
def test_holidays(name: str, first: str) -> None:
    assert str(named_days(name, int(first[:4]))[0][0]) == first


def test_a_holiday_of_a_year_whose_dates_are_not_known_is_not_understood() -> None:
    assert read_time("What happened at Diwali 1955?", NOW) == TimeRead(None, "Diwali 1955")
