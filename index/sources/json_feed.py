"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from index.errors import SourceError
from index.sources.items import Feed, Item
from index.sources.markup import paragraphs, plain_line


def parse(data: bytes, url: str) -> Feed:
    """Return a feed. Raises SourceError when it is none."""
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{url} is not JSON ({error}): tell its publisher.") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise SourceError(f"{url} is JSON, but no JSON Feed: check the address.")
    items = [_item(each, url) for each in feed["items"] if isinstance(each, dict)]
    return Feed("json", plain_line(_text(feed, "title")) or None, tuple(each for each in items if each))


def _item(record: dict[str, Any], base: str) -> Item | None:
    link = _text(record, "url") or _text(record, "external_url") or _text(record, "id")
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    if not link or not url.startswith(("http://", "https://")):
        return None
    texts = (_text(record, "content_html"), _text(record, "content_text"), _text(record, "summary"))
    return Item(
        url=url,
        title=plain_line(_text(record, "title")),
        text=next((text for text in map(paragraphs, texts) if text), ""),
        published=_time(record, "date_published"),
        updated=_time(record, "date_modified"),
        authors=_authors(record),
        topics=_names(record.get("tags")),
        language=plain_line(_text(record, "language"))[:20] or None,
    )


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    authors = record.get("authors") or [record.get("author")]
    named = (
        [each.get("name") for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    )
    return _names(named)


def _names(values: object) -> tuple[str, ...]:
    texts = [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
    return tuple(dict.fromkeys(line[:200] for line in map(plain_line, texts) if line))[:20]


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _time(record: dict[str, Any], key: str) -> str:
    """Return a time as it is written; some feeds give the seconds since 1970 as a number."""
    value = record.get(key)
    return str(value) if isinstance(value, str | int | float) else ""
