"""A file that somebody hands in: what it is is told by its content, and its name is never a path."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from index.errors import BudgetError, SourceError
from index.fetch import Fetched, Fetcher, FetchError
from index.fetch.body import gunzip
from index.runtime.confined import Call, call_here
from index.sources.address import MAX_UNPACKED, SMALLER, Reading, nothing_known, read_fetched
from index.sources.detect import kind_of
from index.sources.feeds.entries import Known
from index.sources.speaker import Speaker
from index.types.article import Article, Authority

MAX_NAME = 100
_NOT_IN_NAME = re.compile(r"[^\w.-]+")


def read_upload(
    body: bytes,
    name: str,
    fetcher: Fetcher,
    *,
    timezone: ZoneInfo,
    now: datetime,
    known: Known = nothing_known,
    call: Call = call_here,
) -> Reading:
    """Read a file called `name`: JSON lines, a story page, a feed or a list of feeds, gzipped or not.

    A story page that gives no address of its own is known by the name. The person who hands it in speaks for
    no site: its words are articles of their own beside those of the addresses that they name. Raises
    SourceError, with `name` in its sentence, where the file as a whole gives nothing.
    """
    address = upload_address(name)
    try:
        speaker = Speaker.of_upload(address)
        fetched = call(_unpacked, body, name, address)
        reading = read_fetched(fetched, fetcher, speaker, timezone=timezone, now=now, known=known, call=call)
    except BudgetError as error:
        raise SourceError(f"{name} {error}: {SMALLER}.") from error
    except SourceError as error:
        raise SourceError(str(error).replace(address, name)) from error
    problems = [replace(problem, where=problem.where.replace(address, name)) for problem in reading.problems]
    articles = [_uploaded(article, speaker) for article in reading.articles]
    return replace(reading, articles=articles, problems=problems)


def _uploaded(article: Article, speaker: Speaker) -> Article:
    """Return an article as that of the one who handed it in, unless its words come from the page itself."""
    if article.via == "page" and not article.url.startswith("file:"):
        return article
    if article.authority > Authority.FOREIGN:  # a page, which the file holds
        article = speaker.own_words(article)
    return replace(article, via="upload")


def _unpacked(body: bytes, name: str, address: str) -> Fetched:
    """Return a file as if it had been fetched, if it is of a kind that is read. Raises SourceError."""
    try:
        body = gunzip(body, MAX_UNPACKED, name)
    except FetchError as error:
        raise SourceError(
            f"{name} is damaged, or larger than 64 MiB once unpacked: send it in parts."
        ) from error
    fetched = Fetched(address, 200, body, "")
    try:
        kind_of(fetched)
    except SourceError:
        raise SourceError(
            f"{name} holds neither JSON lines, a story page, a feed nor an OPML list: send one of these."
        ) from None
    return fetched


def upload_address(name: str) -> str:
    """Return an address for what was handed in under a name; nothing in it leads anywhere."""
    confined = _NOT_IN_NAME.sub("-", name).strip("-.")[-MAX_NAME:]
    return f"file:///{quote(confined or 'file')}"
