"""Time expressions in questions, resolved against the moment of asking. Pure; English.

A question that names a period is about that period: "last week" and "in June 2025" become since and until.
"Today" and "this week" reach back from the moment of asking. A year ("the 2024 election", "last year") limits
nothing, for it is when something happened, and a report on it may be written long after; it only moves what
counts as current.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = {
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
_WEEKDAYS = {
    name: number
    for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_COUNTS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
# What happened on a day is reported within so many days, that day included.
REPORTED_DAYS = 7
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
# Letters that a pattern without regard to case takes for s and i, though their lower case is another.
_LOOKALIKES = str.maketrans("ſıİ", "siI")

_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = (
    rf"(?:(?:the )?{_DAY}(?: of)? {_MONTH}|{_MONTH.replace('month', 'month2')} {_DAY.replace('day', 'day2')})"
)


@dataclass(frozen=True, slots=True)
class Period:
    """What a question says about time: UTC, both ends included, None for an open end.

    `phrase` are the words that say so. `limits` is False when they only hint at a time.
    """

    since: datetime | None
    until: datetime | None
    phrase: str
    limits: bool = True


def period(question: str, as_of: datetime) -> Period | None:
    """Return the period that a question names, None when it names none; the first one counts."""
    now = as_of.astimezone(UTC)
    for pattern, resolve in _RULES:
        match = pattern.search(question.translate(_LOOKALIKES))
        try:
            found = resolve(match, now) if match else None
        except (ValueError, OverflowError):  # before the year 1 or after 9999
            return None
        if match and found:
            since, until, limits = found
            if since and since > now:  # about the future: reported until now, if at all
                return None
            return Period(since, until, question[match.start() : match.end()].strip(), limits)
    return None


_Resolved = tuple[datetime | None, datetime | None, bool]


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _until_end(start_of_next: datetime) -> datetime:
    return start_of_next - timedelta(microseconds=1)


def _days_ago(first: int, last: int) -> Callable[[re.Match[str], datetime], _Resolved]:
    """Return a rule for the days from `first` to `last` days ago; a `last` of 0 is open."""

    def resolve(_: re.Match[str], now: datetime) -> _Resolved:
        until = _until_end(_day(now) - timedelta(days=last - 1)) if last else None
        return _day(now) - timedelta(days=first), until, True

    return resolve


def _last_unit(match: re.Match[str], now: datetime) -> _Resolved | None:
    """Resolve "last week", "last month", "last year": the one before this, by the calendar."""
    today = _day(now)
    match match["unit"].lower():
        case "week":
            this = today - timedelta(days=today.weekday())
            return this - timedelta(days=7), _until_end(this), True
        case "weekend":
            saturday = today - timedelta(days=(today.weekday() - 5) % 7 or 7)
            return saturday, _until_end(saturday + timedelta(days=2)), True
        case "month":
            this = today.replace(day=1)
            return (this - timedelta(days=1)).replace(day=1), _until_end(this), True
        case _:
            this = today.replace(month=1, day=1)
            return this.replace(year=this.year - 1), _until_end(this), False


def _past_days(match: re.Match[str], now: datetime) -> _Resolved:
    """Resolve "in the last three days", "over the past 2 weeks"."""
    written = (match["count"] or "one").lower()
    count = int(written) if written.isdigit() else _COUNTS.get(written, 1)
    unit = match["unit"].lower()
    days = min(count * _DAYS[unit], 36_500)
    return _day(now) - timedelta(days=days), None, unit != "year"


def _ago(match: re.Match[str], now: datetime) -> _Resolved:
    """Resolve "three days ago": that day, or for weeks and more the days around it."""
    since, _, limits = _past_days(match, now)
    unit = _DAYS[match["unit"].lower()]
    margin = timedelta(days=unit // 2)
    return (since or now) - margin, _until_end((since or now) + margin + timedelta(days=1)), limits


def _weekday(match: re.Match[str], now: datetime) -> _Resolved:
    """Resolve "on Monday": the most recent one, and the days in which it is reported.

    Said on a Monday, "on Monday" is today and "last Monday" a week ago.
    """
    back = (now.weekday() - _WEEKDAYS[match["weekday"].lower()]) % 7
    if back == 0 and match[0].lower().startswith("last"):
        back = 7
    start = _day(now) - timedelta(days=back)
    return start, _until_end(start + timedelta(days=REPORTED_DAYS)), True


def _date(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the start of the day that a match names; without a year, the last one that has passed."""
    groups = match.groupdict()
    month = _MONTHS[(groups.get("month") or groups.get("month2") or "").lower()]
    day = int(groups.get("day") or groups.get("day2") or 1)
    if groups.get("year"):
        return _existing(int(groups["year"]), month, day)
    # 29 February is eight years back at most.
    starts = (_existing(year, month, day) for year in range(now.year, now.year - 9, -1))
    return next((start for start in starts if start and start <= now), None)


def _existing(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:  # 30 February is no day
        return None


def _on_date(match: re.Match[str], now: datetime) -> _Resolved | None:
    """Resolve "on 5 November 2024": that day, and the days in which it is reported."""
    start = _date(match, now)
    return (start, _until_end(start + timedelta(days=REPORTED_DAYS)), True) if start else None


def _since_date(match: re.Match[str], now: datetime) -> _Resolved | None:
    start = _date(match, now)
    return (start, None, True) if start else None


def _before_date(match: re.Match[str], now: datetime) -> _Resolved | None:
    start = _date(match, now)
    return (None, _until_end(start), True) if start else None


def _in_month(match: re.Match[str], now: datetime) -> _Resolved | None:
    start = _date(match, now)
    return (start, _until_end(_next_month(start)), True) if start else None


def _next_month(start: datetime) -> datetime:
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def _in_year(match: re.Match[str], now: datetime) -> _Resolved:
    year = int(match["year"])
    return datetime(year, 1, 1, tzinfo=UTC), _until_end(datetime(year + 1, 1, 1, tzinfo=UTC)), False


def _since_year(match: re.Match[str], now: datetime) -> _Resolved:
    return datetime(int(match["year"]), 1, 1, tzinfo=UTC), None, True


_Rule = Callable[[re.Match[str], datetime], _Resolved | None]
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"
_UNIT = r"(?P<unit>day|week|month|year)"
_OPT_YEAR = rf"(?:,? {_YEAR})?"

# The first rule that matches counts: what is near stands above what is long ago, the exact above the vague.
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), resolve)
    for pattern, resolve in (
        (r"\bday before yesterday\b", _days_ago(2, 2)),
        (r"\byesterday\b|\blast night\b", _days_ago(1, 1)),
        (r"(?<!USA )\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b", _days_ago(0, 0)),
        (r"\bthis week\b", _days_ago(7, 0)),
        (r"\bthis month\b", _days_ago(31, 0)),
        (rf"\b(?:since|after)\b(?: [\w'’]+){{0,5}}? {_DATE}{_OPT_YEAR}\b", _since_date),
        (rf"\b(?:since|after) {_MONTH},? {_YEAR}\b", _since_date),
        (rf"\bsince {_MONTH}(?! \d)\b", _since_date),
        (rf"\b(?:until|before)\b(?: [\w'’]+){{0,5}}? {_DATE}{_OPT_YEAR}\b", _before_date),
        (rf"\b(?:on )?{_DATE},? {_YEAR}\b", _on_date),
        (rf"\bon {_DATE}\b(?!\.?,? {_YEAR})", _on_date),
        (rf"\b(?:in |during )?{_MONTH},? {_YEAR}\b", _in_month),
        (rf"\b(?:in|during) {_MONTH}(?! \d)\b", _in_month),
        (rf"\b(?:since|after) {_YEAR}\b", _since_year),
        (rf"\b(?:in|over|during|within)? ?(?:the )?(?:last|past) {_COUNT} {_UNIT}s?\b", _past_days),
        (rf"\b(?:{_COUNT}|an?) {_UNIT}s? ago\b", _ago),
        (rf"\b(?:in|over|during|within) the (?:last|past) (?P<count>){_UNIT}\b", _past_days),
        (r"\blast (?P<unit>weekend|week|month|year)\b", _last_unit),
        (rf"\b(?:on|last) (?P<weekday>{'|'.join(_WEEKDAYS)})\b", _weekday),
        (rf"\b(?:in )?{_YEAR}\b", _in_year),
    )
)
