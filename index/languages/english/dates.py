"""Calendar arithmetic for times that words name, and the words for months, weekdays and numbers. Pure;
English.

What words name is a `Stretch`: from a first moment until just before another. All moments are in the time
zone in which days begin and end. Functions raise ValueError or OverflowError for a time before the year 1 or
after 9999.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
COUNTS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
} | {"a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 5}
ORDINALS = {
    word: number
    for number, words in enumerate(("first 1st 1", "second 2nd 2", "third 3rd 3", "fourth 4th 4"), 1)
    for word in words.split()
}
# What happens on a day is reported on that day and the six after it, so a question about a day is about
# these.
REPORTED_DAYS = 7
# The length of each unit, in days.
DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
ONE_DAY = timedelta(days=1)
A_WEEK, A_YEAR = timedelta(days=7), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time from `start` until just before `end`; without an end, it goes on at the time of asking.

    What happened in it is reported until `told` days after its end. With `limits` False, the words say when
    something happened, and a report of it may be from any later time: that is so for years. With `recurs`,
    the words fit later times as well: "on Friday" may be the next one.
    """

    start: datetime
    end: datetime | None
    told: int = 0
    limits: bool = True
    recurs: timedelta | None = None

    @property
    def is_day(self) -> bool:
        """Whether it is no longer than a day; a day on which clocks are set back has 25 hours."""
        return self.end is None or self.end - self.start < ONE_DAY + timedelta(hours=2)

    @property
    def reported_until(self) -> datetime | None:
        """When the reports about it end, None where that is still to come."""
        return self.end and self.end + timedelta(days=self.told)


def start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def just_before(moment: datetime) -> datetime:
    """Return the last moment before another: the end of a day, when given the start of the next."""
    return moment - timedelta(microseconds=1)


def calendar_day(year: int, month: int, day: int, zone: tzinfo | None) -> datetime | None:
    """Return the start of a day, None where the calendar has no such day, as 30 February."""
    try:
        return datetime(year, month, day, tzinfo=zone)
    except ValueError:
        return None


def next_month(start: datetime) -> datetime:
    """Return the first day of the month after that of `start`."""
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def one_day(start: datetime, *, recurs: timedelta | None = None) -> Stretch:
    """Return a day; it is reported for `REPORTED_DAYS` days."""
    return Stretch(start, start + ONE_DAY, REPORTED_DAYS - 1, recurs=recurs)


def named_day(month: int, day: int, year: int | None, now: datetime) -> Stretch | None:
    """Return a day, None where there is no such day; without a year, the last one that has begun."""
    if year is not None:
        start = calendar_day(year, month, day, now.tzinfo)
        return one_day(start) if start else None
    # The last 29 February is at most eight years back, as in 1904, after 1896: 1900 was no leap year.
    starts = (calendar_day(before, month, day, now.tzinfo) for before in range(now.year, now.year - 9, -1))
    start = next((start for start in starts if start and start <= now), None)
    return one_day(start, recurs=A_YEAR) if start else None


def named_month(month: int, year: int | None, now: datetime) -> Stretch:
    """Return a whole month; without a year, the last one that has begun."""
    start = datetime(now.year - (month > now.month) if year is None else year, month, 1, tzinfo=now.tzinfo)
    return Stretch(start, next_month(start), recurs=A_YEAR if year is None else None)


def months(year: int, first: int, number: int, now: datetime) -> Stretch:
    """Return `number` whole months of a year from the month `first` (1 to 12) on, also beyond it."""
    start = end = datetime(year, first, 1, tzinfo=now.tzinfo)
    for _ in range(number):
        end = next_month(end)
    return Stretch(start, end)


def whole_year(year: int, now: datetime) -> Stretch:
    return replace(months(year, 1, 12, now), limits=False)


def week_of(moment: datetime) -> Stretch:
    """Return the week that a moment lies in, from Monday on."""
    monday = start_of_day(moment) - timedelta(days=moment.weekday())
    return Stretch(monday, monday + timedelta(days=7))


def weekday_before(now: datetime, number: int, *, today: bool = True) -> datetime:
    """Return the start of the last day with this number (Monday is 0); `today` tells whether today counts."""
    back = (now.weekday() - number) % 7
    return start_of_day(now) - timedelta(days=back or (0 if today else 7))


def weekend(saturday: datetime) -> Stretch:
    return Stretch(saturday, saturday + timedelta(days=2), REPORTED_DAYS - 2)


def length(count: int, unit: str) -> timedelta:
    """Return so many days, weeks, fortnights, months or years: a hundred years at most."""
    return timedelta(days=min(count * DAYS[unit], 36_500))


def count(word: str | None) -> int:
    """Return the number that a word or digits stand for; 1 for "a" and for no word."""
    word = (word or "one").lower()
    return int(word) if word.isdigit() else COUNTS.get(word, 1)


def last_unit(unit: str, now: datetime, back: int = 1) -> Stretch:
    """Return the last week, weekend, month or year before this one; with `back` 2 the one before that."""
    match unit:
        case "week":
            monday = week_of(now).start - timedelta(days=7 * back)
            return Stretch(monday, monday + timedelta(days=7))
        case "weekend":
            saturday = start_of_day(now) - timedelta(days=(now.weekday() - 5) % 7 or 7)
            return weekend(saturday - timedelta(days=7 * (back - 1)))
        case "month":
            before = now.year * 12 + now.month - 1 - back
            return months(before // 12, before % 12 + 1, 1, now)
        case _:
            return whole_year(now.year - back, now)


def ago(count: int, unit: str, now: datetime) -> Stretch:
    """Return the day so long ago; of longer units also half a unit before and after it."""
    day, margin = start_of_day(now) - length(count, unit), timedelta(days=DAYS[unit] // 2)
    return Stretch(day - margin, day + margin + ONE_DAY, limits=unit != "year")
