"""Articles from the entries of a feed or sitemap: which words, which time, which outlet, and which identity.

An entry's own text is used where it is the full story; otherwise the page it links to is fetched. What the
page says replaces the entry's words only where it is the entry's story (`index.sources.feeds.walls`).

Of an address that the feed does not speak for (`index.sources.speaker`) everything comes from the page
itself: words, headline and time. What the feed says of it is an article of the feed's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from index.errors import RecordError
from index.fetch import Fetcher
from index.fetch.addresses import MAX_URL_CHARS
from index.runtime.confined import Call, call_here
from index.sources.feeds.entry_text import first_words, only_repeats
from index.sources.feeds.follow import Linked, announced_feeds, authority_of_page, follow
from index.sources.feeds.items import Feed, Item
from index.sources.feeds.revisits import Revisits
from index.sources.feeds.sitemap import is_story_address
from index.sources.speaker import Speaker
from index.sources.times.dates import Dated, Times, address_day, dated, entry_times, together
from index.sources.web_page import Page
from index.text.addresses import host_of, site_of
from index.text.length import content_length
from index.text.normalize import FEED_CHARS, article_id, canonical_line, canonical_url, entry_id
from index.types.article import MAX_TEXT_CHARS, Article, Authority
from index.types.report import Failure
from index.types.source import Evidence

Known = Callable[[list[str]], set[str]]

# Pages fetched in one reading: with a second between two of one host that takes a minute.
MAX_PAGES = 60
# Pages of one reading that may exceed the limits of time and memory before no other is fetched.
MAX_EXCESSES = 3
# A shorter text, or one that trails off, is an excerpt.
FULL_CHARS = 700
MIN_EXCERPT_CHARS = 80
MAX_TITLE = 500
MAX_OUTLET = 200
_SEPARATORS = re.compile(r"(?<!\s)\s++[-–—|·•:»«/~]++\s++|(?:(?<!\s)\s++)?+[|｜_＿]\s*+")
_BRACKETED = re.compile(r"[(（【\[]([^()（）【】\[\]]{1,80})[)）】\]]\s*$")
_LEADING_NAME = re.compile(r"【([^【】]{1,80})】|([^|｜]{1,80})[|｜]")
# A feed of a section is called "The Gazette: Politics" or "Politics | The Gazette".
_NAME_PARTS = re.compile(r"(?:(?<!\s)\s++)?+[:|»]\s++|(?<!\s)\s++[-–—·]\s++")
_NAME_WORD = re.compile(r"\w+")
_ARTICLES = frozenset("the der die das le la les el los il lo gli o os de het".split())


@dataclass(slots=True)
class Work:
    """One reading under way. `call` runs what reads the bytes of one document.

    `known` says which ids are stored already, and `named` which are stored and may come in with a feed that
    only names their addresses. `again` tells that something may be read the next time that could not be now.
    `excesses` counts the pages that needed more time or memory than any may.
    """

    fetcher: Fetcher
    timezone: ZoneInfo
    now: datetime
    known: Known
    named: Known
    speaker: Speaker
    revisits: Revisits = field(default_factory=Revisits)
    call: Call = call_here
    articles: list[Article] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    problems: list[Failure] = field(default_factory=list)
    pages: int = 0
    excesses: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry with the ids by which it is known, its times, and whether its text is the whole story.

    `id` is that of the article that it is, `own_id` that of the feed's own words: another one where the feed
    does not speak for the address.
    """

    item: Item
    id: str
    own_id: str
    entry: str | None
    whole: bool
    times: Times

    def is_foreign(self, speaker: Speaker) -> bool:
        """Tell whether its feed does not speak for its address, as far as is known by now."""
        return self.id != self.own_id and not speaker.speaks_for(self.item.url)


def read_entries(found: Feed, url: str, work: Work) -> None:
    """Read the entries of a feed at `url` into `work`, those of whole text without asking anybody else."""
    work.problems += found.problems
    entries = [entry for entry in _identified(found, url, work) if _is_wanted(entry, found, work)]
    # What has no time is first seen now: once, so it is not read again.
    asked = [entry for entry in entries if _is_read_once(entry) or entry.is_foreign(work.speaker)]
    foreign = {entry.id for entry in asked if entry.is_foreign(work.speaker)}
    ids = [id for entry in asked for id in (entry.id, entry.own_id, entry.entry) if id and id not in foreign]
    known = work.known(ids) if ids else set()
    known |= work.named(sorted(foreign)) if foreign else set()
    new = {entry.own_id for entry in asked if not known.intersection((entry.id, entry.own_id))}
    new = new if work.speaker.has_site else set()
    if any(entry.own_id in new and entry.is_foreign(work.speaker) for entry in entries):
        _ask_the_site(found, entries, work)
    own = {entry.id: entry.item.text for entry in entries if entry.whole}
    revisits = work.revisits.due(own)
    for entry in entries:
        is_foreign = entry.is_foreign(work.speaker)  # pages that were read meanwhile may announce the feed
        if not _is_read_once(entry) or not _is_known(entry, known, is_foreign=is_foreign):
            revisit = entry.id in revisits and not is_foreign
            look = not entry.whole or revisit or (is_foreign and entry.own_id in new)
            _add(entry, found, work, look=look, revisit=revisit)


def _ask_the_site(found: Feed, entries: Sequence[_Entry], work: Work) -> None:
    """Ask the site of most entries whether it announces the feed, at the page that the feed says it is of.

    Where that is on another site, the front page is asked.
    """
    (site, count), *_ = Counter(site_of(entry.item.url) for entry in entries).most_common(1)
    first = next(entry.item.url for entry in entries if site_of(entry.item.url) == site)
    if count * 2 > len(entries) and work.fetcher.seconds_left > 0 and not work.speaker.speaks_for(first):
        page = found.site if site_of(found.site) == site else urljoin(first, "/")
        work.pages += 1
        work.speaker.heard(*announced_feeds(page, work.fetcher, work.call))


def _is_read_once(entry: _Entry) -> bool:
    return not entry.whole or entry.times.published is None


def _is_known(entry: _Entry, known: set[str], *, is_foreign: bool) -> bool:
    """Tell whether an entry need not be read again: by a feed that speaks for its address, or a foreign one.

    The words of a foreign one are no reason to leave out those of the site.
    """
    if is_foreign:
        return entry.own_id in known or (entry.id in known and not entry.whole)
    return entry.id in known and (entry.entry is None or entry.entry in known)


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
        if len(item.url) > MAX_URL_CHARS:
            long = f"an entry has an address of {len(item.url):,} characters, too many: it is left out"
            work.problems.append(Failure(url, long))
            continue
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
        _entry(
            item,
            key,
            key if len(names[key]) == 1 else (guid or _title_key(key, item))[FEED_CHARS:],
            guid,
            work,
        )
        for item, key, guid in entries
    ]


def _entry(item: Item, key: str, id: str, guid: str | None, work: Work) -> _Entry:
    return _Entry(
        item=_clean(item),
        id=id if work.speaker.speaks_for(item.url) else key,
        own_id=work.speaker.id_about(item.url, id),
        entry=guid,
        whole=is_whole(item),
        times=entry_times(item.published, item.updated, work.timezone, item.language, work.now),
    )


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


def _add(entry: _Entry, found: Feed, work: Work, *, look: bool, revisit: bool) -> None:
    """Read an entry into `work`.

    With `look` the page that it links to is read as well; for a `revisit` its words alone count.
    """
    item = entry.item
    try:
        linked = _linked(entry, work) if look else None
        if linked is None and not entry.whole:
            return  # its page is read the next time
        page = linked.page if linked else None
        if page and not item.is_story and not _says_story(page):
            raise RecordError("the page does not present itself as a story: it is left out")
        if linked and page and not work.speaker.speaks_for(linked.url):
            _add_page(page, linked.url, linked.authority, work)
            if not entry.whole or work.speaker.speaks_for(item.url):
                return
            linked = None
        article, evidence = _article(entry, linked, found, work, only_page=revisit)
    except RecordError as error:
        work.problems.append(Failure(item.url, _named(item, str(error))))
    else:
        work.articles.append(article)
        work.evidence.append(evidence)


def _named(item: Item, why: str) -> str:
    """Return a reason with the headline of the entry that it is about."""
    return f"“{item.title[:100]}”: {why}" if item.title else why


def _linked(entry: _Entry, work: Work) -> Linked | None:
    """Return what an entry links to; None where it has to wait for the next reading.

    One whose own text is whole does not wait.
    """
    item = entry.item
    if work.pages >= MAX_PAGES or work.fetcher.seconds_left <= 0:
        work.again = work.again or not entry.whole
        return None
    if work.excesses >= MAX_EXCESSES:
        return Linked(None, item.url, "others of its pages took too long to read, so this one is not read")
    work.pages += 1
    linked = follow(item, work.fetcher, work.timezone, work.now, work.call)
    work.excesses += linked.exceeds
    work.speaker.heard(linked.answered, linked.feeds)
    if entry.whole and linked.page is None:
        return None
    if linked.later:
        work.again = True
        work.problems.append(Failure(item.url, _named(item, linked.why or "")))
        return None
    return linked


def _article(
    entry: _Entry, linked: Linked | None, found: Feed, work: Work, *, only_page: bool = False
) -> tuple[Article, Evidence]:
    """Return the article of an entry, and where its parts were read.

    With `only_page` the words are the page's where there is one. Raises RecordError when it has no text.
    """
    item, page = entry.item, linked.page if linked else None
    from_page = page is not None and (only_page or _is_better(page.text, item))
    text = (page.text if page and from_page else item.text)[:MAX_TEXT_CHARS].rstrip()
    if content_length(text) < MIN_EXCERPT_CHARS:
        raise RecordError(
            (linked and linked.why) or "no article text was found: neither in the feed nor on the page"
        )
    if linked and linked.why:
        work.problems.append(Failure(item.url, _named(item, f"{linked.why}: the feed's own words are kept")))
    outlet, outlet_from = _outlet(item, page if from_page else None, found, work.speaker)
    title = _title(item, page, outlet, found.title) or first_words(text)
    when, when_from = _when(item, together(entry.times, page.times) if page else entry.times, found, work)
    address = canonical_url(linked.url) if linked and page and from_page else item.url
    own = work.speaker.authority(address)
    id = entry.id if own > Authority.FOREIGN else entry.own_id
    article = Article(
        id=id if address == item.url else article_id(address),
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
        entry=entry.entry if own > Authority.FOREIGN else None,
        via="page" if from_page else "feed",
        authority=linked.authority if linked and from_page else own,
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


def read_single_page(page: Page, answered: str, work: Work) -> None:
    """Read the article of a page that was named by itself, and answered at an address, into `work`."""
    _add_page(page, page.url, authority_of_page(page.url, answered), work)


def _add_page(page: Page, url: str, authority: Authority, work: Work) -> None:
    """Read the article of a page at an address into `work`, with all that is known of it from the page."""
    when, when_from = _when(Item(page.url, page.title), page.times, None, work)
    article = Article(
        id=article_id(url),
        url=canonical_url(url),
        title=(_title(Item(url, page.title), page, page.outlet, None) or first_words(page.text))[:MAX_TITLE],
        text=page.text[:MAX_TEXT_CHARS].rstrip(),
        source=page.outlet[:MAX_OUTLET] or "Web page",
        published_at=when.published_at,
        published_precision=when.precision,
        updated_at=when.updated_at,
        authors=page.authors,
        language=page.language,
        original=page.original,
        via="page",
        authority=authority,
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


def _outlet(item: Item, page: Page | None, found: Feed, speaker: Speaker) -> tuple[str, str]:
    """Return the name of the site that was read, and where that name stood.

    Words of a page are its site's, by the name that the site gives itself. A feed's own name stands for its
    own words and for pages of its site that name themselves alike ("The Wire", "The Wire: Politics"). Beside
    its words about others' addresses stands its host.
    """
    feed = (found.title or host_of(speaker.addresses[0]) or "Feed")[:MAX_OUTLET]
    if page is None:
        if not speaker.speaks_for(item.url):
            return speaker.outlet(found.title), "the feed's title and address"
        return (item.source[:MAX_OUTLET], "the entry's source") if item.source else (feed, "the feed's title")
    host = host_of(page.url)
    own = page.outlet[:MAX_OUTLET]
    here = site_of(page.url) in (speaker.sites or {site_of(found.site)})
    if own and own != host and not (here and _alike(own, feed)):
        return own, "the page's site name"
    if here and not item.source:
        return feed, "the feed's title"
    return host or feed, "the page's address"


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
