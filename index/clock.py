"""The clock, and moments as whole microseconds since 1970, which is how the database keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970, exactly: what search indexes compare instead of times."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(since_1970: int) -> datetime:
    """Return the moment that `microseconds` was given."""
    return _EPOCH + timedelta(microseconds=since_1970)
