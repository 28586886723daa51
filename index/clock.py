"""The clock, and times as whole microseconds since 1970, which is how the search indexes store them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """Return the whole microseconds from 1970-01-01 00:00 UTC to `moment`, which must have a time zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(since_1970: int) -> datetime:
    """Return the time that is so many microseconds after 1970-01-01 00:00 UTC, in UTC."""
    return _EPOCH + timedelta(microseconds=since_1970)
