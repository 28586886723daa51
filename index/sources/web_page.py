"""A web page: its article through trafilatura, its times and names from what it says about itself.

JSON-LD (schema.org NewsArticle) is believed before OpenGraph. Its times are read by `page_times`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import charset_normalizer
import lxml.etree
import lxml.html
import trafilatura

from index.errors import RecordError
from index.sources.dates import Times
from index.sources.items import FeedLink
from index.sources.json_ld import read_json_ld
from index.sources.markup import plain_line, tidy
from index.sources.page_times import page_times

logger = logging.getLogger(__name__)

# Articles are smaller; extraction takes a second for two megabytes.
MAX_BYTES = 4 * 1024 * 1024
# Shorter texts are menus, consent walls and error messages.
MIN_CHARS = 150
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `text` is "" where it is no article; `url` is its canonical address on its own host.

    `original` is the canonical address that it names, on whatever host: that of the story which it repeats.
    """

    url: str
    title: str
    text: str
    outlet: str
    times: Times
    authors: tuple[str, ...]
    language: str | None
    feeds: tuple[FeedLink, ...]
    original: str | None = None


def parse(
    data: bytes, url: str, charset: str | None, timezone: ZoneInfo, now: datetime | None = None
) -> Page:
    """Return what is on the page at `url`, read at `now`. Raises RecordError when it cannot be read."""
    if len(data) > MAX_BYTES:
        raise RecordError("the page is larger than 4 MiB, which no article is")
    try:
        root = trafilatura.load_html(decode(data, charset))
        if root is None:
            raise RecordError("there is no page: it holds no HTML")
        return _page(root, url, timezone, now)
    except RecordError:
        raise
    except Exception as error:  # whatever the extractors stumble over: one page, and it is logged
        logger.warning("page unreadable url=%s error=%r", url, error)
        raise RecordError("the page is broken beyond reading") from error


def decode(data: bytes, charset: str | None) -> str:
    """Return a page's characters: by its mark, its header, its own word, or what it looks like."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    own = _META_CHARSET.search(data, 0, 8192) or _XML_CHARSET.search(data, 0, 1024)
    declared = own[1].decode("ascii", "replace") if own else None
    for encoding in (charset, declared, "utf-8"):
        text = _strictly(data, encoding)
        if text is not None:
            return text
    guess = charset_normalizer.from_bytes(data[:20_000], steps=3).best()
    return data.decode(charset or declared or (guess.encoding if guess else "utf-8"), "replace")


def _strictly(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):
        return None


def _page(root: lxml.html.HtmlElement, url: str, timezone: ZoneInfo, now: datetime | None) -> Page:
    meta = _meta(root)
    data = read_json_ld(root, url).story
    feeds = tuple(_feeds(root, url))
    named = _canonical_links(root, url)
    link = _canonical([*named, meta.get("og:url")], url)
    title = _first(
        data.get("headline"), meta.get("og:title"), root.findtext(".//h1"), root.findtext(".//title")
    )
    outlet = _first(meta.get("og:site_name"), _name(data.get("publisher")), urlsplit(url).hostname)
    return Page(
        url=link,
        title=title,
        times=page_times(root, data, meta, url, timezone, now),
        outlet=outlet.removeprefix("www."),
        authors=tuple(name for name in map(_name, _listed(data.get("author"))) if name),
        language=(root.get("lang") or "").lower()[:20] or None,
        feeds=feeds,
        text=_text(root, {title, _first(root.findtext(".//h1"))}),
        original=named[0] if named else None,
    )


def _text(root: lxml.html.HtmlElement, headlines: set[str]) -> str:
    """Return the story, without the headline above it."""
    text = trafilatura.extract(
        root, output_format="txt", include_comments=False, include_tables=False, with_metadata=False
    )
    lines = (text or "").splitlines()
    while lines and " ".join(lines[0].split()) in headlines | {""}:
        lines.pop(0)
    text = tidy("\n\n".join(lines))
    return text if len(text) >= MIN_CHARS else ""


def _meta(root: lxml.html.HtmlElement) -> dict[str, str]:
    pairs = ((each.get("property") or each.get("name"), each.get("content")) for each in root.iter("meta"))
    return {name.lower(): content for name, content in pairs if name and content}


def _canonical_links(root: lxml.html.HtmlElement, url: str) -> list[str]:
    links = [each for each in root.iter("link") if (each.get("rel") or "").lower() == "canonical"]
    joined = (_join(url, each.get("href") or "") for each in links if each.get("href"))
    return [address for address in joined if address]


def _canonical(named: Sequence[str | None], url: str) -> str:
    """Return the first address that the page gives itself on its own host."""
    for address in named:
        joined = _join(url, address or "")
        if address and joined and urlsplit(joined).hostname == urlsplit(url).hostname:
            path = urlsplit(joined).path
            if path.strip("/") or not urlsplit(url).path.strip("/"):  # not every page is the front page
                return joined
    return url


def _join(base: str, address: str) -> str | None:
    try:
        joined = urljoin(base, address.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") and urlsplit(joined).hostname else None
    except ValueError:
        return None


def _feeds(root: lxml.html.HtmlElement, url: str) -> Iterator[FeedLink]:
    seen = set()
    for each in root.iter("link"):
        kind = (each.get("type") or "").split(";")[0].strip().lower()
        feed = _join(url, each.get("href") or "")
        rel = (each.get("rel") or "").lower().split()
        if feed and each.get("href") and kind in _FEED_TYPES and "alternate" in rel and feed not in seen:
            seen.add(feed)
            yield FeedLink(feed, plain_line(each.get("title") or "")[:200] or None)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return plain_line(value)[:200] if isinstance(value, str) else ""


def _first(*values: object) -> str:
    """Return the first that is text and not blank, as one line."""
    return next((line for line in (plain_line(each) for each in values if isinstance(each, str)) if line), "")
