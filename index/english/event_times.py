"""When something happened, as a quote itself says, seen from the day of publishing. Pure; English.

"On Friday" in an article of Sunday is the Friday two days before; "last month" and "in 2019" likewise. Only
what lies behind the article counts. Of what is still to come, and where several times are named, nothing is
said.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from index.english import dates
from index.english.dates import Resolved, Rule
from index.types.answer import EventTime

_MONTH = rf"(?P<month>{'|'.join(name.capitalize() for name in dates.MONTHS)})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(name.capitalize() for name in dates.WEEKDAYS)})"
# A weekday that lies farther back is as likely the one to come: a report of Tuesday that says "on Wednesday".
FARTHEST_WEEKDAY = timedelta(days=5)
FARTHEST_DATE = timedelta(days=183)
_TO_COME = re.compile(
    r"\b(?:will|would|next|plans?|planned|scheduled|set to|due|expected|upcoming|until)\b", re.I
)


def event_time(quote: str, published: datetime, zone: tzinfo = UTC) -> EventTime | None:
    """Return the one time that a quote names, in UTC, both ends included; None when it names none or several.

    `zone` is where the days of its words begin and end.
    """
    try:
        named = _named(quote, published.astimezone(zone))
    except (ValueError, OverflowError):  # beyond the calendar
        return None
    if len({each[:2] for each in named}) != 1 or _TO_COME.search(quote):
        return None
    since, until, phrase = named[0]
    if since > published:
        return None
    return EventTime(since.astimezone(UTC), until.astimezone(UTC), phrase)


def _named(quote: str, published: datetime) -> list[tuple[datetime, datetime, str]]:
    """Return every time that is named; the words of one are not read again as another."""
    named, rest = [], quote
    for pattern, resolve in _RULES:
        for match in pattern.finditer(rest):
            since, until, _ = resolve(match, published) or (None, None, True)
            if since and until:
                named.append((since, until, match[0]))
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    return named


def _whole_day(start: datetime | None) -> Resolved | None:
    return (start, start + timedelta(days=1, microseconds=-1), True) if start else None


def _date(match: re.Match[str], published: datetime) -> Resolved | None:
    """Resolve a date; without a year only where the last one is nearer than the next."""
    start = dates.date(match, published)
    is_far = start is not None and start < published - FARTHEST_DATE
    return None if is_far and not match["year"] else _whole_day(start)


def _weekday(match: re.Match[str], published: datetime) -> Resolved | None:
    """Resolve a weekday, unless the next one is nearer: articles go on being written after they came out."""
    start = dates.weekday(match, published)[0]
    is_far = start is not None and start < published - FARTHEST_WEEKDAY
    return None if is_far and not match[0].startswith(("Last", "last")) else _whole_day(start)


_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (rf"\b(?:[Oo]n )?{_MONTH} {_DAY}(?:,? {_YEAR})?\b", _date),
        (rf"\b(?:[Oo]n )?{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?\b", _date),
        (rf"\b(?:[Ii]n |[Dd]uring )?{_MONTH},? {_YEAR}\b", dates.in_month),
        (rf"\b(?:[Ii]n|[Dd]uring) {_MONTH}(?! \d)\b", dates.in_month),
        (r"\b[Yy]esterday\b|\b[Ll]ast night\b", dates.days_ago(1, 1)),
        (rf"\b(?:(?:[Oo]n|[Ll]ast) )?{_WEEKDAY}\b", _weekday),
        (r"\b[Ll]ast (?P<unit>weekend|week|month|year)\b", dates.last_unit),
        (r"\b(?P<count>\d{1,2}|two|three|four|five|six|a) (?P<unit>day|week|month|year)s? ago\b", dates.ago),
        (rf"\b[Ii]n {_YEAR}\b", dates.in_year),
    )
)
