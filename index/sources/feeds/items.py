"""What feeds, sitemaps and lists of feeds are made of, before it is known which articles come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from index.types.report import Failure


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page or a list names: its address and, where given, its title."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed or sitemap.

    `text` is canonical, its paragraphs apart by an empty line; "" where the entry has none. `cut` tells that
    it ends before the story does. `published` and `updated` are times as they are written there, not yet
    read; "" where none is. `guid` is the id that the feed gives the entry. `source` is the outlet that the
    entry says it is from, where that is another one than the feed. `is_story` tells that the source says so
    itself, as a feed or a news sitemap does.
    """

    url: str
    title: str
    text: str = ""
    published: str = ""
    updated: str = ""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    guid: str | None = None
    source: str | None = None
    cut: bool = False
    is_story: bool = True


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index names, and when that says it was changed last ("" where it does not say)."""

    url: str
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or sitemap.

    `site` is the address of the site that it speaks for. `items` are its newest ones, `found` counts all.
    `problems` tells of the entries that were left out. `children` are further sitemaps that it names, those
    to read first at the front.
    """

    kind: str
    title: str | None
    items: tuple[Item, ...]
    site: str = ""
    children: tuple[Child, ...] = ()
    problems: tuple[Failure, ...] = ()
    found: int = 0


def rough_stamp(written: str) -> float | None:
    """Return the seconds since 1970 of a time in one of the two usual forms of feeds; None for others.

    Good and quick enough to tell the newest of thousands of entries; what is stored is read with more care.
    """
    text = written.strip()[:60]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text).timestamp()
        except (ValueError, TypeError, OverflowError):
            continue
    return None
