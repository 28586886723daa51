"""What a person names, read as records: files, files of folders, addresses, and the feeds of a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from index.errors import SourceError
from index.fetch import Fetched, Fetcher, FetchOptions
from index.runtime.confined import confined
from index.sources.address import (
    Reading,
    Speaks,
    for_nobody,
    nothing_known,
    read_address,
    read_fetched,
)
from index.sources.feeds.entries import Known
from index.sources.feeds.revisits import Revisits
from index.sources.files import FEED_SUFFIXES, Record, open_source
from index.sources.speaker import NoteAnnounced, Speaker, note_nothing
from index.sources.upload import read_upload
from index.types.report import Failure
from index.types.source import Source

# Feeds named when a page has no article of its own.
SHOWN_FEEDS = 3
# What a source that was one of these is not read as: a web page, such as a notice of maintenance.
FEED_KINDS = ("rss", "atom", "json", "sitemap", "opml")
# How long one reading of a source may take, with all the pages that it links to, so that links that are slow
# on purpose do not keep a thread from other sources. What is left is read the next time. What is read only
# once has no next time, and a thread that nobody else waits for.
READING_SECONDS, ONCE_SECONDS = 120.0, 600.0


class OpenTo(Protocol):
    """Says which of some ids may come in with an origin that only names their addresses."""

    def __call__(self, ids: list[str], origin: int) -> set[str]: ...


class Reader:
    """Reads sources; `known`, `speaks_for`, `note` and `revisits` are as in `read_address`.

    `open_to` says which of some ids are stored and open to all who see the origin of a number: others do not
    come in with a feed that only names their addresses. Documents are read in the processes of
    `index.runtime.confined`, which end with the last open reader. For many threads.
    """

    def __init__(
        self,
        timezone: ZoneInfo,
        clock: Callable[[], datetime],
        known: Known,
        *,
        speaks_for: Speaks = for_nobody,
        note: NoteAnnounced = note_nothing,
        open_to: OpenTo | None = None,
        revisits: Revisits | None = None,
        private: bool = False,
    ) -> None:
        self._timezone = timezone
        self._clock = clock
        self._known = known
        self._speaks_for = speaks_for
        self._note = note
        self._open_to = open_to
        self._revisits = revisits or Revisits()
        self._options = FetchOptions(allow_private=private)
        self._lock = threading.Lock()
        self._opened: Fetcher | None = None
        self._is_open = True
        confined.open()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        if self._is_open:
            self._is_open = False
            confined.close()

    def records(self, source: Path | str) -> Iterator[Record]:
        """Yield what a file (a path) or an address (a text) holds; a list of feeds is read feed by feed.

        Raises SourceError when it gives nothing as a whole.
        """
        if isinstance(source, Path) and not source.name.lower().endswith(FEED_SUFFIXES):
            yield from open_source(source, self._timezone, confined.call)
            return
        reading = self._file(source) if isinstance(source, Path) else self._address(source)
        yield from _records(reading, str(source))
        if reading.kind == "opml":
            for link in reading.feeds:
                yield from self._one_of_many(link.url)

    def read(self, source: Source, anew: bool) -> Reading:
        """Read a source that is read again and again; `anew` as if nothing of it were known.

        Raises SourceError as `read_address` does.
        """
        met = _Met(nothing_known if anew else self._known)
        named = None
        if self._open_to and not anew:
            named = _Met(partial(self._open_to, origin=source.origin), met.ids)
        fetcher = self._fetcher()
        with fetcher.reading(READING_SECONDS):
            reading = read_address(
                source.url,
                fetcher,
                timezone=self._timezone,
                now=self._clock(),
                known=met,
                named=named,
                etag=None if anew else source.etag,
                last_modified=None if anew else source.last_modified,
                children=None if anew else source.children,
                speaks_for=lambda addresses: {*self._speaks_for(addresses), *source.speaks_for},
                note=self._note,
                revisits=self._revisits,
                call=confined.call,
            )
        if reading.kind == "page" and source.kind in FEED_KINDS:
            raise SourceError(f"{source.url} was a feed and is a web page now: it is tried again later.")
        return replace(reading, met=frozenset(met.ids))

    def upload(self, body: bytes, name: str) -> Reading:
        """Read a file that somebody handed in (see `index.sources.upload`). Raises SourceError.

        Everything in it is read, also what is stored: that may be stored for other editions only.
        """
        fetcher = self._fetcher()
        with fetcher.reading(ONCE_SECONDS):
            return read_upload(
                body, name, fetcher, timezone=self._timezone, now=self._clock(), call=confined.call
            )

    def _one_of_many(self, url: str) -> Iterator[Record]:
        try:
            yield from _records(self._address(url), url)
        except SourceError as error:
            yield Record(Failure(url, str(error)), 0)

    def _address(self, url: str) -> Reading:
        fetcher = self._fetcher()
        with fetcher.reading(ONCE_SECONDS):
            return read_address(
                url,
                fetcher,
                timezone=self._timezone,
                now=self._clock(),
                known=self._known,
                speaks_for=self._speaks_for,
                note=self._note,
                revisits=self._revisits,
                call=confined.call,
            )

    def _file(self, path: Path) -> Reading:
        fetcher = self._fetcher()
        try:
            with path.open("rb") as file:
                body = file.read(self._options.max_bytes + 1)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
        if len(body) > self._options.max_bytes:
            raise SourceError(f"{path} is larger than 32 MiB, which no feed or page is: split it.")
        fetched = Fetched(path.resolve().as_uri(), 200, body, "")
        return read_fetched(
            fetched,
            fetcher,
            Speaker.of_file(fetched.url),
            timezone=self._timezone,
            now=self._clock(),
            known=self._known,
            call=confined.call,
        )

    def _fetcher(self) -> Fetcher:
        with self._lock:
            if self._opened is None:
                self._opened = Fetcher(self._options, now=self._clock)
            return self._opened


class _Met:
    """Tells which ids are known, and remembers those that were, in `ids`."""

    def __init__(self, known: Known, ids: set[str] | None = None) -> None:
        self._known = known
        self.ids = set[str]() if ids is None else ids

    def __call__(self, ids: list[str]) -> set[str]:
        known = self._known(ids)
        self.ids |= known
        return known


def _records(reading: Reading, where: str) -> Iterator[Record]:
    """Yield the articles and problems of a reading; feeds that a page names are offered beside them."""
    size = len(reading.fetched.body)
    offer = _offer(reading, where) if reading.kind == "page" and reading.feeds else None
    for problem in reading.problems:
        yield Record(problem, size)
    for article in reading.articles:
        yield Record(article, size, offer)
    if offer and not reading.articles:
        yield Record(offer, size)


def _offer(reading: Reading, where: str) -> Failure:
    feeds = ", ".join(link.url for link in reading.feeds[:SHOWN_FEEDS])
    many = "a feed" if len(reading.feeds) == 1 else "feeds"
    return Failure(where, f"the page names {many}, give that to read all its news: {feeds}")
