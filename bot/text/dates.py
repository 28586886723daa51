"""Dates as people type them, for the command line and for Discord."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.text.language import _, counted
from index import UsageError

# Offered while a person types a time, beside today and yesterday; all are understood below.
OFFERED = ((3, "day"), (7, "day"), (2, "week"), (30, "day"), (90, "day"), (1, "year"))
_AGO = re.compile(r"(\d{1,4}) ?(day|week|month|year|d|w)s?(?: ago)?")
_DAYS = {"day": 1, "d": 1, "week": 7, "w": 7, "month": 30, "year": 365}


def parse_moment(text: str, timezone: str = "UTC", *, end: bool = False) -> datetime:
    """Return the UTC moment that `text` names: `2025-06-01`, `2025-06-01T12:30` (an offset or `Z` may
    follow), `today`, `yesterday` or `3 days ago` (also weeks, months of 30 and years of 365 days).

    A date without a time is the start of that day, or its last microsecond when `end` is set. `timezone`
    (an IANA name) counts where the text gives no offset. Raises UsageError for anything else.
    """
    zone = _zone(timezone)
    try:
        return _local(text.strip(), zone, end).astimezone(UTC)
    except (ValueError, OverflowError):
        typed = " ".join(text.split())[:40]
        wrong = _(
            '"{typed}" is not a date: write it like 2025-06-01, 2025-06-01T12:30, yesterday or 3 days ago.'
        )
        raise UsageError(wrong.format(typed=typed)) from None


def given_moment(text: str | None, timezone: str = "UTC", *, end: bool = False) -> datetime | None:
    """Return the moment that an option names, as `parse_moment` does; None where it was left out."""
    return parse_moment(text, timezone, end=end) if text else None


def time_words(typed: str) -> dict[str, str]:
    """Return what a person who has typed this may mean, and how it is said in the language that is spoken.

    A number is offered in every unit.
    """
    typed = " ".join(typed.casefold().split())
    if typed.isdecimal() and typed.isascii() and len(typed) <= 3:
        return dict(_ago(int(typed), unit) for unit in ("day", "week", "month"))
    words = {"today": _("today"), "yesterday": _("yesterday")} | dict(_ago(*each) for each in OFFERED)
    return {word: said for word, said in words.items() if _begins(typed, word) or _begins(typed, said)}


def _begins(typed: str, word: str) -> bool:
    return word.casefold().startswith(typed)


def _ago(count: int, unit: str) -> tuple[str, str]:
    said = {
        "day": counted("{count} day ago", "{count} days ago", count),
        "week": counted("{count} week ago", "{count} weeks ago", count),
        "month": counted("{count} month ago", "{count} months ago", count),
        "year": counted("{count} year ago", "{count} years ago", count),
    }
    return f"{count} {unit}{'s' * (count != 1)} ago", said[unit]


def _local(text: str, zone: ZoneInfo, end: bool) -> datetime:
    try:
        day = _day(text, zone)
    except ValueError:  # then it carries a time, or is no date at all
        moment = datetime.fromisoformat(text.upper())
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if end:
        # Where the clocks go back at midnight the last microsecond comes twice: fold takes the later one.
        return datetime.combine(day, time.max, zone).replace(fold=1)
    return datetime.combine(day, time.min, zone)


def _day(text: str, zone: ZoneInfo) -> date:
    today = datetime.now(zone).date()
    match text.lower():
        case "today":
            return today
        case "yesterday":
            return today - timedelta(days=1)
        case words if ago := _AGO.fullmatch(words):
            return today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
        case _:
            return date.fromisoformat(text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f'"{name}" is not a time zone: write it like Europe/Berlin or UTC.') from None
