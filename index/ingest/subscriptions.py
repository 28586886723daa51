"""What a person can do with the sources that are read regularly: add, test, remove, list, import, export.

`edition` says whose sources are meant (see `index.types.edition`): a guild's are the shared ones that it
keeps and its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from index.errors import BusyError, UsageError
from index.ingest.quota import QuotaKeeper
from index.ingest.refresh import THREADS, Ingest, Read, Refresh
from index.runtime.confined import confined
from index.sources.address import Reading
from index.sources.feeds.items import FeedLink
from index.sources.opml import read_opml, write_opml
from index.storage.editions import Editions
from index.storage.sources import SourceStore
from index.text.addresses import site_of
from index.text.masking import masked
from index.types.edition import SHARED
from index.types.report import IngestReport, OnProgress, Progress, ignore_progress
from index.types.source import Added, Evidence, Refreshed, Source, SourcePage, Trial

# Articles of a trial whose parts are shown with where they were read.
SHOWN = 5
# Sources of one edition that are read at the same time when a person asks for all of them.
AT_ONCE = 4
# Sources that are added in one transaction, so that others need not wait long to write.
ADDED_AT_ONCE = 500


class Subscriptions:
    """The list of sources, and their regular reading. Every method may be called from many threads."""

    def __init__(
        self,
        book: SourceStore,
        editions: Editions,
        refresh: Refresh,
        read: Read,
        ingest: Ingest,
        quota: QuotaKeeper,
        clock: Callable[[], datetime],
    ) -> None:
        self._book = book
        self._editions = editions
        self._refresh = refresh
        self._quota = quota
        self._read = read
        self._ingest = ingest
        self._clock = clock

    def all(self, edition: str | None = None) -> list[Source]:
        """Return an edition's sources in the order in which they were added; None: those of all editions."""
        return self._book.all(edition)

    def page(self, edition: str, first: int, count: int) -> SourcePage:
        """Return a part of an edition's sources (see `SourceStore.page`)."""
        return self._book.page(edition, first, count)

    def named_like(self, edition: str, part: str, limit: int) -> list[Source]:
        """Return some sources of an edition by a part of their names (see `SourceStore.named_like`)."""
        return self._book.named_like(edition, part, limit)

    def test(self, address: str, edition: str = SHARED) -> Trial:
        """Read an address and return what is found there; store nothing.

        The reading counts for the edition's quota. Raises SourceError, UsageError, QuotaError.
        """
        source = Source(_web_address(address), self._clock())
        self._quota.require(edition)
        reading = self._read(source, True)
        self._quota.count(edition, reading)
        return _trial(source.url, reading)

    def add(self, address: str, edition: str = SHARED, speaks_for: Sequence[str] = ()) -> Added:
        """Read an address, store its articles, and read it regularly for an edition from now on.

        A page that names feeds is not added; the result offers the feeds instead. For a list of feeds (OPML)
        its feeds are added, to be read as soon as possible. What it says about articles of the sites that it
        `speaks_for` counts as theirs, which only the operator may decide: a source that is there already is
        read anew then. Raises SourceError, UsageError,
        QuotaError.
        """
        sites = tuple(dict.fromkeys(_site(name) for name in speaks_for))
        source = Source(_web_address(address), self._clock(), speaks_for=sites)
        if self._book.get(source.url, edition) and not sites:
            raise UsageError(f"{source.url} is a source already: there is nothing to do.")
        if edition != SHARED and (taken_back := self._take_back(source, edition)) is not None:
            return taken_back
        self._book.require_room([source.url], edition, self._quota.sources(edition))
        self._quota.require(edition)
        reading = self._read(source, True)
        trial = _trial(source.url, reading)
        if reading.kind == "opml" or (trial.feeds and reading.kind == "page"):
            self._quota.count(edition, reading)
        if reading.kind == "opml":
            return Added(trial, None, IngestReport(), self.add_feeds(reading.feeds, edition))
        if trial.feeds and reading.kind == "page":
            return Added(trial, None, IngestReport())
        source = replace(source, url=reading.fetched.moved_to or source.url)
        origin = self._editions.add(source.url, edition)
        reading = self._quota.admit(reading, origin, edition or None)
        report = self._ingest(reading, origin, ignore_progress)
        planned = self._refresh.planned(source, reading, report)
        self._book.add([planned], edition, self._quota.sources(edition))
        if sites:
            self._book.let_speak(source.url, sites)
        return Added(trial, self._book.get(source.url, edition), report)

    def _take_back(self, source: Source, edition: str) -> Added | None:
        """Give a shared source that an edition has dropped back to it, without reading it anew."""
        shared = self._book.get(source.url, SHARED)
        if shared is None:
            return None
        self._book.add([shared], edition)
        trial = Trial(shared.url, shared.kind, shared.title, 0, 0, shared.newest, False)
        return Added(trial, self._book.get(shared.url, edition), IngestReport(), taken_back=True)

    def remove(self, name: str, edition: str = SHARED) -> Source:
        """Stop reading a source for an edition, named by address or title. Raises UsageError.

        The articles of a shared source stay. A guild no longer sees those of a source of its own, nor those
        of a shared one, which it drops so; `add` gives a dropped one back.
        """
        source = self.find(name, edition)
        self._book.remove(source.url, edition)
        return source

    def find(self, name: str, edition: str | None = None) -> Source:
        """Return the source with this title or address. The address may be masked (`index.text.masking`).

        Raises UsageError, with the most similar name, where there is none, and where several addresses are
        masked alike.
        """
        sources = self._book.all(edition)
        wanted = name.strip().casefold()
        by_name = {
            title.casefold(): source for source in sources for title in (source.title, source.url) if title
        }
        found = by_name.get(wanted) or by_name.get(f"https://{wanted}")
        if found:
            return found
        alike = [source for source in sources if masked(source.url).casefold() == wanted]
        if len(alike) > 1:
            raise UsageError(
                f"{len(alike)} sources are shown as {name.strip()}: give its title, or all of its address."
            )
        if alike:
            return alike[0]
        close = difflib.get_close_matches(wanted, list(by_name), n=1, cutoff=0.5)
        hint = (
            f"perhaps {by_name[close[0]].url} is meant"
            if close
            else "the list of sources shows what there is"
        )
        raise UsageError(f"There is no source {name!r}: {hint}.")

    def import_opml(self, body: bytes, where: str, edition: str = SHARED) -> int:
        """Add the feeds of an OPML list, to be read as soon as possible; return how many are new.

        `where` names the list in error messages. Raises SourceError when `body` is no such list, QuotaError.
        """
        return self.add_feeds(read_opml(body, where, confined.call), edition)

    def add_feeds(self, feeds: Sequence[FeedLink], edition: str = SHARED) -> int:
        """Add feeds, to be read as soon as possible; return how many are new. Raises QuotaError."""
        self._quota.require_list(edition, len(feeds))
        now, most = self._clock(), self._quota.sources(edition)
        sources = [Source(feed.url, now, title=feed.title, next_fetch=now) for feed in feeds]
        if most is not None:
            return self._book.add(sources, edition, most)
        chunks = [sources[i : i + ADDED_AT_ONCE] for i in range(0, len(sources), ADDED_AT_ONCE)]
        return sum(self._book.add(chunk, edition) for chunk in chunks)

    def export_opml(self, edition: str | None = None) -> str:
        """Return an edition's sources as an OPML list, which feed readers can import."""
        return write_opml(self._book.all(edition))

    def refresh(
        self, name: str, on_progress: OnProgress = ignore_progress, edition: str | None = None
    ) -> Refreshed:
        """Read one source now, as if nothing of it were stored. Raises UsageError, BusyError.

        Where it is no shared one, an edition pays for that alone.

        `on_progress` can stop it by raising a BaseException that is no Exception; stored articles stay.
        """
        source = self._refresh.lease(self.find(name, edition).url)
        if source is None:
            raise BusyError(f"{name} is being read already: try again in a minute.")
        return self._refresh.one(source, anew=True, payer=edition or None, on_progress=on_progress)

    def refresh_own(self, edition: str, on_progress: OnProgress = ignore_progress) -> list[Refreshed]:
        """Read an edition's own sources now, due or not, but not those that are being read already.

        Return the result of each. `on_progress` can stop it as in `refresh`.
        """
        own = [source for source in self._book.all(edition) if not source.shared and source.state != "gone"]
        on_progress(Progress("sources", 0, len(own)))
        return self._refresh_all(
            [partial(self._lease_and_read, source, edition) for source in own], AT_ONCE, on_progress
        )

    def _lease_and_read(self, source: Source, edition: str) -> Refreshed | None:
        leased = self._refresh.lease(source.url)
        return None if leased is None else self._refresh.one(leased, payer=edition)

    def refresh_due(self, on_progress: OnProgress = ignore_progress) -> list[Refreshed]:
        """Read every source that is due, several at once; return the result of each."""
        due = self._refresh.lease_all()
        if not due:
            return []
        on_progress(Progress("sources", 0, len(due)))
        try:
            return self._refresh_all(
                [partial(self._refresh.one, source) for source in due], THREADS, on_progress
            )
        except BaseException:  # as from `on_progress`: sources whose reading has not begun are free again
            self._refresh.release()
            raise

    def _refresh_all(
        self, readings: Sequence[Callable[[], Refreshed | None]], threads: int, on_progress: OnProgress
    ) -> list[Refreshed]:
        """Do readings in threads; return what they give, without None."""
        done: list[Refreshed | None] = []
        with ThreadPoolExecutor(threads, thread_name_prefix="refresh-due") as pool:
            try:
                for future in as_completed([pool.submit(reading) for reading in readings]):
                    done.append(future.result())
                    on_progress(Progress("sources", len(done), len(readings)))
            except BaseException:  # as from `on_progress`: readings that have not begun are dropped
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [refreshed for refreshed in done if refreshed]

    def start(self) -> None:
        """Read the sources regularly in the background, until `stop`."""
        self._refresh.start()

    def stop(self, seconds: float) -> None:
        """Start no new reading, and wait at most `seconds` for those that run."""
        self._refresh.stop(seconds)


def _web_address(address: str) -> str:
    """Return a web address; "https://" is added where the scheme is missing. Raises UsageError."""
    text = address.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname)
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https") or any(char.isspace() for char in text):
        raise UsageError(f"{address!r} is no web address: give one such as https://example.org/feed.xml.")
    return text


def _site(name: str) -> str:
    """Return the site of an address or a host that a person gives. Raises UsageError."""
    site = site_of(name.strip())
    if not site or any(char.isspace() for char in site):
        raise UsageError(f"{name!r} is no site: give one such as example.org.")
    return site


def _trial(url: str, reading: Reading) -> Trial:
    return Trial(
        url=url,
        kind=reading.kind,
        title=reading.title,
        items=reading.items,
        articles=len(reading.articles),
        newest=reading.newest,
        full_text=reading.full_text,
        feeds=tuple(link.url for link in reading.feeds),
        problems=tuple(reading.problems),
        evidence=tuple(sorted(reading.evidence, key=_newest_first)[:SHOWN]),
    )


def _newest_first(evidence: Evidence) -> tuple[bool, float]:
    """Return a sort key that puts the newest article first, and those without a time last."""
    return evidence.published_precision == "seen", -evidence.published_at.timestamp()
