"""What feeds, sitemaps and lists of feeds are made of, before it is known which articles come out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page or a list names: its address and, where given, its title."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `text` is canonical, its paragraphs apart by an empty line; "" where the entry has none.

    `published` and `updated` are times as they are written there, not yet read; "" where none is.
    """

    url: str
    title: str
    text: str = ""
    published: str = ""
    updated: str = ""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or sitemap. `children` are further sitemaps that it names."""

    kind: str
    title: str | None
    items: tuple[Item, ...]
    children: tuple[str, ...] = ()
