"""Reading an address: what is there is recognised by its content, and read by the reader for it.

An entry's own text is used where it is the full story; otherwise the page it links to is fetched, once, with
robots.txt asked. What failed for now is tried again the next time: then the validators are not handed on, so
that the server sends everything once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from index.errors import NewsError, RecordError, SourceError
from index.fetch import Fetched, Fetcher, FetchError
from index.fetch.body import gunzip
from index.sources import feed, json_feed, jsonl, opml, sitemap, story_page, web_page
from index.sources.dates import Times, address_day, dated, entry_times, together
from index.sources.detect import Kind, kind_of
from index.sources.items import Feed, FeedLink, Item
from index.text.normalize import article_id
from index.types.article import Article
from index.types.report import Failure

Known = Callable[[list[str]], set[str]]

# The newest entries of one reading; older ones of a long archive come from files.
MAX_ITEMS = 500
# Pages fetched in one reading: with a second between two of one host that takes a minute.
MAX_PAGES = 60
MAX_CHILDREN = 3
# A shorter text, or one that trails off, is an excerpt.
FULL_CHARS = 700
MIN_EXCERPT_CHARS = 80
MAX_UNPACKED = 64 * 1024 * 1024
_TRAILS_OFF = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|read (?:more|on|the full \w+)|continue reading|more\s*[»>→]+)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of an address brought.

    `items` counts the entries seen, `newest` is the time of the newest. `full_text` tells whether the
    entries carry their whole stories. `feeds` are those that a page or list names. `fetched` holds the
    validators for the next time; with status 304 nothing has changed and nothing was read.
    """

    kind: Kind | Literal["unchanged"]
    title: str | None
    articles: list[Article]
    problems: list[Failure]
    items: int
    newest: datetime | None
    full_text: bool
    feeds: list[FeedLink]
    fetched: Fetched


@dataclass(slots=True)
class _Work:
    """One reading under way."""

    fetcher: Fetcher
    timezone: ZoneInfo
    now: datetime
    known: Known
    articles: list[Article] = field(default_factory=list)
    problems: list[Failure] = field(default_factory=list)
    pages: int = 0
    again: bool = False


def nothing_known(_: list[str]) -> set[str]:
    return set()


def read_address(
    url: str,
    fetcher: Fetcher,
    *,
    timezone: ZoneInfo,
    now: datetime,
    known: Known = nothing_known,
    etag: str | None = None,
    last_modified: str | None = None,
) -> Reading:
    """Fetch an address and read what is there.

    `known` says which of these article addresses are stored already with the same stamp: their pages are not
    fetched again. Times without a zone are in `timezone`. Raises FetchError or SourceError when the address
    as a whole gives nothing; a single bad entry is in `problems`.
    """
    fetched = fetcher.get(url, etag=etag, last_modified=last_modified)
    if fetched.status == 304:
        return Reading("unchanged", None, [], [], 0, None, False, [], fetched)
    return read_fetched(fetched, fetcher, timezone=timezone, now=now, known=known)


def read_fetched(
    fetched: Fetched, fetcher: Fetcher, *, timezone: ZoneInfo, now: datetime, known: Known = nothing_known
) -> Reading:
    """Read what was fetched, or found in a file. Raises SourceError as `read_address` does."""
    if fetched.body[:2] == b"\x1f\x8b":
        fetched = replace(fetched, body=gunzip(fetched.body, MAX_UNPACKED, fetched.url))
    work = _Work(fetcher, timezone, now, known)
    kind = kind_of(fetched)
    match kind:
        case "page":
            return _read_page(fetched, work)
        case "opml":
            links = opml.parse(fetched.body, fetched.url)
            return Reading(kind, None, [], [], len(links), None, False, links, fetched)
        case "jsonl" | "story":
            return _read_records(fetched, kind, work)
        case _:
            return _read_feed(fetched, _parse_feed(fetched, kind, work), work)


def _parse_feed(fetched: Fetched, kind: Kind, work: _Work) -> Feed:
    if kind == "json":
        return json_feed.parse(fetched.body, fetched.url)
    if kind != "sitemap":
        return feed.parse(fetched.body, fetched.url, _xml_type(fetched))
    found = sitemap.parse(fetched.body, fetched.url)
    items = list(found.items)
    for child in found.children[:MAX_CHILDREN]:
        try:
            sent = work.fetcher.get(child)
            body = gunzip(sent.body, MAX_UNPACKED, child)
            items += sitemap.parse(body, sent.url).items
        except SourceError as error:
            _failed(work, child, error)
    return replace(found, items=tuple(items))


def _xml_type(fetched: Fetched) -> str:
    """Return the content type for the feed reader: many feeds come as text/html, which it would believe."""
    return f"application/xml; charset={fetched.charset}" if fetched.charset else "application/xml"


# -- feeds -----------------------------------------------------------------------------------------------


def _read_feed(fetched: Fetched, found: Feed, work: _Work) -> Reading:
    items = [replace(each, url=each.url[:2000]) for each in found.items[:MAX_ITEMS]]
    full = [_is_full(each) for each in items]
    times = [
        entry_times(item.published, item.updated, work.timezone, item.language, work.now) for item in items
    ]
    # What has no time is first seen now: once, so it is not read again.
    asked = [
        item.url
        for item, whole, time in zip(items, full, times, strict=True)
        if not whole or time.published is None
    ]
    stored = work.known(list(dict.fromkeys(asked))) if asked else set()
    outlet = (found.title or urlsplit(fetched.url).hostname or "Feed")[:200]
    for item, whole, time in zip(items, full, times, strict=True):
        if item.url not in stored:
            _add_item(item, whole, time, outlet, work)
    if work.again:
        fetched = replace(fetched, etag=None, last_modified=None)
    moments = [time.published or time.updated for time in times]
    newest = max((min(moment.at, work.now) for moment in moments if moment), default=None)
    return Reading(
        kind=_feed_kind(found.kind),
        title=found.title,
        articles=work.articles,
        problems=work.problems,
        items=len(found.items),
        newest=newest,
        full_text=bool(full) and sum(full) * 2 > len(full),
        feeds=[],
        fetched=fetched,
    )


def _feed_kind(kind: str) -> Kind:
    kinds: dict[str, Kind] = {"rss": "rss", "atom": "atom", "json": "json", "sitemap": "sitemap"}
    return kinds[kind]


def _is_full(item: Item) -> bool:
    return len(item.text) >= FULL_CHARS and not _TRAILS_OFF.search(item.text[-60:])


def _add_item(item: Item, whole: bool, times: Times, outlet: str, work: _Work) -> None:
    try:
        page = None if whole else _linked_page(item, work)
        article = _article(item, page, times, outlet, work)
    except RecordError as error:
        work.problems.append(Failure(item.url, str(error)))
    else:
        if article is not None:
            work.articles.append(article)


def _linked_page(item: Item, work: _Work) -> web_page.Page | None:
    """Return the page that an entry links to; None where there is none, and a problem says why."""
    if work.pages >= MAX_PAGES:
        work.again = True
        return None
    work.pages += 1
    try:
        sent = work.fetcher.get(item.url, robots=True)
        return web_page.parse(sent.body, sent.url, sent.charset, work.timezone, work.now)
    except FetchError as error:
        _failed(work, item.url, error)
    except RecordError as error:
        work.problems.append(Failure(item.url, str(error)))
    return None


def _failed(work: _Work, where: str, error: SourceError) -> None:
    work.problems.append(Failure(where, str(error)))
    if isinstance(error, FetchError) and _may_pass(error):
        work.again = True


def _may_pass(error: FetchError) -> bool:
    """Tell whether asking again later may help."""
    return error.status is not None and (error.status >= 500 or error.status == 429)


def _article(
    item: Item, page: web_page.Page | None, times: Times, outlet: str, work: _Work
) -> Article | None:
    """Return the article of an entry with the better of its texts; None where it has to wait for its page."""
    text = max(item.text, page.text if page else "", key=len)
    if page is None and work.again and not _is_full(item):
        return None
    if len(text) < MIN_EXCERPT_CHARS:
        raise RecordError("no article text was found: neither in the feed nor on the page")
    title = item.title or (page.title if page else "")
    if not title:
        raise RecordError("the entry has no headline")
    told = together(times, page.times) if page else times
    if told.published is None and told.updated is None:
        told = replace(told, published=address_day(item.url, work.timezone, work.now))
    when = dated(told, work.now)
    if when.note:
        work.problems.append(Failure(item.url, when.note))
    return Article(
        id=article_id(item.url),
        url=item.url,
        title=title[:500],
        text=text,
        source=outlet,
        published_at=when.published_at,
        published_precision=when.precision,
        updated_at=when.updated_at,
        authors=item.authors or (page.authors if page else ()),
        topics=item.topics,
        language=item.language or (page.language if page else None),
        original=page.original if page else None,
    )


# -- pages and records -----------------------------------------------------------------------------------


def _read_page(fetched: Fetched, work: _Work) -> Reading:
    try:
        page = web_page.parse(fetched.body, fetched.url, fetched.charset, work.timezone, work.now)
    except RecordError as error:
        raise SourceError(f"{fetched.url} cannot be read: {error}.") from error
    is_dated = page.times.published is not None
    if page.text and page.title and (is_dated or page.url not in work.known([page.url])):
        item = Item(page.url, page.title, page.text)
        article = _article(item, page, page.times, page.outlet[:200] or "Web page", work)
        work.articles += [article] if article else []
    elif not page.text and not page.feeds:
        raise SourceError(f"{fetched.url} holds no article and names no feed: give the address of one.")
    newest = work.articles[0].published_at if work.articles else None
    return Reading(
        kind="page",
        title=page.title or None,
        articles=work.articles,
        problems=work.problems,
        items=len(work.articles),
        newest=newest,
        full_text=bool(work.articles),
        feeds=list(page.feeds),
        fetched=fetched,
    )


def _read_records(fetched: Fetched, kind: Kind, work: _Work) -> Reading:
    outcomes = _story(fetched, work) if kind == "story" else _lines(fetched, work)
    articles = [each for each in outcomes if isinstance(each, Article)]
    return Reading(
        kind=kind,
        title=None,
        articles=articles,
        problems=[each for each in outcomes if isinstance(each, Failure)],
        items=len(outcomes),
        newest=max((each.published_at for each in articles), default=None),
        full_text=True,
        feeds=[],
        fetched=fetched,
    )


def _lines(fetched: Fetched, work: _Work) -> list[Article | Failure]:
    lines = enumerate(fetched.body.splitlines(), 1)
    return [
        jsonl.parse_line(line, f"{fetched.url}:{number}", work.timezone).outcome
        for number, line in lines
        if line.strip()
    ]


def _story(fetched: Fetched, work: _Work) -> Sequence[Article | Failure]:
    try:
        return [story_page.parse(web_page.decode(fetched.body, fetched.charset), fetched.url, work.timezone)]
    except NewsError as error:
        return [Failure(fetched.url, str(error))]
