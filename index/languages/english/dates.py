"""Resolves words for times, such as "last week" and "on 5 November", to moments. Pure; English.

A rule takes what a pattern matched and `now`, the moment at which the words were said or published. It
returns the first and the last moment that is meant, each None where that end is open, and whether these limit
what is meant (True) or only hint at it (False). It returns None where there is no such day. All moments are
in the time zone of `now`, which is where days begin and end. Rules raise ValueError or OverflowError for a
time before the year 1 or after 9999.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
# What happens on a day is reported on that day and the six after it, so a question about a day is about
# these.
REPORTED_DAYS = 7
# "latest" and "recently" hint at this many days.
LATELY_DAYS = 30
# The length of each unit, in days.
DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
ORDINALS = {
    word: number
    for number, words in enumerate(("first 1st 1", "second 2nd 2", "third 3rd 3", "fourth 4th 4"), 1)
    for word in words.split()
}

# First moment, last moment, and whether they limit what is meant.
Resolved = tuple[datetime | None, datetime | None, bool]
Rule = Callable[[re.Match[str], datetime], Resolved | None]


def start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def just_before(moment: datetime) -> datetime:
    """Return the last moment before another: the end of a day, when given the start of the next."""
    return moment - timedelta(microseconds=1)


def days_ago(first: int, last: int) -> Callable[[re.Match[str], datetime], Resolved]:
    """Return the rule for the days from `first` to `last` days ago; a `last` of 0 leaves the end open."""

    def resolve(_: re.Match[str], now: datetime) -> Resolved:
        until = just_before(start_of_day(now) - timedelta(days=last - 1)) if last else None
        return start_of_day(now) - timedelta(days=first), until, True

    return resolve


def last_unit(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "last week", "last month", "last year": the calendar's unit before the current one.

    A week begins on Monday. "Last weekend" goes on for as long as it is reported. A year is only a hint.
    """
    today = start_of_day(now)
    match match["unit"].lower():
        case "week":
            this = today - timedelta(days=today.weekday())
            return this - timedelta(days=7), just_before(this), True
        case "weekend":
            saturday = today - timedelta(days=(today.weekday() - 5) % 7 or 7)
            return saturday, just_before(saturday + timedelta(days=REPORTED_DAYS)), True
        case "month":
            this = today.replace(day=1)
            return (this - timedelta(days=1)).replace(day=1), just_before(this), True
        case _:
            this = today.replace(month=1, day=1)
            return this.replace(year=this.year - 1), just_before(this), False


def past_days(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "in the last three days", "over the past 2 weeks": with an open end; years are only a hint."""
    written = (match["count"] or "one").lower()
    count = int(written) if written.isdigit() else COUNTS.get(written, 1)
    unit = match["unit"].lower()
    days = min(count * DAYS[unit], 36_500)  # a hundred years at most
    return start_of_day(now) - timedelta(days=days), None, unit != "year"


def ago(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "three days ago": that day; of longer units also half a unit before and after it."""
    since, _, limits = past_days(match, now)
    unit = DAYS[match["unit"].lower()]
    margin = timedelta(days=unit // 2)
    return (since or now) - margin, just_before((since or now) + margin + timedelta(days=1)), limits


def weekday(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "on Monday": the most recent Monday and the days in which it is reported.

    Said on a Monday, "on Monday" means today and "last Monday" a week ago.
    """
    back = (now.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    if back == 0 and match[0].lower().startswith("last"):
        back = 7
    start = start_of_day(now) - timedelta(days=back)
    return start, just_before(start + timedelta(days=REPORTED_DAYS)), True


def named_day(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the start of the day that a match names, None where there is no such day.

    Without a year, it is the most recent such day that has begun.
    """
    groups = match.groupdict()
    month = MONTHS[(groups.get("month") or groups.get("month2") or "").lower()]
    day = int(groups.get("day") or groups.get("day2") or 1)
    if groups.get("year"):
        return calendar_day(int(groups["year"]), month, day, now.tzinfo)
    # The last 29 February is at most eight years back, as in 1904, after 1896: 1900 was no leap year.
    starts = (calendar_day(year, month, day, now.tzinfo) for year in range(now.year, now.year - 9, -1))
    return next((start for start in starts if start and start <= now), None)


def calendar_day(year: int, month: int, day: int, zone: tzinfo | None) -> datetime | None:
    """Return the start of a day, None where the calendar has no such day, as 30 February."""
    try:
        return datetime(year, month, day, tzinfo=zone)
    except ValueError:
        return None


def on_date(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "on 5 November 2024": that day and the days in which it is reported."""
    start = named_day(match, now)
    return (start, just_before(start + timedelta(days=REPORTED_DAYS)), True) if start else None


def since_date(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "since 5 November", "after March 2024": from the start of that day or month on."""
    start = named_day(match, now)
    return (start, None, True) if start else None


def before_date(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "before 5 November", "until 5 November": up to the start of that day."""
    start = named_day(match, now)
    return (None, just_before(start), True) if start else None


def in_month(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "in June 2025" and "in June": the whole month; without a year, the last one that has begun."""
    start = named_day(match, now)
    return (start, just_before(next_month(start)), True) if start else None


def next_month(start: datetime) -> datetime:
    """Return the first day of the month after that of `start`."""
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def in_year(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "in 2024": the whole year, as a hint."""
    return months(int(match["year"]), 1, 12, now, limits=False)


def since_year(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "since 2024", "after 2024": from the start of that year on."""
    return datetime(int(match["year"]), 1, 1, tzinfo=now.tzinfo), None, True


def months(year: int, first: int, last: int, now: datetime, *, limits: bool = True) -> Resolved:
    """Return the whole months from `first` to `last` (1 to 12) of a year."""
    end = datetime(year, last, 1, tzinfo=now.tzinfo)
    return datetime(year, first, 1, tzinfo=now.tzinfo), just_before(next_month(end)), limits


def part_of_year(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "the first half of 2024", "Q3 2025"; without a year, the most recent one that has begun."""
    groups = match.groupdict()
    number = ORDINALS[match["number"].lower()]
    length = 6 if (groups.get("part") or "").lower() == "half" else 3
    first = (number - 1) * length + 1
    year = int(groups["year"]) if groups.get("year") else now.year - (first > now.month)
    return months(year, first, first + length - 1, now)


def this_or_last_quarter(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "this quarter", which has an open end, and "last quarter"."""
    first = (now.month - 1) // 3 * 3 + 1
    if match["which"].lower() == "this":
        return datetime(now.year, first, 1, tzinfo=now.tzinfo), None, True
    year, first = (now.year - 1, 10) if first == 1 else (now.year, first - 3)
    return months(year, first, first + 2, now)


def this_weekend(_: re.Match[str], now: datetime) -> Resolved:
    """Resolve "this weekend": said from Monday to Wednesday the last one, later the current or the next one.

    A weekend that is not over is only a hint, because much of the news about it was published before it.
    """
    saturday = start_of_day(now) + timedelta(days=5 - now.weekday() - 7 * (now.weekday() < 3))
    return (
        saturday,
        just_before(saturday + timedelta(days=REPORTED_DAYS)),
        now >= saturday + timedelta(days=2),
    )


def this_year(_: re.Match[str], now: datetime) -> Resolved:
    """Resolve "this year": from its start on, as a hint."""
    return datetime(now.year, 1, 1, tzinfo=now.tzinfo), None, False


def hours(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "the last 24 hours", to the second."""
    return now - timedelta(hours=int(match["count"])), None, True


def lately(_: re.Match[str], now: datetime) -> Resolved:
    """Resolve "latest", "recently": the last `LATELY_DAYS` days, as a hint."""
    return now - timedelta(days=LATELY_DAYS), None, False


def between_days(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "between 3 and 9 May", "from May 3 to June 9, 2025": both days included."""
    groups = match.groupdict()
    last_month = MONTHS[match["month2"].lower()]
    first_month = MONTHS[groups["month1"].lower()] if groups.get("month1") else last_month
    last = _last_day(last_month, int(match["day2"]), groups.get("year"), now, int(match["day1"]), first_month)
    if last is None:
        return None
    first = calendar_day(last.year - (first_month > last_month), first_month, int(match["day1"]), now.tzinfo)
    return (first, just_before(last + timedelta(days=1)), True) if first else None


def _last_day(
    month: int, day: int, year: str | None, now: datetime, first_day: int, first_month: int
) -> datetime | None:
    """Return the last day of a time that is given by its first and last day, None where there is no such day.

    It is in the year that is named or, without one, in the last year for which the first day has begun.
    """
    if year:
        return calendar_day(int(year), month, day, now.tzinfo)
    for last_year in range(now.year + 1, now.year - 9, -1):
        first = calendar_day(last_year - (first_month > month), first_month, first_day, now.tzinfo)
        if first and first <= now:
            return calendar_day(last_year, month, day, now.tzinfo)
    return None


def between_months(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "from November to March 2025": both months included; the year is that of the second one."""
    first, last = MONTHS[match["month1"].lower()], MONTHS[match["month2"].lower()]
    year = int(match["year"]) if match["year"] else now.year - (last > now.month and first > now.month)
    start = datetime(year - (first > last), first, 1, tzinfo=now.tzinfo)
    return start, just_before(next_month(datetime(year, last, 1, tzinfo=now.tzinfo))), True


def between_years(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "from 2019 to 2021": both years included, as a hint."""
    since, _, _ = months(int(match["year"]), 1, 12, now)
    return since, months(int(match["year2"]), 1, 12, now)[1], False


def iso_day(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the start of a day written as 2025-06-30, None where there is no such day."""
    year, month, day = (int(match[part]) for part in ("year", "month", "day"))
    return calendar_day(year, month, day, now.tzinfo)


def on_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "on 2025-06-30": that day and the days in which it is reported."""
    start = iso_day(match, now)
    return (start, just_before(start + timedelta(days=REPORTED_DAYS)), True) if start else None


def since_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "since 2025-06-30": from the start of that day on."""
    start = iso_day(match, now)
    return (start, None, True) if start else None


def between_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "from 2025-06-01 to 2025-06-30": both days included."""
    first, last = iso_day(match, now), datetime.fromisoformat(match["last"]).replace(tzinfo=now.tzinfo)
    return (first, just_before(last + timedelta(days=1)), True) if first else None


def week_of(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "the week of 5 November": from Monday to Sunday."""
    day = named_day(match, now)
    monday = day and day - timedelta(days=day.weekday())
    return (monday, just_before(monday + timedelta(days=7)), True) if monday else None


def by_date(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "by 5 November": up to the end of that day."""
    start = named_day(match, now)
    return (None, just_before(start + timedelta(days=1)), True) if start else None


def from_then_on(resolve: Rule) -> Rule:
    """Return the rule for "since" something that another rule resolves: from its first moment on."""

    def since(match: re.Match[str], now: datetime) -> Resolved | None:
        resolved = resolve(match, now)
        return resolved and (resolved[0], None, True)

    return since
