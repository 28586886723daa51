"""Sources that are read again and again, and what came of reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from index.types.article import Precision
from index.types.report import Failure, IngestReport

SourceState = Literal["new", "ok", "failing", "gone"]


@dataclass(frozen=True, slots=True)
class Source:
    """An address that is read again and again, and how that goes.

    `kind` is what was found there ("rss", "atom", "page", …), "unknown" before the first reading. `state` is
    "new" until it was read, "failing" since the last reading failed, "gone" when its server says that it is
    gone for good: then it is not read any more. `articles` were added or changed by it in all, `failures` are
    those in a row, `error` tells what went wrong and what to do. `pace` is the time between two of its
    articles in seconds. `etag` and `last_modified` are as its server gave them. `children` are the sitemaps
    that an index names and that were read, by address, with the times of their last change as the index gave
    them. `notice` tells what was wrong with single entries at the last reading. `speaks_for` are the sites
    for which the operator lets it speak beside its own. `took` is how many seconds its readings take.
    `origin` is the number under which its articles are received. `shared` tells whether all editions may
    have it.
    """

    url: str
    added_at: datetime
    title: str | None = None
    kind: str = "unknown"
    state: SourceState = "new"
    articles: int = 0
    newest: datetime | None = None
    last_fetch: datetime | None = None
    last_ok: datetime | None = None
    next_fetch: datetime | None = None
    failures: int = 0
    error: str | None = None
    pace: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    children: Mapping[str, str] | None = None
    notice: str | None = None
    speaks_for: tuple[str, ...] = ()
    took: float | None = None
    origin: int = 0
    shared: bool = True


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A part of a list of sources, and how long the whole list is.

    `total` counts the sources in it, `own` those of them that are not shared, `failing` those that could not
    be read the last time.
    """

    sources: Sequence[Source]
    total: int
    own: int
    failing: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the parts of one article were read: its time, its outlet and its text of `chars` characters.

    Each `…_from` ends the sentence "it comes from".
    """

    url: str
    title: str
    published_at: datetime
    published_precision: Precision
    time_from: str
    outlet: str
    outlet_from: str
    text_from: str
    chars: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found at an address: `items` in all, `articles` of them whole enough to be stored.

    `feeds` are the addresses of feeds that a page names: they are better sources than the page itself.
    `problems` tells why items were left out. `evidence` tells of the newest articles where their parts were
    read.
    """

    url: str
    kind: str
    title: str | None
    items: int
    articles: int
    newest: datetime | None
    full_text: bool
    feeds: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding a source. `source` is None where the page's feeds are offered instead, and where
    the address was a list of feeds: then `listed` of them are new sources, to be read as soon as possible.
    `taken_back` says that it is a shared source that the edition had left out: it was not read now.
    """

    trial: Trial
    source: Source | None
    ingested: IngestReport
    listed: int = 0
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a file that was handed in; of a list of feeds, `listed` are new sources."""

    ingested: IngestReport
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one reading: the source as it is now, and what was stored."""

    source: Source
    ingested: IngestReport
