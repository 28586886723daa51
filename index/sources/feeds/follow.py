"""The page behind an entry: fetched once, with robots.txt asked, and whether it is the entry's story."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from index.errors import BudgetError, RecordError
from index.fetch import Fetched, Fetcher, FetchError
from index.runtime.confined import Call, call_here
from index.sources import web_page
from index.sources.feeds.items import Item
from index.sources.feeds.walls import why_not_the_story
from index.text.addresses import address_key
from index.types.article import Authority

logger = logging.getLogger(__name__)

# Jump pages of aggregators name the real address in the page itself; some jump twice.
MAX_JUMPS = 2
# A page that jumps has hardly anything else in it.
MAX_JUMP_BYTES = 65_536
_REFRESH = re.compile(
    rb"<meta\b(?=[^>]{0,500}\bhttp-equiv\s*=\s*[\"']?refresh\b)[^>]{0,500}?\bcontent\s*=\s*"
    rb"(?:\"\s*\d{0,3}(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?'?([^\"'>]{1,4000})|'\s*\d{0,3}(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?\"?([^\"'>]{1,4000}))",
    re.IGNORECASE,
)
_NOT_PAGES = {"audio": "a sound file", "video": "a film", "image": "a picture"}
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Linked:
    """What an entry links to: the page where it is the entry's story, else why it is not used.

    `url` is the address of the story, and `authority` how much the page's words count about it. `feeds` are
    those that the page at `answered` announces. `later` tells that asking again may help, `exceeds` that
    reading the page needs more time or memory than any may.
    """

    page: web_page.Page | None
    url: str
    why: str | None = None
    later: bool = False
    authority: Authority = Authority.FETCHED
    answered: str = ""
    feeds: tuple[str, ...] = ()
    exceeds: bool = False


def follow(item: Item, fetcher: Fetcher, timezone: ZoneInfo, now: datetime, call: Call = call_here) -> Linked:
    """Return the page that an entry links to, if it is the entry's story; `call` reads what was sent."""
    try:
        asked, jumps = item.url, 0
        while True:
            sent = fetcher.get(asked, robots=True)
            found = call(_found, item, asked, sent, timezone, now, may_jump=jumps < MAX_JUMPS)
            if isinstance(found, Linked):
                return found
            asked, jumps = found, jumps + 1
    except FetchError as error:
        return Linked(None, item.url, str(error).rstrip("."), later=error.may_pass)
    except RecordError as error:
        return Linked(None, item.url, str(error))
    except BudgetError as error:
        return Linked(None, item.url, f"the page that it links to {error}", exceeds=True)


def _found(
    item: Item, asked: str, sent: Fetched, timezone: ZoneInfo, now: datetime, *, may_jump: bool
) -> Linked | str:
    """Return what an address that was `asked` for an entry has `sent`, or the address that it sends on to."""
    target = _jump(sent) if may_jump else None
    if target is not None:
        return target
    other = _not_a_page(sent)
    if other:
        return Linked(None, item.url, f"its link leads to {other}, which is not read")
    page = web_page.parse(sent.body, sent.url, sent.charset, timezone, now)
    why = why_not_the_story(item.title, item.text, page, asked, sent.url)
    url = page.url if _moved(item.url, asked, sent) else item.url
    feeds = tuple(link.url for link in page.feeds)
    authority = authority_of_page(url, sent.url)
    return Linked(None if why else page, url, why, authority=authority, answered=sent.url, feeds=feeds)


def authority_of_page(url: str, answered: str) -> Authority:
    """Return how much a page counts about an address on its own host, where another one answered.

    A page may call itself by another address of its host, at which nothing was fetched.
    """
    return Authority.FETCHED if address_key(url) == address_key(answered) else Authority.SITE


def announced_feeds(url: str, fetcher: Fetcher, call: Call) -> tuple[str, tuple[str, ...]]:
    """Return where the page at an address answers in the end, and the feeds that it announces.

    No feeds where it cannot be read: that a site says nothing is no fault of the feed that is read.
    """
    try:
        sent = fetcher.get(url, robots=True)
        return sent.url, call(web_page.feeds_on, sent.body, sent.url, sent.charset)
    except (FetchError, RecordError, BudgetError) as error:
        logger.debug("site not asked url=%s why=%s", url, error)
        return url, ()


def _jump(sent: Fetched) -> str | None:
    """Return where a page sends its reader on by itself; None where it does not."""
    if len(sent.body) > MAX_JUMP_BYTES:
        return None
    found = _REFRESH.search(sent.body)
    if not found:
        return None
    target = (found[1] or found[2]).decode("utf-8", "replace").strip().replace("&amp;", "&")
    try:
        url = urljoin(sent.url, target)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) and url != sent.url else None


def _not_a_page(sent: Fetched) -> str | None:
    """Return what a link leads to where that is no page for people."""
    if sent.body.startswith(_PDF) or sent.content_type == "application/pdf":
        return "a PDF file"
    return _NOT_PAGES.get(sent.content_type.partition("/")[0])


def _moved(url: str, asked: str, sent: Fetched) -> bool:
    """Tell whether the story lies at another address than the entry says."""
    return asked != url or sent.url != url
