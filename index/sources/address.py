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

from index.errors import BudgetError, NewsError, RecordError, SourceError
from index.fetch import Fetched, Fetcher, FetchError
from index.fetch.body import gunzip
from index.runtime.confined import Call, call_here
from index.sources import jsonl, opml, story_page, web_page
from index.sources.detect import Kind, kind_of
from index.sources.encodings import decode
from index.sources.feeds import feed, json_feed, sitemap
from index.sources.feeds.entries import Known, Work, is_whole, newest_of, read_entries, read_single_page
from index.sources.feeds.items import Child, Feed, FeedLink, Item
from index.sources.feeds.revisits import Revisits
from index.sources.speaker import NoteAnnounced, Speaker, note_nothing
from index.sources.times.dates import dated, list_times
from index.sources.web_page import Page
from index.text.normalize import article_id
from index.types.article import Article
from index.types.report import Failure
from index.types.source import Evidence

# Sitemaps of an index that are fetched in one reading. The others follow in the next ones.
MAX_CHILDREN = 10
MAX_UNPACKED = 64 * 1024 * 1024
# Lines of a list that cannot be read and are named one by one. A list can have millions of them.
MAX_BROKEN = 1000
# What to do about a document that exceeds the limits of `index.runtime.confined`.
SMALLER = "leave it out, or give it in smaller parts"


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
    named: Known | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    children: Mapping[str, str] | None = None,
    speaks_for: Speaks = for_nobody,
    note: NoteAnnounced = note_nothing,
    revisits: Revisits | None = None,
    call: Call = call_here,
) -> Reading:
    """Fetch an address and read what is there.

    `known` says which of these ids of articles and entries are stored already: their pages are not fetched
    again. `named` says so of those whose addresses the one at this address only names; without it, `known`
    does. `children` is that of the last reading. `speaks_for` says for which sites beside its own the one at
    these addresses (as asked for, and where that led to) may speak, and `note` is told of further ones.
    `revisits` are those of the process. Times without a zone are in `timezone`. `call` runs what reads the
    bytes of one document. Raises FetchError or SourceError when the address as a whole gives nothing; a
    single bad entry is in `problems`.
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
        named=named,
        children=children,
        revisits=revisits,
        call=call,
    )


def read_fetched(
    fetched: Fetched,
    fetcher: Fetcher,
    speaker: Speaker,
    *,
    timezone: ZoneInfo,
    now: datetime,
    known: Known = nothing_known,
    named: Known | None = None,
    children: Mapping[str, str] | None = None,
    revisits: Revisits | None = None,
    call: Call = call_here,
) -> Reading:
    """Read what was fetched, or found in a file, as the words of `speaker`.

    Raises SourceError as `read_address` does.
    """
    try:
        found = call(_found, fetched, timezone, now)
    except BudgetError as error:
        raise SourceError(f"{fetched.url} {error}: {SMALLER}.") from error
    work = Work(fetcher, timezone, now, known, named or known, speaker, revisits or Revisits(), call)
    match found:
        case Page():
            return _read_page(found, fetched, work)
        case Feed(kind="sitemap"):
            return _read_sitemap(found, fetched, work, dict(children or {}))
        case Feed():
            return _read_feed(fetched, found, work)
        case _Links(links):
            return Reading("opml", None, [], [], len(links), None, False, links, fetched)
        case _Records(kind, outcomes):
            return _read_records(fetched, kind, outcomes, work)


# -- documents -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Links:
    """What a list of feeds names."""

    links: list[FeedLink]


@dataclass(frozen=True, slots=True)
class _Records:
    """What became of the lines of a file, or of the only story in it."""

    kind: Kind
    outcomes: Sequence[Article | Failure]


def _found(fetched: Fetched, timezone: ZoneInfo, now: datetime) -> Page | Feed | _Links | _Records:
    """Return what the bytes of a document say, without asking anybody else. Raises SourceError."""
    body = gunzip(fetched.body, MAX_UNPACKED, fetched.url)
    fetched = replace(fetched, body=body)
    kind, url = kind_of(fetched), fetched.url
    if kind == "page":
        try:
            return web_page.parse(body, url, fetched.charset, timezone, now)
        except RecordError as error:
            raise SourceError(f"{url} cannot be read: {error}.") from error
    if kind == "jsonl":
        return _Records(kind, _lines(fetched, timezone))
    text = decode(body, fetched.charset)
    match kind:
        case "story":
            return _Records(kind, _story(text, url, timezone))
        case "opml":
            return _Links(opml.parse(text, url))
        case "sitemap":
            return sitemap.parse(text, url)
        case "json":
            return json_feed.parse(text, url)
        case _:
            return feed.parse(text, url)


def _lines(fetched: Fetched, timezone: ZoneInfo) -> list[Article | Failure]:
    outcomes: list[Article | Failure] = []
    broken = 0
    for number, line in enumerate(fetched.body.splitlines(), 1):
        if not line.strip():
            continue
        outcome = jsonl.parse_line(line, f"{fetched.url}:{number}", timezone).outcome
        broken += isinstance(outcome, Failure)
        if isinstance(outcome, Article) or broken <= MAX_BROKEN:
            outcomes.append(outcome)
    if broken > MAX_BROKEN:
        outcomes.append(Failure(fetched.url, f"{broken - MAX_BROKEN:,} more lines cannot be read"))
    return outcomes


def _story(text: str, url: str, timezone: ZoneInfo) -> Sequence[Article | Failure]:
    try:
        return [story_page.parse(text, url, timezone)]
    except NewsError as error:
        return [Failure(url, str(error))]


def _child_found(sent: Fetched, where: str) -> Feed:
    """Return what a sitemap says that an index names."""
    return sitemap.parse(decode(gunzip(sent.body, MAX_UNPACKED, where), sent.charset), sent.url)


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


def _read_sitemap(found: Feed, fetched: Fetched, work: Work, read: dict[str, str]) -> Reading:
    """Read a sitemap.

    Of an index, the newest of its sitemaps that are not in `read`, each with its last change.
    """
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
        return work.call(_child_found, sent, child.url).items
    except BudgetError as error:
        work.problems.append(Failure(child.url, f"{error}: it is left out"))
    except SourceError as error:
        work.problems.append(Failure(child.url, str(error)))
        if isinstance(error, FetchError) and error.may_pass:
            work.again = True
    return None


# -- pages and records -----------------------------------------------------------------------------------


def _read_page(page: Page, fetched: Fetched, work: Work) -> Reading:
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


def _read_records(fetched: Fetched, kind: Kind, outcomes: Sequence[Article | Failure], work: Work) -> Reading:
    articles = [
        work.speaker.own_words(_dated(outcome, work)) for outcome in outcomes if isinstance(outcome, Article)
    ]
    return Reading(
        kind=kind,
        title=None,
        articles=articles,
        problems=[*(outcome for outcome in outcomes if isinstance(outcome, Failure)), *work.problems],
        items=len(outcomes),
        newest=max((article.published_at for article in articles), default=None),
        full_text=True,
        feeds=[],
        fetched=fetched,
    )


def _dated(article: Article, work: Work) -> Article:
    """Return an article of somebody's list with the times that are believed: as those of a feed, none ahead.

    Where only the newest articles are kept, those of next year would be, and all others deleted.
    """
    given = [moment for moment in (article.published_at, article.updated_at) if moment]
    if work.speaker.is_trusted or max(given) <= work.now:
        return article
    when = dated(list_times(article, work.now), work.now)
    if when.note:
        work.problems.append(Failure(article.url, when.note))
    return replace(
        article,
        published_at=when.published_at,
        published_precision=when.precision,
        updated_at=when.updated_at,
    )
