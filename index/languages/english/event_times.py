"""Works out when something happened from the words of a quote and the time of publishing. Pure; English.

"On Friday" in an article published on a Sunday means the Friday two days earlier; "last month" and "in 2019"
are resolved in the same way. Only times before the article was published count. For a quote about the future,
and for one that names several times, there is no result.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from index.languages.english import dates
from index.languages.english.dates import Resolved, Rule
from index.types.answer import EventTime

_MONTH = rf"(?P<month>{'|'.join(name.capitalize() for name in dates.MONTHS)})\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(name.capitalize() for name in dates.WEEKDAYS)})"
# A weekday that would lie farther back than this may as well be the next one: "on Wednesday" in an article of
# Tuesday. It has no result. The same goes for a date without a year that would lie farther back than half a
# year.
FARTHEST_WEEKDAY = timedelta(days=5)
FARTHEST_DATE = timedelta(days=183)
# Words that speak of the future.
_TO_COME = re.compile(
    r"\b(?:will|would|next|plans?|planned|scheduled|set to|due|expected|upcoming|until)\b", re.I
)


def event_time(quote: str, published: datetime, zone: tzinfo = UTC) -> EventTime | None:
    """Return the one time that a quote names, in UTC, both ends included; None when it names none or several.

    `published` is when its article was published, `zone` the time zone in which the days that it names begin
    and end.
    """
    try:
        named = _named(quote, published.astimezone(zone))
    except (ValueError, OverflowError):  # before the year 1 or after 9999
        return None
    if len({time[:2] for time in named}) != 1 or _TO_COME.search(quote):
        return None
    since, until, phrase = named[0]
    if since > published:
        return None
    return EventTime(since.astimezone(UTC), until.astimezone(UTC), phrase)


def _named(quote: str, published: datetime) -> list[tuple[datetime, datetime, str]]:
    """Return (first moment, last moment, words) for every time that a quote names.

    Words that one rule has resolved are blanked out, so that no later rule reads them as another time.
    """
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
    """Resolve a date; one without a year only where the last such day is nearer than the next."""
    start = dates.named_day(match, published)
    is_far = start is not None and start < published - FARTHEST_DATE
    return None if is_far and not match["year"] else _whole_day(start)


def _weekday(match: re.Match[str], published: datetime) -> Resolved | None:
    """Resolve a weekday; without "last", only one that is not too far back (see `FARTHEST_WEEKDAY`)."""
    start = dates.weekday(match, published)[0]
    is_far = start is not None and start < published - FARTHEST_WEEKDAY
    return None if is_far and not match[0].startswith(("Last", "last")) else _whole_day(start)


# Exact dates come before months, and these before years.
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
