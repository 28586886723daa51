"""What the headers of an answer say, read without believing them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

# A server that asks for more is misconfigured, and would silence its source for good.
LONGEST_WAIT = 30 * 24 * 3600.0

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_UNFIT = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)\b", re.IGNORECASE)


def max_age(cache_control: str) -> float | None:
    """Return for how many seconds an answer is fresh, at most 30 days; None where nothing is said."""
    if _UNFIT.search(cache_control):
        return 0.0
    found = _MAX_AGE.search(cache_control)
    return min(float(found[1]), LONGEST_WAIT) if found else None


def retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header, a number or a date, asks to wait; at most 30 days."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT)


def content_type(value: str) -> tuple[str, str | None]:
    """Return the media type and the charset of a Content-Type header, both in lower case."""
    message = Message()
    message["Content-Type"] = " ".join(value.split())
    charset = message.get_param("charset")
    kind = message.get_content_type() if value.strip() else ""
    return kind, charset.strip().lower() if isinstance(charset, str) and charset.strip() else None
