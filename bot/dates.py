"""Dates as people type them, for the command line and for Discord."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index import UsageError


def parse_moment(text: str, timezone: str = "UTC", *, end: bool = False) -> datetime:
    """Return the UTC moment that `text` names: `2025-06-01`, `2025-06-01T12:30` (an offset or `Z` may
    follow), `today` or `yesterday`.

    A date without a time is the start of that day, or its last microsecond when `end` is set. `timezone`
    (an IANA name) counts where the text gives no offset. Raises UsageError for anything else.
    """
    zone = _zone(timezone)
    try:
        return _local(text.strip(), zone, end).astimezone(UTC)
    except (ValueError, OverflowError):
        typed = " ".join(text.split())[:40]
        raise UsageError(
            f'"{typed}" is not a date: write it like 2025-06-01, 2025-06-01T12:30, today or yesterday.'
        ) from None


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
        case _:
            return date.fromisoformat(text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f'"{name}" is not a time zone: write it like Europe/Berlin or UTC.') from None
