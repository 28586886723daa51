"""Articles, their copies under other addresses, and their passages as search takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

# Characters of the longest text that is stored: a thick book. An answer reads whole articles.
MAX_TEXT_CHARS = 2_000_000
# Of its headline, which each of up to 1,000 passages is embedded with, and of all its highlights, authors or
# topics together, which are read with the article for every answer.
MAX_TITLE_CHARS, MAX_LISTED_CHARS = 2_000, 20_000
# How well a time of publishing is known.
Precision = Literal["minute", "day", "seen"]
# What the words of an article were read from.
Via = Literal["page", "feed", "file", "upload"]


class Authority(IntEnum):
    """How much the one who brings an article's words may say about its address; the larger is the stronger.

    `FOREIGN` are words of anybody else about the address, `SITE` those of a feed or list that speaks for the
    address's site, or of a file that the operator reads in, and `FETCHED` those of a page that was fetched at
    the address itself.
    """

    FOREIGN = 1
    SITE = 2
    FETCHED = 3


@dataclass(frozen=True, slots=True)
class Article:
    """One story as its source published it. `text` is canonical (see `index.text.normalize`); times are UTC.

    `published_precision` tells how well `published_at` is known: to the minute, as a "day" (then it is the
    first moment of that day), or not at all, when it is the moment of reading and the article was "seen"
    then. `via` tells what its words were read from, and `authority` how much they count about the address. An
    article whose authority is FOREIGN has an id of its own, never that of the address. `original` is the
    address of the story that its page says it repeats, and `entry` the id of the entry of a feed that it was
    read from (see `entry_id`): both are known only while it is read.
    """

    id: str
    url: str
    title: str
    text: str
    source: str
    published_at: datetime
    updated_at: datetime | None = None
    highlights: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    published_precision: Precision = "minute"
    original: str | None = field(default=None, compare=False)
    entry: str | None = field(default=None, compare=False)
    via: Via = field(default="file", compare=False)
    authority: Authority = field(default=Authority.SITE, compare=False)

    @property
    def published_noon(self) -> datetime:
        """The middle of the day of publishing in UTC: a moment with the same date nearly everywhere."""
        return self.published_at.replace(hour=12, minute=0, second=0, microsecond=0)


def is_on_day(moment: datetime, day: datetime) -> bool:
    """Tell whether a moment lies on the day that begins at `day` in UTC, wherever on earth it was written.

    Places are up to 14 hours from UTC, so their day begins and ends up to so much earlier or later.
    """
    return timedelta(hours=-14) <= moment - day < timedelta(hours=38)


class ArticleTimes(NamedTuple):
    """When an article was published, how well that is known, and when it was updated."""

    published_at: datetime
    published_precision: Precision
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What a search index is told about a passage. `vector` is float16 of shape (dimension,), length 1.

    `origins` are the numbers of the origins that its article was received from, and `language` is the tag of
    its article's language.
    """

    id: int
    title: str
    text: str
    source: str
    published_at: datetime
    vector: npt.NDArray[np.float16]
    origins: tuple[int, ...] = ()
    language: str | None = None


class Hit(NamedTuple):
    """A passage that a search found: cosine in [-1, 1] and BM25 (0 where no word is shared)."""

    passage_id: int
    dense: float
    lexical: float
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Copy:
    """The same story under another address, kept once for search and named beside the quote."""

    source: str
    url: str
    published_at: datetime
    published_precision: Precision = "minute"
