"""Editions: one store, and each guild (Discord server) sees the shared sources that it keeps and its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from index import Article, NewsIndex, Question, UsageError
from index.text.normalize import article_id
from index.types.digest import Digest, DigestPlan, Schedule
from index.types.edition import SHARED
from tests.fakes import NOW, Clock, HashingEmbedder, article, assert_search_is_whole, open_news, record, story
from tests.servers.news_site import NewsSite

ONE, TWO = "1001", "2002"
PORT = article("port", "The port of Rotterdam opened a quay. " + story("port"), title="A quay in Rotterdam")
FORGED = article(
    "forged",
    "The port of Rotterdam sank on Monday. " + story("Rotterdam", 8),
    title="The port sank",
    source="Tower",
)
ASKED = "What happened to the port of Rotterdam?"


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


def lines(*articles: object) -> bytes:
    return "".join(json.dumps(record(one)) + "\n" for one in articles).encode()  # type: ignore[arg-type]


def feed(site: NewsSite, path: str, one: Article) -> str:
    """Serve a list with an article that lies on its site."""
    url = site.url("/story")
    return site.serve(path, lines(replace(one, id=article_id(url), url=url)), "application/jsonl")


def outlets(news: NewsIndex, edition: str | None) -> set[str]:
    """The outlets whose words an edition's answer, lists and names show."""
    asked = news.ask(Question(ASKED, edition=edition, limit=10))
    quoted = {quote.article.source for quote in asked.quotes}
    listed = {headline.article.source for headline in news.latest(edition=edition, limit=100)}
    assert quoted == listed == set(news.source_names(edition))
    assert asked.articles_searched == len(news.latest(edition=edition, limit=100))
    return quoted


def test_what_a_guild_uploads_is_seen_there_only(tmp_path: Path) -> None:
    with open_news(tmp_path, [PORT]) as news:
        news.receive(lines(FORGED), "words.jsonl", edition=ONE)
        assert outlets(news, ONE) == {"Sample Wire", "Tower (upload)"}
        assert outlets(news, TWO) == outlets(news, SHARED) == {"Sample Wire"}
        assert outlets(news, None) == {"Sample Wire", "Tower (upload)"}
        timeline = news.timeline(Question("port of Rotterdam", edition=TWO))
        assert {event.quote.article.source for event in timeline.events} == {"Sample Wire"}
        claimed = "The port of Rotterdam sank on Monday"
        assert news.check_quote(claimed, TWO).kind == "none"
        assert news.check_quote(claimed, ONE).kind == "exact"


def test_digests_stay_inside(tmp_path: Path) -> None:
    plan = DigestPlan(Schedule(9))
    with open_news(tmp_path, [PORT]) as news:
        news.receive(lines(FORGED), "words.jsonl", edition=ONE)
        for guild, expected in ((ONE, {PORT.title, FORGED.title}), (TWO, {PORT.title})):
            stories = news.stories(Digest(1, guild, "5", None, plan, NOW))
            told = {id for story in stories for id in story.article_ids}
            seen = {headline.article.id: headline.article.title for headline in news.latest(edition=guild)}
            assert {seen[id] for id in told} == expected
        with pytest.raises(UsageError, match=r"no source 'Tower \(upload\)'"):
            news.check_plan(replace(plan, sources=("Tower (upload)",)), TWO)
        assert news.check_plan(replace(plan, sources=("tower (upload)",)), ONE).sources == ("Tower (upload)",)


def test_alerts_stay_inside(tmp_path: Path) -> None:
    clock = Clock(NOW - timedelta(days=2))
    own = article(
        "own",
        "The port of Rotterdam was closed by strikers at dawn. Strikers in the port of Rotterdam want higher "
        "wages. The port of Rotterdam says that it will talk with them.",
        title="Strikers close the port of Rotterdam",
    )
    with open_news(tmp_path, clock=clock) as news:
        follows = {
            guild: news.follows.start("7", guild, f"5{guild}", "port of Rotterdam").id
            for guild in (ONE, TWO, None)
        }
        clock.advance(hours=36)
        news.receive(lines(own), "words.jsonl", edition=ONE)
        news.receive(lines(PORT), "wire.jsonl")
        while news.match_follows():
            pass
        sent: dict[int, set[str]] = {}
        while alerts := news.left_alerts():
            for follow, quotes in alerts:
                sent.setdefault(follow.id, set()).update(quote.article.title for quote in quotes)
                news.follows.sent(follow.id, quotes)
        expected = {ONE: {PORT.title, own.title}, TWO: {PORT.title}, None: {PORT.title}}
        assert sent == {follows[guild]: ids for guild, ids in expected.items()}


def test_what_a_guild_had_first_is_still_news_to_others(tmp_path: Path) -> None:
    clock = Clock(NOW - timedelta(days=2))
    with open_news(tmp_path, clock=clock) as news:
        news.follows.start("7", TWO, "52", "port of Rotterdam")
        clock.advance(hours=36)
        news.receive(lines(PORT), "words.jsonl", edition=ONE)
        while news.match_follows():
            pass
        assert not news.left_alerts()
        clock.advance(hours=3)
        news.receive(lines(PORT), "wire.jsonl")
        while news.match_follows():
            pass
        assert [follow.guild for follow, _ in news.left_alerts()] == [TWO]
        assert outlets(news, TWO) == outlets(news, ONE) == {"Sample Wire (upload)"}
    assert_search_is_whole(tmp_path)


def test_an_article_that_two_editions_receive_is_stored_and_embedded_once(
    tmp_path: Path, site: NewsSite
) -> None:
    embedder = HashingEmbedder()
    with open_news(tmp_path, embedder=embedder, fetch_private=True) as news:
        news.subscriptions.add(feed(site, "/one", PORT), ONE)
        embedded = embedder.embedded
        assert outlets(news, ONE) == {"Sample Wire"}
        assert not news.latest(edition=TWO)
        news.subscriptions.add(feed(site, "/two", PORT), TWO)
        assert outlets(news, TWO) == {"Sample Wire"}
        assert embedder.embedded == embedded
        assert news.status().articles == 1


def test_a_source_that_two_have_is_read_once_and_stays_for_the_other(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as news:
        url, book = feed(site, "/feed", PORT), news.subscriptions
        book.add(url, ONE)
        book.add(url, TWO)
        assert [source.url for source in book.all()] == [url]
        assert [source.shared for source in book.all(TWO)] == [False]
        book.remove(url, ONE)
        assert not book.all(ONE)
        assert not news.latest(edition=ONE)
        assert outlets(news, TWO) == {"Sample Wire"}
        with pytest.raises(UsageError, match="no source"):
            book.remove(url, ONE)
        with pytest.raises(UsageError, match="no source"):
            book.remove(url, SHARED)
        book.remove(url, TWO)
        assert not book.all()


def test_a_guild_drops_a_shared_source_and_takes_it_back(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, [PORT], fetch_private=True) as news:
        url, book = feed(site, "/feed", replace(FORGED, source="Town Crier")), news.subscriptions
        book.add(url)
        assert outlets(news, ONE) == {"Sample Wire", "Town Crier"}
        book.remove(url, ONE)
        assert outlets(news, ONE) == {"Sample Wire"}
        assert outlets(news, TWO) == outlets(news, SHARED) == {"Sample Wire", "Town Crier"}
        assert [source.url for source in book.all(TWO)] == [url]
        book.add(url, ONE)
        assert outlets(news, ONE) == {"Sample Wire", "Town Crier"}
        assert [source.shared for source in book.all(ONE)] == [True]


def test_a_source_that_is_no_longer_shared_can_be_a_guilds_own(tmp_path: Path, site: NewsSite) -> None:
    with open_news(tmp_path, fetch_private=True) as news:
        url, book = feed(site, "/feed", PORT), news.subscriptions
        book.add(url)
        book.remove(url)
        book.add(url, ONE)
        assert [(source.url, source.shared) for source in book.all(ONE)] == [(url, False)]
        assert not book.all(TWO)
        assert outlets(news, ONE) == outlets(news, TWO) == {"Sample Wire"}  # what it has brought stays shared


def test_a_copy_from_a_guild_is_named_there_only(tmp_path: Path) -> None:
    copy = article("copy", PORT.text, title="A quay", source="Tower")
    with open_news(tmp_path, [PORT]) as news:
        assert news.receive(lines(copy), "words.jsonl", edition=ONE).ingested.duplicates == 1
        for edition, also in ((ONE, ["Tower (upload)"]), (TWO, []), (SHARED, [])):
            (headline,) = news.latest(edition=edition)
            assert [copy.source for copy in headline.also_in] == also
            (quote, *_) = news.ask(Question(ASKED, edition=edition)).quotes
            assert [copy.source for copy in quote.also_in] == also


def test_words_that_a_guild_had_first_do_not_hide_them_from_others(tmp_path: Path) -> None:
    with open_news(tmp_path) as news:
        news.receive(lines(article("copy", PORT.text, source="Tower")), "words.jsonl", edition=ONE)
        news.receive(lines(PORT), "wire.jsonl")
        assert outlets(news, TWO) == {"Sample Wire (upload)"}
        both = {"Sample Wire (upload)", "Tower (upload)"}
        assert {headline.article.source for headline in news.latest(edition=ONE)} == both


def test_the_sources_of_a_library_that_is_older_than_editions_are_shared(tmp_path: Path) -> None:
    with open_news(tmp_path, [PORT]) as news:
        assert outlets(news, TWO) == {"Sample Wire"}
