"""What the headers of an answer say, read without believing them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

# A server that asks for more is misconfigured, and would silence its source for good.
LONGEST_WAIT = 30 * 24 * 3600.0
# A content type is shorter. The standard library reads one in quadratic time: 98 kB took 5 seconds.
LONGEST_TYPE = 1000

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,1000}"')
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)
_UNFIT = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)\b", re.IGNORECASE)


def max_age(cache_control: str) -> float | None:
    """Return for how many seconds an answer is fresh, at most 30 days; None where nothing is said."""
    if _UNFIT.search(cache_control):
        return 0.0
    found = _MAX_AGE.search(cache_control)
    return min(float(found[1]), LONGEST_WAIT) if found else None


def valid_etag(value: str | None) -> str | None:
    """Return an ETag that can be sent back; None for one that HTTP does not allow (RFC 9110, section 8.8.3).

    The standard would allow bytes beyond ASCII in it; what they mean is not agreed on.
    """
    return value if value and _ETAG.fullmatch(value) else None


def valid_date(value: str | None) -> str | None:
    """Return a Last-Modified that can be sent back; None for one that is no date (RFC 9110, 5.6.7)."""
    if not value or not _HTTP_DATE.fullmatch(value):
        return None
    try:
        parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return value


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
    message["Content-Type"] = " ".join(value[:LONGEST_TYPE].split())
    charset = message.get_param("charset")
    kind = message.get_content_type() if value.strip() else ""
    return kind, charset.strip().lower() if isinstance(charset, str) and charset.strip() else None
