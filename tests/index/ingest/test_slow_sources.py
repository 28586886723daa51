"""Links that send a byte a second take no thread from the sources that are quick."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index.clock import utc_now
from index.fetch import Fetcher, FetchOptions
from index.ingest import refresh as module
from index.ingest.quota import QuotaKeeper
from index.ingest.refresh import Refresh
from index.ingest.schedule import FORGET_SLOWNESS, Limits
from index.sources.address import Reading, read_address
from index.storage.articles import Store
from index.storage.database import Database, sqlite_url
from index.storage.editions import Editions, UsageStore
from index.storage.sources import SourceStore
from index.types.quota import Quotas
from index.types.report import IngestReport
from index.types.source import Source
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

THREADS, QUICK, DRIPPING, LINKS = 4, 2, 8, 10
# Each page takes this long, and each reading of many such pages this long.
PAGE_SECONDS, READING_SECONDS, SLOW_SECONDS = 0.3, 0.8, 0.7
INTERVAL_SECONDS, MEASURED_SECONDS = 0.1, 0.6


def dripping(site: NewsSite) -> Iterator[bytes]:
    while not site.stopping.wait(0.05):
        yield b"x"


def readings(site: NewsSite, folder: Path, feeds: int) -> int:
    """Return how often the quick sources are read beside so many feeds whose links drip."""
    folder.mkdir()
    database = Database.open(sqlite_url(folder / "news.db"))
    book = SourceStore(database)
    options = FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=PAGE_SECONDS)
    read = {"quick": 0}

    with Fetcher(options, resolve=lambda host, port: ["127.0.0.1"]) as fetcher:

        def reading(source: Source, anew: bool) -> Reading:
            with fetcher.reading(READING_SECONDS):
                found = read_address(source.url, fetcher, timezone=ZoneInfo("UTC"), now=utc_now())
            read["quick"] += "quick" in source.url
            return found

        now = utc_now()
        book.add([Source(site.url(f"/quick{n}"), now, state="ok", next_fetch=now) for n in range(QUICK)])
        urls = [site.url(f"/feed{number}") for number in range(feeds)]
        # They have been read once before.
        book.add([Source(url, now, state="ok", next_fetch=now, took=READING_SECONDS) for url in urls])
        limits = Limits(INTERVAL_SECONDS, INTERVAL_SECONDS)
        editions, known = Editions(database, utc_now), Store(database).known
        quota = QuotaKeeper(Quotas(), UsageStore(database), editions, known, utc_now)
        refresh = Refresh(book, reading, lambda *_: IngestReport(), limits, quota, threads=THREADS)
        refresh.start()
        time.sleep(MEASURED_SECONDS)
        assert all((source.took or 0) >= SLOW_SECONDS for source in book.all() if source.url in urls)
        site.stopping.set()
        refresh.stop()
        site.stopping.clear()
    database.close()
    return read["quick"]


def test_links_that_drip_take_no_turn_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside eight feeds with ten links each that send now and then, two others are read nearly as often.

    Each of the links is on a host of its own. In five seconds the others were read 57 times, alone 61 times;
    and not once where the slow ones had all threads.
    """
    monkeypatch.setattr(module, "SLOW_SECONDS", SLOW_SECONDS)
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)
    with NewsSite() as site:
        for number in range(QUICK):
            site.serve(f"/quick{number}", rss(title="Wire"), "application/rss+xml")
        for number in range(DRIPPING):
            links = [site.url(f"/drip{link}", f"host{number}-{link}.example") for link in range(LINKS)]
            site.serve(
                f"/feed{number}",
                rss(*(rss_item(url, "Headline", content="") for url in links)),
                "application/rss+xml",
            )
        for link in range(LINKS):
            site.stream(f"/drip{link}", lambda: dripping(site))
        alone = readings(site, tmp_path / "alone", 0)
        beside = readings(site, tmp_path / "beside", DRIPPING)
    assert beside > alone / 4, f"{beside} readings beside them, {alone} alone"


def test_a_source_that_is_slow_every_other_time_counts_as_slow() -> None:
    """After a reading of 120 s, at least five quick ones come before it counts as quick (20 s) again."""
    assert 120.0 * FORGET_SLOWNESS**5 > module.SLOW_SECONDS
