"""Sources read over real HTTP when they are due: changed, unchanged, moved, gone, broken and slow ones.

What a page holds is told by a reader of JSON lines, so that only the refreshing is looked at here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from index.errors import BusyError, UsageError
from index.fetch import Fetched, Fetcher, FetchOptions
from index.ingest.quota import QuotaKeeper
from index.ingest.refresh import LEASE_SECONDS, Refresh
from index.ingest.schedule import Limits
from index.ingest.subscriptions import Subscriptions
from index.sources.address import Reading
from index.sources.feeds.items import FeedLink
from index.sources.jsonl import to_article
from index.storage.articles import Store
from index.storage.database import Database
from index.storage.editions import Editions, UsageStore
from index.storage.sources import SourceStore
from index.types.article import Article
from index.types.quota import Quotas
from index.types.report import Progress
from index.types.source import Refreshed, Source, SourceState
from tests.fakes import NOW, Clock, HashingEmbedder, article, record, until
from tests.ingests import ingest_into
from tests.servers.news_site import NewsSite

JSON = "application/jsonl"


def page(fetched: Fetched, articles: Sequence[Article] = (), **facts: Any) -> Reading:
    """A reading of `fetched`, as the readers of `index.sources` give it."""
    newest = max((found.published_at for found in articles), default=None)
    defaults: dict[str, Any] = {
        "kind": "jsonl",
        "title": "Wire",
        "problems": [],
        "full_text": True,
        "feeds": [],
    }
    return Reading(
        articles=list(articles), items=len(articles), newest=newest, fetched=fetched, **(defaults | facts)
    )


class Desk:
    """Everything that refreshing needs, on a real database and real sockets."""

    def __init__(self, tmp_path: Path, site: NewsSite, limits: Limits) -> None:
        self.site = site
        self.clock = Clock()
        self.database = Database.open(f"sqlite:///{tmp_path / 'news.db'}")
        self.store = Store(self.database)
        self.book = SourceStore(self.database)
        self.editions = Editions(self.database, self.clock)
        self.fetcher = Fetcher(FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=5.0))
        ingest = ingest_into(self.store, HashingEmbedder(), self.clock)
        self.storing = threading.Lock()
        self.quota = QuotaKeeper(
            Quotas(), UsageStore(self.database), self.editions, self.store.known, self.clock
        )
        self.refresh = Refresh(
            self.book,
            self.read,
            self.ingest,
            limits,
            self.quota,
            clock=self.clock,
            chance=lambda: 0.0,
            threads=4,
        )
        self._ingest = ingest
        self.subscriptions = Subscriptions(
            self.book, self.editions, self.refresh, self.read, self.ingest, self.quota, self.clock
        )

    def read(self, source: Source, anew: bool) -> Reading:
        known = {} if anew else {"etag": source.etag, "last_modified": source.last_modified}
        fetched = self.fetcher.get(source.url, **known)
        if fetched.body.startswith(b"<html>"):
            return page(fetched, feeds=(FeedLink("https://wire.example/feed"),), kind="page")
        lines = fetched.body.decode().splitlines()
        return page(fetched, tuple(to_article(json.loads(line), ZoneInfo("UTC")) for line in lines))

    def ingest(self, reading: object, origin: int, _: object = None) -> object:
        assert isinstance(reading, Reading)
        with self.storing:
            return self._ingest.store(reading, origin)

    def serve(self, path: str, *articles: Article, **headers: str) -> str:
        body = "".join(json.dumps(record(article)) + "\n" for article in articles)
        return self.site.serve(path, body, JSON, **headers)

    def add(self, url: str) -> Source:
        self.book.add([Source(url, NOW, next_fetch=NOW)])
        (leased,) = [source for source in self.refresh.lease_all() if source.url == url]
        return leased

    def one(self, url: str) -> Refreshed:
        source = self.refresh.lease(url)
        assert source is not None
        return self.refresh.one(source)

    def close(self) -> None:
        self.refresh.stop()
        self.fetcher.close()
        self.database.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with NewsSite() as site:
        desk = Desk(tmp_path, site, Limits(300, 86_400))
        yield desk
        desk.close()


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Desk]:
    """One whose limits are so short that the background threads look all the time."""
    with NewsSite() as site:
        desk = Desk(tmp_path, site, Limits(0.05, 0.1))
        yield desk
        desk.refresh.stop()
        desk.close()


def test_a_source_is_read_stored_and_planned(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), article("two"), etag='"1"')
    done = desk.refresh.one(desk.add(url))
    assert done.ingested.added == 2
    source = desk.book.get(url)
    assert source is not None
    assert (source.state, source.articles, source.title, source.etag) == ("ok", 2, "Wire", '"1"')
    assert source.next_fetch is not None
    assert source.next_fetch > NOW
    assert desk.store.count_articles() == 2


def test_an_unchanged_source_answers_304_and_keeps_what_is_known(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), etag='"1"')
    desk.refresh.one(desk.add(url))
    again = desk.one(url)
    assert desk.site.requests[-1].headers["If-None-Match"] == '"1"'
    assert (again.source.title, again.source.kind, again.source.articles) == ("Wire", "jsonl", 1)
    assert again.ingested.read == 0


def test_a_changed_story_is_updated(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), etag='"1"')
    desk.refresh.one(desk.add(url))
    desk.serve("/feed", article("one", text="The harbour was closed on Monday. Nobody was hurt."), etag='"2"')
    assert desk.one(url).ingested.updated == 1


def test_a_moved_source_is_asked_at_its_new_address(desk: Desk) -> None:
    new = desk.serve("/new", article("one"))
    old = desk.site.redirect("/old", "/new", 301)
    desk.refresh.one(desk.add(old))
    assert [source.url for source in desk.book.all()] == [new]


def test_a_temporary_redirect_is_not_remembered(desk: Desk) -> None:
    desk.serve("/new", article("one"))
    old = desk.site.redirect("/old", "/new", 302)
    desk.refresh.one(desk.add(old))
    assert [source.url for source in desk.book.all()] == [old]


def test_gone_stops_the_source_and_says_so(desk: Desk) -> None:
    url = desk.site.serve("/feed", "", status=410)
    desk.refresh.one(desk.add(url))
    source = desk.book.get(url)
    assert source is not None
    assert (source.state, source.next_fetch) == ("gone", None)
    assert "410" in (source.error or "")
    desk.clock.advance(days=30)
    assert desk.refresh.lease_all() == []


def test_a_failing_source_is_asked_later_and_later_and_recovers(desk: Desk) -> None:
    url = desk.site.serve("/feed", "", status=503)
    source = desk.refresh.one(desk.add(url)).source
    waits = []
    for _ in range(3):
        assert source.next_fetch is not None
        waits.append((source.next_fetch - desk.clock.now).total_seconds())
        desk.clock.now = source.next_fetch
        source = desk.one(url).source
    assert waits == [300, 600, 1200]
    desk.serve("/feed", article("one"))
    assert desk.one(url).source.state == "ok"


def test_retry_after_is_respected(desk: Desk) -> None:
    url = desk.site.serve("/feed", "", status=429, retry_after="7200")
    source = desk.refresh.one(desk.add(url)).source
    assert source.next_fetch == NOW + timedelta(hours=2)


def test_what_breaks_a_reader_is_a_sentence_in_the_state(desk: Desk) -> None:
    url = desk.site.serve("/feed", b"\xff\xfe", JSON)
    source = desk.refresh.one(desk.add(url)).source
    assert source.state == "failing"
    assert "could not be read (UnicodeDecodeError)" in (source.error or "")


def test_one_slow_and_one_broken_source_delay_no_other(quick: Desk) -> None:
    quick.clock = Clock()
    let_go = threading.Event()

    def endless() -> Iterator[bytes]:
        while not let_go.wait(0.05) and not quick.site.stopping.is_set():
            yield b" "

    urls = [quick.serve(f"/{number}", article(f"story{number}")) for number in range(20)]
    urls.append(quick.site.stream("/slow", endless))
    urls.append(quick.site.serve("/broken", "", status=500))
    quick.book.add([Source(url, NOW, next_fetch=NOW) for url in reversed(urls)])
    quick.refresh.start()
    until(lambda: quick.store.count_articles() == 20)
    until(lambda: any(source.state == "failing" for source in quick.book.all()))
    slow = quick.book.get(quick.site.url("/slow"))
    assert slow is not None
    assert slow.state == "new"  # it is still being read
    let_go.set()


def test_sources_that_hang_and_long_lists_delay_none_that_could_be_read(desk: Desk) -> None:
    let_go = threading.Event()

    def read(source: Source, anew: bool) -> Reading:
        if source.state != "ok":
            let_go.wait()
        return desk.read(source, anew)

    earlier = NOW - timedelta(hours=1)
    states: tuple[SourceState, ...] = ("new", "failing")
    waiting = [
        Source(desk.site.url(f"/{state}/{number}"), earlier, state=state, next_fetch=earlier)
        for state in states
        for number in range(20)
    ]
    desk.book.add(waiting)
    desk.book.add([Source(desk.serve("/feed", article("one")), NOW, state="ok", next_fetch=NOW)])
    refresh = Refresh(desk.book, read, desk.ingest, Limits(0.05, 0.1), desk.quota, clock=desk.clock)
    refresh.start()
    try:
        until(lambda: desk.store.count_articles() == 1)
    finally:
        let_go.set()
        refresh.stop()


def test_new_articles_come_in_by_themselves(quick: Desk) -> None:
    url = quick.serve("/feed", article("one"), etag='"1"')
    quick.book.add([Source(url, NOW, next_fetch=NOW)])
    quick.refresh.start()
    until(lambda: quick.book.all()[0].state == "ok")
    quick.serve("/feed", article("two"), article("one"), etag='"2"')
    quick.clock.advance(seconds=1)
    until(lambda: quick.store.count_articles() == 2)


def test_the_loop_outlives_a_database_that_is_away(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    url = quick.serve("/feed", article("one"))
    quick.book.add([Source(url, NOW, next_fetch=NOW)])
    lease, failed = quick.book.lease, threading.Event()

    def fail_once(*arguments: object) -> list[Source]:
        if not failed.is_set():
            failed.set()
            raise OSError("disk full")
        return lease(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(quick.book, "lease", fail_once)
    quick.refresh.start()
    until(lambda: quick.store.count_articles() == 1)
    assert failed.is_set()


# -- as a person looks after them ------------------------------------------------------------------------


def test_trying_stores_nothing_and_adding_stores_at_once(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), article("two"))
    trial = desk.subscriptions.test(url)
    assert (trial.title, trial.items, trial.newest) == ("Wire", 2, NOW - timedelta(days=1))
    assert desk.store.count_articles() == 0
    assert desk.subscriptions.all() == []
    added = desk.subscriptions.add(url)
    assert added.ingested.added == 2
    assert desk.subscriptions.all() == [added.source]
    with pytest.raises(UsageError, match="is a source already"):
        desk.subscriptions.add(url)


def test_a_page_with_feeds_offers_them(desk: Desk) -> None:
    added = desk.subscriptions.add(desk.site.serve("/", "<html>"))
    assert added.source is None
    assert added.trial.feeds == ("https://wire.example/feed",)
    assert desk.subscriptions.all() == []


@pytest.mark.parametrize(
    "address", ["", "ftp://wire.example", "file:///etc/passwd", "http://", "a b.example"]
)
def test_what_is_no_web_address_is_refused(desk: Desk, address: str) -> None:
    with pytest.raises(UsageError, match="is no web address"):
        desk.subscriptions.add(address)


def test_sources_are_found_by_address_and_title(desk: Desk) -> None:
    desk.book.add([Source("https://wire.example/feed", NOW, title="The Wire")])
    assert desk.subscriptions.find("the wire").url == "https://wire.example/feed"
    assert desk.subscriptions.find("wire.example/feed").title == "The Wire"
    with pytest.raises(UsageError, match=r"perhaps https://wire\.example/feed is meant"):
        desk.subscriptions.remove("The Wier")
    assert desk.subscriptions.remove("The Wire").url == "https://wire.example/feed"
    with pytest.raises(UsageError, match="the list of sources shows"):
        desk.subscriptions.find("The Wire")


def test_a_list_goes_out_and_comes_in_again(desk: Desk) -> None:
    feeds = [Source("https://a.example/?x=1&y=2", NOW, title="A <&> B"), Source("https://b.example/", NOW)]
    desk.book.add(feeds)
    exported = desk.subscriptions.export_opml().encode()
    for feed in feeds:
        desk.book.remove(feed.url)
    assert desk.subscriptions.import_opml(exported, "mine.opml") == 2
    assert desk.subscriptions.import_opml(exported, "mine.opml") == 0
    assert {source.url: source.title for source in desk.book.all()} == {
        "https://a.example/?x=1&y=2": "A <&> B",
        "https://b.example/": "https://b.example/",
    }


def test_all_that_is_due_is_read_with_progress(desk: Desk) -> None:
    urls = [desk.serve(f"/{number}", article(f"story{number}")) for number in range(5)]
    desk.book.add([Source(url, NOW, next_fetch=NOW) for url in urls])
    seen: list[Progress] = []
    done = desk.subscriptions.refresh_due(seen.append)
    assert len(done) == 5
    assert desk.store.count_articles() == 5
    assert seen[-1] == Progress("sources", 5, 5)
    assert desk.subscriptions.refresh_due() == []


def test_a_source_is_read_anew_on_demand_unless_another_reads_it(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), etag='"1"')
    desk.subscriptions.add(url)
    assert desk.subscriptions.refresh(url).ingested.unchanged == 1
    assert "If-None-Match" not in desk.site.requests[-1].headers
    desk.book.lease_one(url, "somebody else", NOW, 60)
    with pytest.raises(BusyError, match="is being read already"):
        desk.subscriptions.refresh(url)


def test_whoever_stops_watching_leaves_the_rest_to_others(desk: Desk) -> None:
    class Enough(BaseException):
        pass

    def watch(progress: Progress) -> None:
        raise Enough

    url = desk.serve("/feed", article("one"))
    desk.book.add([Source(url, NOW, next_fetch=NOW)])
    with pytest.raises(Enough):
        desk.subscriptions.refresh_due(watch)
    assert len(desk.refresh.lease_all()) <= 1


def test_validators_are_kept_apart_from_the_addresses(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"), last_modified="Tue, 10 Jun 2025 12:00:00 GMT")
    source = desk.refresh.one(desk.add(url)).source
    assert replace(source, last_modified=None) != source
    assert desk.one(url).ingested.read == 0  # 304


# -- clocks that are set -----------------------------------------------------------------------------------


def test_a_clock_that_goes_back_400_days_costs_no_reading(desk: Desk) -> None:
    """Nothing was read for 400 days. Now what was planned for then is due at once."""
    read = desk.serve("/read", article("one"))
    desk.refresh.one(desk.add(read))
    failing = desk.site.serve("/failing", "", status=503)
    desk.refresh.one(desk.add(failing))
    desk.book.add([Source(desk.site.url("/new"), NOW, next_fetch=NOW)])
    desk.book.lease_one(read, "a process that was killed", NOW, LEASE_SECONDS)
    desk.clock.advance(days=-400)
    assert {source.url for source in desk.refresh.lease_all()} == {read, failing, desk.site.url("/new")}
    desk.refresh.release()
    for url in (read, failing):
        next_fetch = desk.one(url).source.next_fetch
        assert next_fetch is not None
        assert desk.clock.now < next_fetch <= desk.clock.now + timedelta(days=1)


def test_a_clock_that_goes_ahead_and_comes_back_costs_no_reading(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"))
    desk.refresh.one(desk.add(url))
    desk.clock.advance(days=400)
    assert [source.url for source in desk.refresh.lease_all()] == [url]
    desk.refresh.release()
    assert desk.one(url).source.next_fetch > desk.clock.now  # type: ignore[operator]
    desk.clock.advance(days=-400)
    assert [source.url for source in desk.refresh.lease_all()] == [url]


def test_a_source_put_off_by_a_quota_while_the_clock_was_ahead_is_read_when_it_is_back(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"))
    desk.book.add([Source(url, NOW, next_fetch=NOW)], "7")
    none = QuotaKeeper(
        Quotas(articles=0), UsageStore(desk.database), desk.editions, desk.store.known, desk.clock
    )
    refresh = Refresh(desk.book, desk.read, desk.ingest, Limits(300, 86_400), none, clock=desk.clock)
    desk.clock.advance(days=400)
    (source,) = refresh.lease_all()
    put_off = refresh.one(source).source.next_fetch
    assert put_off is not None
    assert put_off > desk.clock.now
    desk.clock.advance(days=-400)
    assert [source.url for source in refresh.lease_all()] == [url]
    refresh.release()
    refresh.stop()


def test_a_process_that_starts_after_the_clock_was_set_back_reads_at_once(desk: Desk) -> None:
    url = desk.serve("/feed", article("one"))
    desk.refresh.one(desk.add(url))
    desk.clock.advance(days=-400)
    other = Refresh(desk.book, desk.read, desk.ingest, Limits(300, 86_400), desk.quota, clock=desk.clock)
    assert [source.url for source in other.lease_all()] == [url]
    other.release()
    other.stop()


def test_a_source_that_asked_for_a_long_pause_gets_it(desk: Desk) -> None:
    url = desk.site.serve("/feed", "", status=429, retry_after="400000")
    desk.refresh.one(desk.add(url))
    desk.clock.advance(seconds=-30)  # as clocks are corrected now and then
    assert desk.refresh.lease_all() == []
