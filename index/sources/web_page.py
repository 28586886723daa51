"""A web page: its story, what it says about itself, and whether it is an article at all.

What is believed in which order stands in the modules for each: `pages.text`, `pages.facts`, `pages.kind`.
"""

from __future__ import annotations

import html
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from html.entities import name2codepoint
from zoneinfo import ZoneInfo

import lxml.html

from index.errors import RecordError
from index.sources.encodings import decode
from index.sources.feeds.items import FeedLink
from index.sources.pages.facts import (
    authors_of,
    canonical_links,
    feeds_of,
    headline_of,
    headlines_of,
    language_of,
    meta_of,
    outlet_of,
    own_address,
)
from index.sources.pages.json_ld import is_closed, read_json_ld
from index.sources.pages.kind import is_list_of_stories, why_no_article, why_no_story
from index.sources.pages.text import load, story_text
from index.sources.pages.tree import measured, thin_crowds, undo_layout_tables, wrap_bare_text
from index.sources.times.dates import Times
from index.sources.times.page import page_times
from index.text.boilerplate import reporting
from index.text.length import content_length

logger = logging.getLogger(__name__)

# Articles are smaller; extraction takes a second for two megabytes.
MAX_BYTES = 4 * 1024 * 1024
# Shorter texts are menus, in letters of an alphabet (see `content_length`).
MIN_CHARS = 150
# A longer text tells something, whatever else stands on its page.
_LONG = 1500
_REFERENCE = re.compile(r"&(?:#(?P<number>1[2-5][0-9])|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `why` says what it is where it is no story of a news site; then `text` may be "".

    `url` is its canonical address on its own host, `original` the one that it names on whatever host: that
    of the story which it repeats. `is_closed` tells that it declares its story to be for subscribers only, so
    that `text` may be a part of it.
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
    why: str | None = None
    is_closed: bool = False


def parse(
    data: bytes, url: str, charset: str | None, timezone: ZoneInfo, now: datetime | None = None
) -> Page:
    """Return what is on the page at `url`, read at `now`. Raises RecordError when it cannot be read."""
    if len(data) > MAX_BYTES:
        raise RecordError("the page is larger than 4 MiB, which no article is")
    try:
        root = load(_REFERENCE.sub(_plain_reference, decode(data, charset)))
        if root is None:
            raise RecordError("there is no page: it holds no HTML")
        return _page(root, url, timezone, now)
    except (RecordError, MemoryError):  # the second is told by `index.runtime.confined`
        raise
    except Exception as error:  # whatever the extractors stumble over: one page, and it is logged
        logger.warning("page unreadable url=%s error=%r", url, error)
        raise RecordError("the page is broken beyond reading") from error


def feeds_on(data: bytes, url: str, charset: str | None) -> tuple[str, ...]:
    """Return the addresses of the feeds that the page at `url` announces. Raises RecordError as `parse`."""
    if len(data) > MAX_BYTES:
        raise RecordError("the page is larger than 4 MiB")
    try:
        root = load(decode(data, charset))
        return () if root is None else tuple(link.url for link in feeds_of(root, url))
    except Exception as error:  # whatever the parser stumbles over: one page, and it is logged
        logger.warning("page unreadable url=%s error=%r", url, error)
        raise RecordError("the page is broken beyond reading") from error


def _plain_reference(found: re.Match[str]) -> str:
    """Return a character reference that lxml's parser does not know as browsers do, all others as they are.

    It knows the names of HTML 4, and takes "&#146;" for a control character.
    """
    if found["name"] and found["name"] in name2codepoint:
        return found[0]
    return html.escape(html.unescape(found[0]), quote=True)


def _reported(text: str) -> int:
    """Return how much a text says that is news: a short one without what its site says of itself."""
    if len(text) >= _LONG:
        return content_length(text)
    return sum(content_length(text[start:end]) for run in reporting(text) for start, end in run)


def _page(root: lxml.html.HtmlElement, url: str, timezone: ZoneInfo, now: datetime | None) -> Page:
    meta, data = meta_of(root), read_json_ld(root, url)
    named = canonical_links(root, url)
    headlines = headlines_of(root, meta, data, url)
    outlet = outlet_of(root, meta, data, url)
    title = headline_of(headlines, outlet, url)
    times = page_times(root, data.story, meta, url, timezone, now)
    feeds = tuple(feeds_of(root, url))
    thin_crowds(root)
    undo_layout_tables(root)
    wrap_bare_text(root)
    measures = measured(root)
    is_list = is_list_of_stories(root, measures)
    text = story_text(root, url, [title, *headlines], data, measures)
    own_names = list(dict.fromkeys([title, *(headline_of([line], outlet, url) for line in headlines)]))
    empty = why_no_article(own_names, text, data, is_list=is_list)
    if empty is None and _reported(text) < MIN_CHARS:
        empty = "holds no text of an article"
    return Page(
        url=own_address([*named, meta.get("og:url")], url),
        title=title,
        text="" if empty else text,
        outlet=outlet,
        times=times,
        authors=authors_of(data),
        language=language_of(root),
        feeds=feeds,
        original=named[0] if named else None,
        why=empty or why_no_story(title, meta, data),
        is_closed=is_closed(data.story),
    )
