"""RSS 0.9 to 2.0 and Atom, through feedparser, which forgives what publishers do to them.

The entry's own text is the longest of its contents and its summary.
"""

from __future__ import annotations

import io
import logging
from typing import Any

import feedparser

from index.errors import SourceError
from index.sources.items import Feed, Item
from index.sources.markup import paragraphs, plain_line, refuse_entities

logger = logging.getLogger(__name__)

# feedparser's forgiving parser reads broken XML at about a megabyte a second.
MAX_BYTES = 8 * 1024 * 1024


def parse(data: bytes, url: str, content_type: str) -> Feed:
    """Return a feed; relative links are relative to `url`. Raises SourceError when it is none."""
    if len(data) > MAX_BYTES:
        raise SourceError(f"{url} is larger than 8 MiB, which no feed is: give the address of a feed.")
    refuse_entities(data, url)
    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    try:
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    except Exception as error:  # whatever its parser stumbles over: one feed, and it is logged
        logger.warning("feed unreadable url=%s error=%r", url, error)
        raise SourceError(f"{url} is broken beyond reading: tell its publisher.") from error
    if not parsed.get("version") and not parsed.entries:
        why = parsed.get("bozo_exception")
        raise SourceError(f"{url} is no feed{f' ({_line(str(why))})' if why else ''}: check the address.")
    kind = "atom" if str(parsed.get("version", "")).startswith("atom") else "rss"
    language = _language(parsed.feed.get("language"))
    items = [_item(entry, language) for entry in parsed.entries]
    title = plain_line(str(parsed.feed.get("title") or "")) or None
    return Feed(kind, title, tuple(each for each in items if each))


def _line(text: str) -> str:
    return " ".join(text.split())[:100]


def _item(entry: Any, language: str | None) -> Item | None:
    url = str(entry.get("link") or "")
    updated = _written(entry, "updated")
    texts = [str(each.get("value") or "") for each in entry.get("content") or []]
    texts.append(str(entry.get("summary") or ""))
    text = max(map(paragraphs, texts), key=len)
    title = plain_line(str(entry.get("title") or ""))
    if not url.startswith(("http://", "https://")):
        return None
    return Item(
        url=url,
        title=title,
        text=text,
        published=_written(entry, "published", "created") or updated,
        updated=updated,
        authors=_lines([str(each.get("name") or "") for each in entry.get("authors") or []]),
        topics=_lines([str(each.get("term") or "") for each in entry.get("tags") or []]),
        language=language,
    )


def _written(entry: Any, *keys: str) -> str:
    """Return the first of an entry's times that is given, as it is written.

    What feedparser makes of it is not used: it takes zones that it does not know for UTC.
    """
    # Asked for where it is missing, feedparser gives the other time and a warning.
    written = (" ".join(str(entry[key]).split()) for key in keys if key in entry)
    return next((text for text in written if text), "")


def _lines(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line[:200] for line in map(plain_line, values) if line))[:20]


def _language(value: object) -> str | None:
    return plain_line(value).lower()[:20] or None if isinstance(value, str) else None
