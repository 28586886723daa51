"""Times as feeds and pages write them, and what to make of those that cannot be."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from index.errors import RecordError
from index.sources.jsonl import parse_time

# Broken systems write year 1 or 1970; there was no news on the web before 1990.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks differ by minutes: only a time further ahead is worth a word.
TOLERANCE = timedelta(hours=1)


def moment_of(value: object, timezone: ZoneInfo) -> datetime | None:
    """Return the time that a text says, ISO 8601 or as in mail; None where it says none."""
    if not isinstance(value, str) or len(value) > 100:
        return None
    try:
        return plausible(parse_time(value, timezone))
    except RecordError:
        pass
    try:
        moment = parsedate_to_datetime(value)
        return plausible((moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC))
    except (ValueError, TypeError, OverflowError):
        return None


def from_struct(value: time.struct_time | None) -> datetime | None:
    """Return the time in a struct of UTC, as feedparser gives it."""
    try:
        return None if value is None else plausible(datetime.fromtimestamp(calendar.timegm(value), UTC))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def plausible(moment: datetime) -> datetime | None:
    return moment if moment >= EARLIEST else None
