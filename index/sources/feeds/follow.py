"""The page behind an entry: fetched once, with robots.txt asked, and whether it is the entry's story."""

from __future__ import annotations

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

    `url` is the address of the story. `later` tells that asking again may help, `exceeds` that reading the
    page needs more time or memory than any may.
    """

    page: web_page.Page | None
    url: str
    why: str | None = None
    later: bool = False
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
    return Linked(None if why else page, page.url if _moved(item.url, asked, sent) else item.url, why)


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
