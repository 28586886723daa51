"""Works out when something happened from the words of a quote and the time of publishing. Pure; English.

"On Friday" in an article published on a Sunday means the Friday two days earlier; "last month" and "in 2019"
are resolved in the same way. Only times before the article was published count. For a quote about the future,
and for one that names several times, there is no result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from index.languages.english import dates
from index.languages.english.dates import Stretch
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
        matches = [*pattern.finditer(rest)]
        for match in matches:
            stretch = resolve(match, published)
            if stretch and stretch.end:
                named.append((stretch.start, dates.just_before(stretch.end), match[0]))
        if matches:  # most rules find nothing in most quotes
            rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    return named


def _date(match: re.Match[str], published: datetime) -> Stretch | None:
    """Resolve a date; one without a year only where the last such day is nearer than the next."""
    found = dates.named_day(_month_of(match), int(match["day"]), _year_of(match), published)
    is_far = found is not None and found.start < published - FARTHEST_DATE
    return None if is_far and not match["year"] else found


def _weekday(match: re.Match[str], published: datetime) -> Stretch | None:
    """Resolve a weekday; without "last", only one that is not too far back (see `FARTHEST_WEEKDAY`)."""
    last = match[0].startswith(("Last", "last"))
    start = dates.weekday_before(published, dates.WEEKDAYS[match["weekday"].lower()], today=not last)
    return None if start < published - FARTHEST_WEEKDAY and not last else dates.one_day(start)


def _month(match: re.Match[str], published: datetime) -> Stretch:
    return dates.named_month(_month_of(match), _year_of(match), published)


def _yesterday(_: re.Match[str], published: datetime) -> Stretch:
    return dates.one_day(dates.start_of_day(published) - dates.ONE_DAY)


def _last_unit(match: re.Match[str], published: datetime) -> Stretch:
    return dates.last_unit(match["unit"].lower(), published)


def _ago(match: re.Match[str], published: datetime) -> Stretch:
    return dates.ago(dates.count(match["count"]), match["unit"].lower(), published)


def _year(match: re.Match[str], published: datetime) -> Stretch:
    return dates.whole_year(int(match["year"]), published)


def _month_of(match: re.Match[str]) -> int:
    return dates.MONTHS[match["month"].lower()]


def _year_of(match: re.Match[str]) -> int | None:
    written = match.groupdict().get("year")
    return int(written) if written else None


# Exact dates come before months, and these before years.
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Stretch | None]], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (rf"\b(?:[Oo]n )?{_MONTH} {_DAY}(?:,? {_YEAR})?\b", _date),
        (rf"\b(?:[Oo]n )?{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?\b", _date),
        (rf"\b(?:[Ii]n |[Dd]uring )?{_MONTH},? {_YEAR}\b", _month),
        (rf"\b(?:[Ii]n|[Dd]uring) {_MONTH}(?! \d)\b", _month),
        (r"\b[Yy]esterday\b|\b[Ll]ast night\b", _yesterday),
        (rf"\b(?:(?:[Oo]n|[Ll]ast) )?{_WEEKDAY}\b", _weekday),
        (r"\b[Ll]ast (?P<unit>weekend|week|month|year)\b", _last_unit),
        (r"\b(?P<count>\d{1,2}|two|three|four|five|six|a) (?P<unit>day|week|month|year)s? ago\b", _ago),
        (rf"\b[Ii]n {_YEAR}\b", _year),
    )
)
