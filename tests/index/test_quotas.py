"""Quotas of guilds, what is forgotten with a guild, and the trail that all share; the real library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from index import OPERATOR, SHARED, NewsIndex, QuotaError, Quotas
from index.storage.sources import forget_edition
from tests.fakes import Clock, article, open_news, record, stored
from tests.servers.news_site import NewsSite

ONE, TWO = "1001", "2002"
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


def lines(*names: str) -> bytes:
    return "".join(json.dumps(record(article(name))) + "\n" for name in names).encode()


def feed(site: NewsSite, path: str, *names: str) -> str:
    return site.serve(path, lines(*names), "application/jsonl", etag='"one"')


def titles(news: NewsIndex, edition: str) -> set[str]:
    listed = news.latest(edition=edition, limit=100)
    return {headline.article.title.removeprefix("Headline about ") for headline in listed}


def test_articles_above_the_quota_come_in_on_the_next_day(tmp_path: Path, site: NewsSite) -> None:
    """Of five articles a day's quota of two lets two in; none is lost, although the feed has an ETag."""
    clock = Clock()
    with open_news(tmp_path, clock=clock, fetch_private=True, quotas=Quotas(articles=2)) as news:
        url = feed(site, "/feed", "a", "b", "c", "d", "e")
        added = news.subscriptions.add(url, ONE)
        assert added.ingested.added == 2
        assert "2 articles a day" in added.ingested.failed[0].why
        (again,) = news.subscriptions.refresh_own(ONE)
        assert site.paths() == ["/feed"]  # it is not even asked before tomorrow
        assert again.source.state == "ok"
        assert "2 articles a day" in str(again.source.notice)
        assert again.source.next_fetch == clock().replace(hour=0) + DAY
        for stored_so_far in (4, 5):
            clock.advance(days=1)
            news.subscriptions.refresh_due()
            assert len(titles(news, ONE)) == stored_so_far
        assert titles(news, ONE) == {"a", "b", "c", "d", "e"}


def test_who_has_a_source_together_shares_its_cost(tmp_path: Path, site: NewsSite) -> None:
    """Six new articles of a source of two guilds count three for each; a shared source counts for nobody."""
    clock = Clock()
    with open_news(tmp_path, clock=clock, fetch_private=True, quotas=Quotas(articles=5)) as news:
        url = feed(site, "/feed", "first")
        news.subscriptions.add(url, ONE)
        news.subscriptions.add(url, TWO)
        feed(site, "/feed", "first", *"abcdef")
        news.subscriptions.refresh(url)
        assert len(titles(news, ONE)) == len(titles(news, TWO)) == 7
        for guild, left in ((ONE, 1), (TWO, 2)):  # the first of them has paid for the first article
            three = lines(*(f"{guild} {number}" for number in range(3)))
            assert news.receive(three, "a.jsonl", edition=guild).ingested.added == left
            with pytest.raises(QuotaError, match="5 articles a day"):
                news.receive(lines("x"), "b.jsonl", edition=guild)
        assert news.receive(lines(*"uvwxyz"), "all.jsonl").ingested.added == 6
        news.subscriptions.add(feed(site, "/shared", *"ghijkl"))
        assert {"g", "h", "i", "j", "k", "l"} <= titles(news, ONE)


def test_what_a_guild_has_read_now_costs_no_other_that_has_the_same_source(
    tmp_path: Path, site: NewsSite
) -> None:
    """Who adds a source, or has it read again and again, uses up no quota but their own."""
    clock, size = Clock(), len(lines(*"abc"))
    with open_news(tmp_path, clock=clock, fetch_private=True, quotas=Quotas(bytes=4 * size)) as news:
        url, book = feed(site, "/feed", *"abc"), news.subscriptions
        book.add(url, ONE)
        book.add(url, TWO)
        book.remove(url, TWO)
        book.add(url, TWO)
        for _ in range(2):
            book.refresh(url, edition=TWO)
        planned = book.all(ONE)[0].next_fetch
        (failure,) = book.refresh(url, edition=TWO).ingested.failed
        assert "used up" in failure.why
        assert book.all(ONE)[0].next_fetch == planned
        for name in "xyz":
            assert news.receive(lines(name), "a.jsonl", edition=ONE).ingested.added == 1


def test_bytes_sources_and_lists_have_quotas(tmp_path: Path, site: NewsSite) -> None:
    quotas = Quotas(sources=2, feeds=3, bytes=2_000)
    with open_news(tmp_path, fetch_private=True, quotas=quotas) as news:
        with pytest.raises(QuotaError, match="day of a server are used up"):
            news.receive(b" " * 2_001, "large.jsonl", edition=ONE)
        long = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(4))
        with pytest.raises(QuotaError, match="may name 3 feeds"):
            news.subscriptions.import_opml(f"<opml><body>{long}</body></opml>".encode(), "x", ONE)
        three = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(3))
        body = f"<opml><body>{three}</body></opml>".encode()
        with pytest.raises(QuotaError, match="2 sources of its own"):
            news.subscriptions.import_opml(body, "x", ONE)
        assert news.subscriptions.all() == []
        assert news.subscriptions.import_opml(body, "x") == 3  # shared ones have no quota
        assert news.subscriptions.import_opml(body, "x", ONE) == 0  # and having them costs nothing
        news.subscriptions.test(feed(site, "/feed", "a"), ONE)
        news.subscriptions.test(feed(site, "/feed", "a"), ONE)
        with pytest.raises(QuotaError, match="are used up"):  # a trial that stores nothing counts, too
            news.subscriptions.test(feed(site, "/feed", "a"), ONE)


def test_with_a_guild_goes_all_that_it_alone_had(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, [article("shared")], fetch_private=True) as news, stored(tmp_path) as store:
        news.subscriptions.add(feed(site, "/own", "own"), ONE)
        both = feed(site, "/both", "both")
        for guild in (ONE, TWO):
            news.subscriptions.add(both, guild)
        news.receive(lines("uploaded"), "a.jsonl", edition=ONE)
        assert titles(news, ONE) == {"shared", "own", "both", "uploaded"}
        assert news.delete_unseen() == 0
        news.guilds.note_left([ONE])
        while news.guilds.forget(ONE, 100):
            pass
        assert [source.url for source in news.subscriptions.all()] == [both]
        while news.delete_unseen(1):
            pass
        assert {one.title for batch in store.all_articles(9) for one in batch} == {
            "Headline about shared",
            "Headline about both",
        }
        assert titles(news, TWO) == {"shared", "both"}
        assert titles(news, ONE) == {"shared"}
        with store.database.writing() as connection:
            forget_edition(connection, ONE)  # again: nothing is left to forget
        assert titles(news, TWO) == {"shared", "both"}


def test_removing_an_own_source_that_is_shared_too_leaves_it_out(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as news:
        url = feed(site, "/feed", "a")
        news.subscriptions.add(url, ONE)
        news.subscriptions.add(url)
        news.subscriptions.remove(url, ONE)
        assert titles(news, ONE) == set()
        assert titles(news, TWO) == {"a"}


def test_a_source_that_is_shared_no_longer_can_become_a_guilds_own(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as news:
        url = feed(site, "/feed", "a")
        news.subscriptions.add(url)
        news.subscriptions.remove(url)
        assert news.subscriptions.all() == []
        news.subscriptions.add(url, ONE)
        assert [source.shared for source in news.subscriptions.all(ONE)] == [False]
        assert news.subscriptions.all(TWO) == []


def test_the_trail_of_all_is_in_each_but_where_the_source_was_dropped(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as news:
        source = news.subscriptions.add(feed(site, "/feed", "a")).source
        assert source is not None
        news.guilds.note(SHARED, "7", "source added", source.url, source.origin)
        news.guilds.note(ONE, "8", "reindex")
        news.subscriptions.remove(source.url, TWO)
        trail = [(entry.person, entry.action) for entry in news.guilds.trail(ONE, 9)]
        assert trail == [("8", "reindex"), (OPERATOR, "source added")]
        assert news.guilds.trail(TWO, 9) == []


def test_a_status_counts_what_an_edition_sees(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, [article("shared")], fetch_private=True) as news:
        url = feed(site, "/own", "own", "more")
        news.subscriptions.add(url, ONE)
        site.remove("/own")
        news.subscriptions.refresh(url)
        one, two, everything = news.status(ONE), news.status(TWO), news.status()
        assert (one.articles, two.articles, everything.articles) == (3, 1, 3)
        assert (one.passages, two.passages, everything.passages) == (6, 2, 6)
        assert [source.url for source in one.failing] == [url]
        assert (two.failing, two.addresses) == ((), 0)
