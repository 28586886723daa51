"""Articles from the entries of a feed or sitemap: which words, which time, which outlet, and which identity.

An entry's own text is used where it is the full story; otherwise the page it links to is fetched. What the
page says replaces the entry's words only where it is the entry's story (`index.sources.feeds.walls`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from index.errors import RecordError
from index.fetch import Fetcher
from index.sources.feeds.entry_text import first_words, only_repeats
from index.sources.feeds.follow import Linked, follow
from index.sources.feeds.items import Feed, Item
from index.sources.feeds.sitemap import is_story_address
from index.sources.times.dates import Dated, Times, address_day, dated, entry_times, together
from index.sources.web_page import Page
from index.text.addresses import host_of
from index.text.length import content_length
from index.text.normalize import FEED_CHARS, article_id, canonical_line, canonical_url, entry_id
from index.types.article import Article
from index.types.report import Failure
from index.types.source import Evidence

Known = Callable[[list[str]], set[str]]

# Pages fetched in one reading: with a second between two of one host that takes a minute.
MAX_PAGES = 60
# A shorter text, or one that trails off, is an excerpt.
FULL_CHARS = 700
MIN_EXCERPT_CHARS = 80
MAX_TITLE = 500
MAX_OUTLET = 200
_SEPARATORS = re.compile(r"\s+[-–—|·•:»«/~]+\s+|\s*[|｜_＿]\s*")
_BRACKETED = re.compile(r"[(（【\[]([^()（）【】\[\]]{1,80})[)）】\]]\s*$")
_LEADING_NAME = re.compile(r"【([^【】]{1,80})】|([^|｜]{1,80})[|｜]")
# A feed of a section is called "The Gazette: Politics" or "Politics | The Gazette".
_NAME_PARTS = re.compile(r"\s*[:|»]\s+|\s+[-–—·]\s+")
_NAME_WORD = re.compile(r"\w+")
_ARTICLES = frozenset("the der die das le la les el los il lo gli o os de het".split())


@dataclass(slots=True)
class Work:
    """One reading under way. `again` tells that something may be read the next time that could not be now."""

    fetcher: Fetcher
    timezone: ZoneInfo
    now: datetime
    known: Known
    articles: list[Article] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    problems: list[Failure] = field(default_factory=list)
    pages: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry with the ids by which it is known, its times, and whether its text is the whole story."""

    item: Item
    id: str
    entry: str | None
    whole: bool
    times: Times


def read_entries(found: Feed, url: str, work: Work) -> None:
    """Read the entries of a feed at `url` into `work`, those of whole text without asking anybody else."""
    work.problems += found.problems
    entries = [entry for entry in _identified(found, url, work) if _is_wanted(entry, found, work)]
    # What has no time is first seen now: once, so it is not read again.
    asked = [entry for entry in entries if not entry.whole or entry.times.published is None]
    known = work.known([id for entry in asked for id in (entry.id, entry.entry) if id]) if asked else set()
    skipped = {
        entry.id for entry in asked if entry.id in known and (entry.entry is None or entry.entry in known)
    }
    for entry in entries:
        if entry.id not in skipped:
            _add(entry, found, url, work)


def is_whole(item: Item) -> bool:
    """Tell whether an entry's text is the full story, as far as its length and its end tell."""
    return content_length(item.text) >= FULL_CHARS and not item.cut


# -- identity --------------------------------------------------------------------------------------------


def _identified(found: Feed, url: str, work: Work) -> list[_Entry]:
    """Return entries with their ids.

    An id of the feed (guid) that stands at several addresses names nothing. Several entries at one address
    are told apart by their guids, where they have none by their headlines.
    """
    keys: list[tuple[Item, str]] = []
    for item in found.items:
        try:
            keys.append((item, article_id(item.url)))
        except RecordError as error:
            work.problems.append(Failure(url, f"{error}: the entry is left out"))
    places: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for item, key in keys:
        if item.guid:
            places.setdefault(_guid_key(url, item.guid), set()).add(key)
    entries = []
    for item, key in keys:
        guid = _guid_key(url, item.guid) if item.guid else None
        guid = guid if guid and len(places[guid]) == 1 else None
        entries.append((item, key, guid))
        names.setdefault(key, set()).add(guid or _title_key(key, item))
    return [
        _Entry(
            item=_clean(item),
            id=key if len(names[key]) == 1 else (guid or _title_key(key, item))[FEED_CHARS:],
            entry=guid,
            whole=is_whole(item),
            times=entry_times(item.published, item.updated, work.timezone, item.language, work.now),
        )
        for item, key, guid in entries
    ]


def _guid_key(feed: str, guid: str) -> str:
    try:
        return entry_id(feed, guid)
    except RecordError:
        return entry_id(feed, f"id {guid}")  # it begins like an address, and is none


def _title_key(key: str, item: Item) -> str:
    return entry_id(key, f"headline {item.title}")


def _clean(item: Item) -> Item:
    """Return an entry with the address as it is shown, and without a text that only repeats its headline."""
    repeats = only_repeats(item.text, item.title, item.source or "")
    return replace(item, url=canonical_url(item.url), text="" if repeats else item.text)


def _is_wanted(entry: _Entry, found: Feed, work: Work) -> bool:
    """Tell whether an address of a sitemap could be a story's; a problem notes those that could not."""
    if found.kind != "sitemap" or entry.item.is_story or is_story_address(entry.item.url):
        return True
    work.problems.append(
        Failure(entry.item.url, "is a page of the site and no story, by its address: it is left out")
    )
    return False


# -- one entry -------------------------------------------------------------------------------------------


def _add(entry: _Entry, found: Feed, url: str, work: Work) -> None:
    item = entry.item
    try:
        linked = None if entry.whole else _linked(item, work)
        if linked is None and not entry.whole:
            return  # its page is read the next time
        article, evidence = _article(entry, linked, found, url, work)
    except RecordError as error:
        work.problems.append(Failure(item.url, _named(item, str(error))))
    else:
        work.articles.append(article)
        work.evidence.append(evidence)


def _named(item: Item, why: str) -> str:
    """Return a reason with the headline of the entry that it is about."""
    return f"“{item.title[:100]}”: {why}" if item.title else why


def _linked(item: Item, work: Work) -> Linked | None:
    """Return what an entry links to; None where it has to wait for the next reading."""
    if work.pages >= MAX_PAGES or work.fetcher.seconds_left <= 0:
        work.again = True
        return None
    work.pages += 1
    linked = follow(item, work.fetcher, work.timezone, work.now)
    if linked.later:
        work.again = True
        work.problems.append(Failure(item.url, _named(item, linked.why or "")))
        return None
    return linked


def _article(
    entry: _Entry, linked: Linked | None, found: Feed, url: str, work: Work
) -> tuple[Article, Evidence]:
    """Return the article of an entry, and where its parts were read.

    Raises RecordError when it has no text.
    """
    item, page = entry.item, linked.page if linked else None
    if page and not item.is_story and not _says_story(page):
        raise RecordError("the page does not present itself as a story: it is left out")
    from_page = page is not None and _is_better(page.text, item)
    text = page.text if page and from_page else item.text
    if content_length(text) < MIN_EXCERPT_CHARS:
        raise RecordError(
            (linked and linked.why) or "no article text was found: neither in the feed nor on the page"
        )
    if linked and linked.why:
        work.problems.append(Failure(item.url, _named(item, f"{linked.why}: the feed's own words are kept")))
    outlet, outlet_from = _outlet(item, page if from_page else None, found, url)
    title = _title(item, page, outlet, found.title) or first_words(text)
    when, when_from = _when(item, together(entry.times, page.times) if page else entry.times, found, work)
    address = canonical_url(linked.url) if linked and page and from_page else item.url
    article = Article(
        id=entry.id if address == item.url else article_id(address),
        url=address,
        title=title[:MAX_TITLE],
        text=text,
        source=outlet,
        published_at=when.published_at,
        published_precision=when.precision,
        updated_at=when.updated_at,
        authors=item.authors or (page.authors if page else ()),
        topics=item.topics,
        language=item.language or (page.language if page else None),
        original=page.original if page else None,
        entry=entry.entry,
        via="page" if from_page else "feed",
    )
    where = "the page" if from_page else f"the {'sitemap' if found.kind == 'sitemap' else 'feed'}"
    return article, _evidence(article, when_from, outlet_from, where)


def _is_better(text: str, item: Item) -> bool:
    """Tell whether a page's text says more than the entry's own."""
    return content_length(text) > content_length(item.text) or (
        item.cut and content_length(text) * 2 > content_length(item.text)
    )


def _says_story(page: Page) -> bool:
    """Tell whether a page that only a general sitemap names is a story: one that is dated."""
    return page.times.published is not None


def read_single_page(page: Page, work: Work) -> None:
    """Read the article of a page that was named by itself into `work`."""
    when, when_from = _when(Item(page.url, page.title), page.times, None, work)
    article = Article(
        id=article_id(page.url),
        url=canonical_url(page.url),
        title=_title(Item(page.url, page.title), page, page.outlet, None)[:MAX_TITLE],
        text=page.text,
        source=page.outlet[:MAX_OUTLET] or "Web page",
        published_at=when.published_at,
        published_precision=when.precision,
        updated_at=when.updated_at,
        authors=page.authors,
        language=page.language,
        original=page.original,
        via="page",
    )
    host = host_of(page.url)
    named = "the page's address" if page.outlet == host else "the page's site name"
    work.articles.append(article)
    work.evidence.append(_evidence(article, when_from, named, "the page"))


def _evidence(article: Article, time_from: str, outlet_from: str, text_from: str) -> Evidence:
    return Evidence(
        url=article.url,
        title=article.title,
        published_at=article.published_at,
        published_precision=article.published_precision,
        time_from=time_from,
        outlet=article.source,
        outlet_from=outlet_from,
        text_from=text_from,
        chars=len(article.text),
    )


# -- outlet and headline ---------------------------------------------------------------------------------


def _outlet(item: Item, page: Page | None, found: Feed, url: str) -> tuple[str, str]:
    """Return the name of the site that was read, and where that name stood.

    Words of a page are its site's, by the name that the site gives itself. A feed's own name stands for its
    own words and for pages of its site that name themselves alike ("The Wire", "The Wire: Politics").
    """
    feed = (found.title or urlsplit(url).hostname or "Feed")[:MAX_OUTLET]
    if page is None:
        return (item.source[:MAX_OUTLET], "the entry's source") if item.source else (feed, "the feed's title")
    host = host_of(page.url)
    own = page.outlet[:MAX_OUTLET]
    here = _site(page.url) in (_site(url), _site(found.site))
    if own and own != host and not (here and _alike(own, feed)):
        return own, "the page's site name"
    if here and not item.source:
        return feed, "the feed's title"
    return host or feed, "the page's address"


def _site(url: str) -> str:
    """Return about the part of a host that one publisher owns: two names, or three of a country's."""
    host = urlsplit(url).hostname or ""
    names = host.split(".")
    if names[-1].isdigit() or ":" in host:
        return host
    short = len(names) > 2 and len(names[-1]) == 2 and len(names[-2]) <= 3
    return ".".join(names[-3:] if short else names[-2:])


def _alike(one: str, other: str) -> bool:
    first, second = one.casefold(), other.casefold()
    return first in second or second in first


def _title(item: Item, page: Page | None, outlet: str, feed: str | None) -> str:
    """Return the headline without the outlet's name at its end or its beginning.

    A part of it names the outlet if it is one of the names that are known, or if the page's own headline is
    what stands before it.
    """
    title = item.title or (page.title if page else "")
    names = [outlet, item.source or "", feed or "", page.outlet if page else ""]
    known = {_name_key(part) for name in names for part in (name, *_NAME_PARTS.split(name))} - {""}
    own = _name_key(page.title) if page else ""
    for rest, name in _cuts(title):
        if rest and (_name_key(name) in known or (own and own == _name_key(rest))):
            return canonical_line(rest)
    return title


def _cuts(title: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to take a name off a headline: what is left, and the name.

    Chinese and Japanese sites write no spaces around their name, some put it into brackets. "Kurier: mayor
    resigns" may tell whom the news is from, so a colon ends no name at the beginning.
    """
    separators = [*_SEPARATORS.finditer(title)]
    if separators:
        yield title[: separators[-1].start()].strip(), title[separators[-1].end() :]
    bracketed = _BRACKETED.search(title)
    if bracketed:
        yield title[: bracketed.start()].strip(), bracketed[1]
    leading = _LEADING_NAME.match(title)
    if leading:
        yield title[leading.end() :].strip(), leading[1] or leading[2]


def _name_key(name: str) -> str:
    """Return a name as names are compared: without case, signs and the article before it."""
    words = _NAME_WORD.findall(name.casefold())
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


# -- times -----------------------------------------------------------------------------------------------


def _when(item: Item, times: Times, found: Feed | None, work: Work) -> tuple[Dated, str]:
    """Return an entry's times as they are stored, and where they stood; a problem notes what was wrong."""
    if times.published is None and times.updated is None:
        times = replace(times, published=address_day(item.url, work.timezone, work.now))
    when = dated(times, work.now)
    if when.note:
        work.problems.append(Failure(item.url, _named(item, when.note)))
    if when.precision == "seen":
        return when, "what stands there cannot be read" if times.unread else "none is given"
    where = "the sitemap" if found and found.kind == "sitemap" and when.where == "feed" else when.where
    return when, "the feed" if where == "feed" else where


def newest_of(items: Sequence[Item], work: Work) -> datetime | None:
    """Return the time of the newest entry, at most now."""
    read = [
        entry_times(item.published, item.updated, work.timezone, item.language, work.now) for item in items
    ]
    moments = [times.published or times.updated for times in read]
    return max((min(moment.at, work.now) for moment in moments if moment), default=None)
