"""Words for times as stretches of days: what a pattern matched, seen from the moment of speaking. Pure.

All in the time zone of that moment: in it days begin and end. Each rule returns the first and the last
moment, None for an open end, and whether these limit what is meant or only hint at it; None where there is
no such day. Raises ValueError or OverflowError beyond the calendar.
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
# What happened on a day is reported within so many days, that day included.
REPORTED_DAYS = 7
# What "latest" and "recently" mean, as a hint.
RECENT_DAYS = 30
DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
ORDINALS = {
    word: number
    for number, words in enumerate(("first 1st 1", "second 2nd 2", "third 3rd 3", "fourth 4th 4"), 1)
    for word in words.split()
}

Resolved = tuple[datetime | None, datetime | None, bool]
Rule = Callable[[re.Match[str], datetime], Resolved | None]


def day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def until_end(start_of_next: datetime) -> datetime:
    return start_of_next - timedelta(microseconds=1)


def days_ago(first: int, last: int) -> Callable[[re.Match[str], datetime], Resolved]:
    """Return a rule for the days from `first` to `last` days ago; a `last` of 0 is open."""

    def resolve(_: re.Match[str], now: datetime) -> Resolved:
        until = until_end(day(now) - timedelta(days=last - 1)) if last else None
        return day(now) - timedelta(days=first), until, True

    return resolve


def last_unit(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "last week", "last month", "last year": the one before this, by the calendar."""
    today = day(now)
    match match["unit"].lower():
        case "week":
            this = today - timedelta(days=today.weekday())
            return this - timedelta(days=7), until_end(this), True
        case "weekend":
            saturday = today - timedelta(days=(today.weekday() - 5) % 7 or 7)
            return saturday, until_end(saturday + timedelta(days=REPORTED_DAYS)), True
        case "month":
            this = today.replace(day=1)
            return (this - timedelta(days=1)).replace(day=1), until_end(this), True
        case _:
            this = today.replace(month=1, day=1)
            return this.replace(year=this.year - 1), until_end(this), False


def past_days(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "in the last three days", "over the past 2 weeks"."""
    written = (match["count"] or "one").lower()
    count = int(written) if written.isdigit() else COUNTS.get(written, 1)
    unit = match["unit"].lower()
    days = min(count * DAYS[unit], 36_500)
    return day(now) - timedelta(days=days), None, unit != "year"


def ago(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "three days ago": that day, or for weeks and more the days around it."""
    since, _, limits = past_days(match, now)
    unit = DAYS[match["unit"].lower()]
    margin = timedelta(days=unit // 2)
    return (since or now) - margin, until_end((since or now) + margin + timedelta(days=1)), limits


def weekday(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "on Monday": the most recent one, and the days in which it is reported.

    Said on a Monday, "on Monday" is today and "last Monday" a week ago.
    """
    back = (now.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    if back == 0 and match[0].lower().startswith("last"):
        back = 7
    start = day(now) - timedelta(days=back)
    return start, until_end(start + timedelta(days=REPORTED_DAYS)), True


def date(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the start of the day that a match names; without a year, the last one that has passed."""
    groups = match.groupdict()
    month = MONTHS[(groups.get("month") or groups.get("month2") or "").lower()]
    day = int(groups.get("day") or groups.get("day2") or 1)
    if groups.get("year"):
        return existing(int(groups["year"]), month, day, now.tzinfo)
    # 29 February is eight years back at most.
    starts = (existing(year, month, day, now.tzinfo) for year in range(now.year, now.year - 9, -1))
    return next((start for start in starts if start and start <= now), None)


def existing(year: int, month: int, day: int, zone: tzinfo | None) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=zone)
    except ValueError:  # 30 February is no day
        return None


def on_date(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "on 5 November 2024": that day, and the days in which it is reported."""
    start = date(match, now)
    return (start, until_end(start + timedelta(days=REPORTED_DAYS)), True) if start else None


def since_date(match: re.Match[str], now: datetime) -> Resolved | None:
    start = date(match, now)
    return (start, None, True) if start else None


def before_date(match: re.Match[str], now: datetime) -> Resolved | None:
    start = date(match, now)
    return (None, until_end(start), True) if start else None


def in_month(match: re.Match[str], now: datetime) -> Resolved | None:
    start = date(match, now)
    return (start, until_end(next_month(start)), True) if start else None


def next_month(start: datetime) -> datetime:
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def in_year(match: re.Match[str], now: datetime) -> Resolved:
    return months(int(match["year"]), 1, 12, now, limits=False)


def since_year(match: re.Match[str], now: datetime) -> Resolved:
    return datetime(int(match["year"]), 1, 1, tzinfo=now.tzinfo), None, True


def months(year: int, first: int, last: int, now: datetime, *, limits: bool = True) -> Resolved:
    """Resolve a run of whole months of a year."""
    end = datetime(year, last, 1, tzinfo=now.tzinfo)
    return datetime(year, first, 1, tzinfo=now.tzinfo), until_end(next_month(end)), limits


def part_of_year(match: re.Match[str], now: datetime) -> Resolved:
    """Resolve "the first half of 2024", "Q3 2025", "the third quarter"; without a year, the last begun."""
    groups = match.groupdict()
    number = ORDINALS[match["number"].lower()]
    length = 6 if (groups.get("part") or "").lower() == "half" else 3
    first = (number - 1) * length + 1
    year = int(groups["year"]) if groups.get("year") else now.year - (first > now.month)
    return months(year, first, first + length - 1, now)


def this_or_last_quarter(match: re.Match[str], now: datetime) -> Resolved:
    first = (now.month - 1) // 3 * 3 + 1
    if match["which"].lower() == "this":
        return datetime(now.year, first, 1, tzinfo=now.tzinfo), None, True
    year, first = (now.year - 1, 10) if first == 1 else (now.year, first - 3)
    return months(year, first, first + 2, now)


def this_weekend(_: re.Match[str], now: datetime) -> Resolved:
    """Resolve "this weekend": the one before on Monday to Wednesday, else the one that is or comes.

    One that is not over limits nothing, for much of what is reported about it came before.
    """
    saturday = day(now) + timedelta(days=5 - now.weekday() - 7 * (now.weekday() < 3))
    return saturday, until_end(saturday + timedelta(days=REPORTED_DAYS)), now >= saturday + timedelta(days=2)


def this_year(_: re.Match[str], now: datetime) -> Resolved:
    return datetime(now.year, 1, 1, tzinfo=now.tzinfo), None, False


def hours(match: re.Match[str], now: datetime) -> Resolved:
    return now - timedelta(hours=int(match["count"])), None, True


def lately(_: re.Match[str], now: datetime) -> Resolved:
    return now - timedelta(days=RECENT_DAYS), None, False


def between_days(match: re.Match[str], now: datetime) -> Resolved | None:
    """Resolve "between 3 and 9 May", "from May 3 to June 9, 2025": both days included."""
    groups = match.groupdict()
    last_month = MONTHS[match["month2"].lower()]
    first_month = MONTHS[groups["month1"].lower()] if groups.get("month1") else last_month
    last = recent(last_month, int(match["day2"]), groups.get("year"), now, int(match["day1"]), first_month)
    if last is None:
        return None
    first = existing(last.year - (first_month > last_month), first_month, int(match["day1"]), now.tzinfo)
    return (first, until_end(last + timedelta(days=1)), True) if first else None


def recent(
    month: int, day: int, year: str | None, now: datetime, first_day: int, first_month: int
) -> datetime | None:
    """Return the last day of a stretch: of the year named, or of the last year in which it has begun."""
    if year:
        return existing(int(year), month, day, now.tzinfo)
    for candidate in range(now.year + 1, now.year - 9, -1):
        first = existing(candidate - (first_month > month), first_month, first_day, now.tzinfo)
        if first and first <= now:
            return existing(candidate, month, day, now.tzinfo)
    return None


def between_months(match: re.Match[str], now: datetime) -> Resolved:
    first, last = MONTHS[match["month1"].lower()], MONTHS[match["month2"].lower()]
    year = int(match["year"]) if match["year"] else now.year - (last > now.month and first > now.month)
    start = datetime(year - (first > last), first, 1, tzinfo=now.tzinfo)
    return start, until_end(next_month(datetime(year, last, 1, tzinfo=now.tzinfo))), True


def between_years(match: re.Match[str], now: datetime) -> Resolved:
    since, _, _ = months(int(match["year"]), 1, 12, now)
    return since, months(int(match["year2"]), 1, 12, now)[1], False


def iso(match: re.Match[str], now: datetime) -> datetime | None:
    year, month, day = (int(match[part]) for part in ("year", "month", "day"))
    return existing(year, month, day, now.tzinfo)


def on_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    start = iso(match, now)
    return (start, until_end(start + timedelta(days=REPORTED_DAYS)), True) if start else None


def since_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    start = iso(match, now)
    return (start, None, True) if start else None


def between_iso(match: re.Match[str], now: datetime) -> Resolved | None:
    first, last = iso(match, now), datetime.fromisoformat(match["last"]).replace(tzinfo=now.tzinfo)
    return (first, until_end(last + timedelta(days=1)), True) if first else None


def week_of(match: re.Match[str], now: datetime) -> Resolved | None:
    day = date(match, now)
    monday = day and day - timedelta(days=day.weekday())
    return (monday, until_end(monday + timedelta(days=7)), True) if monday else None


def by_date(match: re.Match[str], now: datetime) -> Resolved | None:
    start = date(match, now)
    return (None, until_end(start + timedelta(days=1)), True) if start else None


def from_then_on(resolve: Rule) -> Rule:
    """Return the rule for "since" something: from its beginning on."""

    def since(match: re.Match[str], now: datetime) -> Resolved | None:
        found = resolve(match, now)
        return found and (found[0], None, True)

    return since
