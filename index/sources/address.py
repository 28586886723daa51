"""Reading an address: what is there is recognised by its content, and read by the reader for it.

What failed for now is tried again the next time: then the validators are not handed on, so that the server
sends everything once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from index.errors import NewsError, RecordError, SourceError
from index.fetch import Fetched, Fetcher, FetchError
from index.fetch.body import gunzip
from index.sources import jsonl, opml, story_page, web_page
from index.sources.detect import Kind, kind_of
from index.sources.encodings import decode
from index.sources.feeds import feed, json_feed, sitemap
from index.sources.feeds.entries import Known, Work, is_whole, newest_of, read_entries, read_single_page
from index.sources.feeds.items import Child, Feed, FeedLink, Item
from index.sources.feeds.revisits import Revisits
from index.sources.speaker import NoteAnnounced, Speaker, note_nothing
from index.text.normalize import article_id
from index.types.article import Article
from index.types.report import Failure
from index.types.source import Evidence

# Sitemaps of an index that are fetched in one reading. The others follow in the next ones.
MAX_CHILDREN = 10
MAX_UNPACKED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of an address brought.

    `items` counts the entries seen, `newest` is the time of the newest. `evidence` tells where the parts of
    each article were read, in their order. `full_text` tells whether the entries carry their whole stories.
    `feeds` are those that a page or list names. `fetched` holds the validators for the next time; with status
    304 nothing has changed and nothing was read. `children` are the sitemaps of an index that were read so
    far, by address, with the time of their last change as the index gives it. `met` are the ids of entries
    whose articles are stored already, so that they were not read again.
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
    evidence: list[Evidence] = field(default_factory=list)
    children: Mapping[str, str] = field(default_factory=dict)
    met: frozenset[str] = frozenset()


Speaks = Callable[[Sequence[str]], Collection[str]]


def for_nobody(_: Sequence[str]) -> Collection[str]:
    return ()


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
    children: Mapping[str, str] | None = None,
    speaks_for: Speaks = for_nobody,
    note: NoteAnnounced = note_nothing,
    revisits: Revisits | None = None,
) -> Reading:
    """Fetch an address and read what is there.

    `known` says which of these ids of articles and entries are stored already: their pages are not fetched
    again. `children` is that of the last reading. `speaks_for` says for which sites beside its own the one at
    these addresses (as asked for, and where that led to) may speak, and `note` is told of further ones.
    `revisits` are those of the process. Times without a zone are in `timezone`. Raises FetchError or
    SourceError when the address as a whole gives nothing; a single bad entry is in `problems`.
    """
    fetched = fetcher.get(url, etag=etag, last_modified=last_modified)
    if fetched.status == 304:
        return Reading("unchanged", None, [], [], 0, None, False, [], fetched, children=children or {})
    speaker = Speaker.at(url, fetched.url, speaks_for((url, fetched.url)), note)
    return read_fetched(
        fetched,
        fetcher,
        speaker,
        timezone=timezone,
        now=now,
        known=known,
        children=children,
        revisits=revisits,
    )


def read_fetched(
    fetched: Fetched,
    fetcher: Fetcher,
    speaker: Speaker,
    *,
    timezone: ZoneInfo,
    now: datetime,
    known: Known = nothing_known,
    children: Mapping[str, str] | None = None,
    revisits: Revisits | None = None,
) -> Reading:
    """Read what was fetched, or found in a file, as the words of `speaker`.

    Raises SourceError as `read_address` does.
    """
    if fetched.body[:2] == b"\x1f\x8b":
        fetched = replace(fetched, body=gunzip(fetched.body, MAX_UNPACKED, fetched.url))
    work = Work(fetcher, timezone, now, known, speaker, revisits or Revisits())
    kind = kind_of(fetched)
    match kind:
        case "page":
            return _read_page(fetched, work)
        case "opml":
            links = opml.parse(_text(fetched), fetched.url)
            return Reading(kind, None, [], [], len(links), None, False, links, fetched)
        case "jsonl" | "story":
            return _read_records(fetched, kind, work)
        case "sitemap":
            return _read_sitemap(fetched, work, dict(children or {}))
        case "json":
            return _read_feed(fetched, json_feed.parse(_text(fetched), fetched.url), work)
        case _:
            return _read_feed(fetched, feed.parse(_text(fetched), fetched.url), work)


def _text(fetched: Fetched) -> str:
    return decode(fetched.body, fetched.charset)


# -- feeds and sitemaps ----------------------------------------------------------------------------------


def _read_feed(fetched: Fetched, found: Feed, work: Work) -> Reading:
    read_entries(found, fetched.url, work)
    whole = [is_whole(item) for item in found.items]
    if work.again:
        fetched = replace(fetched, etag=None, last_modified=None)
    return Reading(
        kind=_feed_kind(found.kind),
        title=found.title,
        articles=work.articles,
        problems=work.problems,
        items=found.found,
        newest=newest_of(found.items, work),
        full_text=bool(whole) and sum(whole) * 2 > len(whole),
        feeds=[],
        fetched=fetched,
        evidence=work.evidence,
    )


def _feed_kind(kind: str) -> Kind:
    kinds: dict[str, Kind] = {"rss": "rss", "atom": "atom", "json": "json", "sitemap": "sitemap"}
    return kinds[kind]


def _read_sitemap(fetched: Fetched, work: Work, read: dict[str, str]) -> Reading:
    """Read a sitemap.

    Of an index, the newest of its sitemaps that are not in `read`, each with its last change.
    """
    found = sitemap.parse(_text(fetched), fetched.url)
    open_ones = [child for child in found.children if read.get(child.url) != child.changed]
    items = list(found.items)
    for child in open_ones[:MAX_CHILDREN]:
        brought = _child_items(child, work)
        if brought is not None:
            items += brought
            read[child.url] = child.changed
    left = len(open_ones) - MAX_CHILDREN
    if left > 0:
        work.again = True
        why = f"names {len(found.children):,} sitemaps: {left:,} of them are left for the next readings"
        work.problems.append(Failure(fetched.url, why))
    items.sort(key=sitemap.stamp, reverse=True)
    count = found.found or len(items)
    reading = _read_feed(fetched, replace(found, items=tuple(items[: sitemap.MAX_ITEMS]), found=count), work)
    named = {child.url for child in found.children}
    return replace(reading, children={url: changed for url, changed in read.items() if url in named})


def _child_items(child: Child, work: Work) -> Sequence[Item] | None:
    """Return the entries of a sitemap that an index names.

    None where it cannot be read, and a problem says why.
    """
    try:
        sent = work.fetcher.get(child.url)
        text = decode(gunzip(sent.body, MAX_UNPACKED, child.url), sent.charset)
        return sitemap.parse(text, sent.url).items
    except SourceError as error:
        work.problems.append(Failure(child.url, str(error)))
        if isinstance(error, FetchError) and error.may_pass:
            work.again = True
    return None


# -- pages and records -----------------------------------------------------------------------------------


def _read_page(fetched: Fetched, work: Work) -> Reading:
    try:
        page = web_page.parse(fetched.body, fetched.url, fetched.charset, work.timezone, work.now)
    except RecordError as error:
        raise SourceError(f"{fetched.url} cannot be read: {error}.") from error
    dated = page.times.published is not None
    if page.text and page.title and (dated or article_id(page.url) not in work.known([article_id(page.url)])):
        read_single_page(page, fetched.url, work)
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
        evidence=work.evidence,
    )


def _read_records(fetched: Fetched, kind: Kind, work: Work) -> Reading:
    outcomes = _story(fetched, work) if kind == "story" else _lines(fetched, work)
    articles = [work.speaker.own_words(outcome) for outcome in outcomes if isinstance(outcome, Article)]
    return Reading(
        kind=kind,
        title=None,
        articles=articles,
        problems=[outcome for outcome in outcomes if isinstance(outcome, Failure)],
        items=len(outcomes),
        newest=max((article.published_at for article in articles), default=None),
        full_text=True,
        feeds=[],
        fetched=fetched,
    )


def _lines(fetched: Fetched, work: Work) -> list[Article | Failure]:
    lines = enumerate(fetched.body.splitlines(), 1)
    return [
        jsonl.parse_line(line, f"{fetched.url}:{number}", work.timezone).outcome
        for number, line in lines
        if line.strip()
    ]


def _story(fetched: Fetched, work: Work) -> Sequence[Article | Failure]:
    try:
        return [story_page.parse(_text(fetched), fetched.url, work.timezone)]
    except NewsError as error:
        return [Failure(fetched.url, str(error))]
