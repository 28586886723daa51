"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from index.errors import SourceError
from index.sources.feeds.entry_text import EntryText, entry_text, plain_text
from index.sources.feeds.items import Feed, Item
from index.sources.markup import person_names, plain_headline
from index.types.report import Failure

MAX_ITEMS = 500


def parse(text: str, url: str) -> Feed:
    """Return the first `MAX_ITEMS` entries of a feed, which come newest first.

    Raises SourceError when it is none.
    """
    try:
        feed = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{url} is not JSON ({error}): tell its publisher.") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise SourceError(f"{url} is JSON, but no JSON Feed: check the address.")
    site = _joined(url, _text(feed, "home_page_url")) or url
    items: list[Item] = []
    problems: list[Failure] = []
    for record in feed["items"][:MAX_ITEMS]:
        item = (
            _item(record, feed, site)
            if isinstance(record, dict)
            else "an entry is no JSON object: it is left out"
        )
        if isinstance(item, Item):
            items.append(item)
        else:
            problems.append(Failure(url, item))
    title = plain_headline(_text(feed, "title")) or None
    return Feed("json", title, tuple(items), site=site, problems=tuple(problems), found=len(feed["items"]))


def _item(record: dict[str, Any], feed: dict[str, Any], base: str) -> Item | str:
    """Return an entry, or the reason why it is left out.

    What the feed says of itself holds where it says nothing.
    """
    title = plain_headline(_text(record, "title"))
    url = next(
        (
            link
            for link in (
                *(_joined(base, _text(record, key)) for key in ("url", "external_url")),
                _joined(base, _text(record, "id"), is_id=True),
            )
            if link
        ),
        None,
    )
    if url is None:
        called = f"“{title[:100]}”" if title else f"with the id {_text(record, 'id')[:100]!r}"
        return f"the entry {called} gives no web address: it is left out"
    text = _longest(record)
    return Item(
        url=url,
        title=title,
        text=text.text,
        cut=text.cut,
        published=_text(record, "date_published"),
        updated=_text(record, "date_modified"),
        authors=_authors(record) or _authors(feed),
        topics=_names(record.get("tags")),
        language=plain_headline(_text(record, "language") or _text(feed, "language"))[:20].lower() or None,
        guid=_text(record, "id")[:1000] or None,
    )


def _longest(record: dict[str, Any]) -> EntryText:
    """Return the longest of an entry's texts.

    `content_text` and `summary` are plain: their brackets are words.
    """
    texts = [
        entry_text(_text(record, "content_html")),
        plain_text(_text(record, "content_text")),
        plain_text(_text(record, "summary")),
    ]
    return max(texts, key=lambda text: len(text.text))


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    authors = record.get("authors") or [record.get("author")]
    listed = authors if isinstance(authors, list) else []
    return person_names(_text(author, "name") for author in listed if isinstance(author, dict))


def _names(values: object) -> tuple[str, ...]:
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return tuple(dict.fromkeys(line[:200] for line in map(plain_headline, texts) if line))[:20]


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # ids and times are often numbers
    return value if isinstance(value, str) else ""


def _joined(base: str, link: str, *, is_id: bool = False) -> str | None:
    """Return a web address; None where a text is none. A bare id such as "42" is no relative address."""
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    is_link = bool(link.strip()) and (not is_id or link.startswith(("http://", "https://", "/", "./", "../")))
    return url if is_link and url.startswith(("http://", "https://")) else None
