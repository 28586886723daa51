"""Authority: whose words about an address count, whichever came first. All of it end to end, over HTTP.

The honest site is 127.0.0.1, and others are at 127.0.0.2 and further on: each host is a site of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from index import Article, Question, UsageError
from index.fetch import FetchOptions
from index.sources import reader
from index.storage.article_changes import KEPT_REVISIONS
from index.text.normalize import article_id
from index.types.article import Authority
from index.types.posted import PostedAnswer, PostedQuote
from tests.fakes import NOW, open_news, stored
from tests.servers.news_documents import PARAGRAPHS, STORY, page, rss, rss_item
from tests.servers.news_site import NewsSite

FORGED = tuple(
    f"The port of Rotterdam sank on Monday, witness number {number} of the harbour told the forger's desk."
    for number in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)
TITLE = "Rotterdam opens shore power"
# More than the states that are kept of one origin.
STATES = KEPT_REVISIONS + 2
ASKED = "What happened at the port of Rotterdam?"
RSS = "application/rss+xml"


def html(paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


class World:
    """A library, the honest site, and others; `story` is the address of a story of the honest one."""

    def __init__(self, tmp_path: Path, stack: ExitStack) -> None:
        self.tmp_path = tmp_path
        self._stack = stack
        self.honest, self.evil = self.site("127.0.0.1"), self.site("127.0.0.2")
        self.story = self.honest.url("/story")
        self.news = stack.enter_context(open_news(tmp_path, fetch_private=True))

    def site(self, host: str) -> NewsSite:
        return self._stack.enter_context(NewsSite(host=host))

    def feed(self, site: NewsSite, paragraphs: tuple[str, ...], name: str = "The Wire", **item: Any) -> str:
        """Let a site serve a feed of a name with one entry about the story; return its address."""
        entry = rss_item(**{"link": self.story, "content": html(paragraphs), **item})
        return site.serve("/feed", rss(entry, title=name), RSS)

    def read(self, url: str) -> None:
        """Read a source: for the first time, or because it is due."""
        if self.news.subscriptions.all() and any(one.url == url for one in self.news.subscriptions.all()):
            self.news.subscriptions.refresh(url)
        else:
            assert self.news.subscriptions.add(url).source

    def articles(self) -> list[Article]:
        return [headline.article for headline in self.news.latest(limit=50)]

    def at_story(self) -> Article:
        """The article that is stored as that of the story's address."""
        with stored(self.tmp_path) as store:
            return store.articles([article_id(self.story)])[article_id(self.story)]

    def revisions(self, article: Article) -> list[str]:
        with stored(self.tmp_path) as store:
            return [text for _, text, _ in store.revisions(article.id)]

    def post(self, article: Article) -> None:
        """Post an answer with the first sentence of an article."""
        text = article.text.split("\n")[0]
        quote = PostedQuote(article.id, 0, text, "stands")
        self.news.posted.remember(
            PostedAnswer(
                id=f"answer {article.id}",
                person="7",
                guild="1",
                channel="2",
                message="3",
                private=False,
                typed=ASKED,
                question=ASKED,
                as_of=NOW,
                since=None,
                until=None,
                source=None,
                answered=True,
                confidence=0.9,
                posted_at=NOW,
                card={},
                quotes=(quote,),
            )
        )

    def corrections(self) -> list[PostedAnswer]:
        self.news.review_posted()
        return self.news.posted.to_correct(10)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(reader, "FetchOptions", partial(FetchOptions, gap_seconds=0.0))
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def assert_honest(world: World) -> None:
    """Fail unless the story's article has the honest words, and nothing else is shown under its name."""
    article = world.at_story()
    assert (article.text, article.source, article.url) == (STORY, "The Wire", world.story)
    for quote in world.news.ask(Question(ASKED, limit=10)).quotes:
        assert ("forger" in quote.text) == (quote.article.source != "The Wire")


# -- a forged story --------------------------------------------------------------------------------------


@pytest.mark.parametrize("honest_first", [True, False])
def test_a_forged_story_by_feed_is_an_article_of_its_own(world: World, honest_first: bool) -> None:
    """A second feed with the address of a story and a long text of its own."""
    honest, evil = world.feed(world.honest, PARAGRAPHS), world.feed(world.evil, FORGED)
    for url in (honest, evil) if honest_first else (evil, honest):
        world.read(url)
    for article in world.articles():
        world.post(article)
    for url in (evil, honest):
        world.read(url)
    assert_honest(world)
    assert not world.revisions(world.at_story())
    (forged,) = (article for article in world.articles() if "forger" in article.text)
    assert (forged.source, forged.authority) == ("The Wire (127.0.0.2)", Authority.FOREIGN)
    assert forged.id != article_id(world.story)
    assert not world.corrections()
    assert not any(headline.also_in for headline in world.news.latest(limit=10))


@pytest.mark.parametrize("kind", ["whole", "excerpt"])
def test_an_address_that_was_taken_is_read_once_the_site_publishes_it(world: World, kind: str) -> None:
    """The real story is read, also where the feed has its first words and the page the rest."""
    world.read(world.feed(world.evil, FORGED))
    (forged,) = world.articles()
    world.post(forged)
    world.honest.serve("/story", page())
    world.read(world.feed(world.honest, PARAGRAPHS if kind == "whole" else PARAGRAPHS[:1]))
    assert_honest(world)
    assert world.at_story().authority == (Authority.SITE if kind == "whole" else Authority.FETCHED)
    assert {article.id for article in world.articles()} == {forged.id, article_id(world.story)}
    assert not world.corrections()


def test_a_forged_story_by_page_changes_nothing(world: World) -> None:
    """A page of other words names the story as its canonical; "also in" does not name it."""
    world.read(world.feed(world.honest, PARAGRAPHS))
    canonical = f'<link rel="canonical" href="{world.story}">'
    forged = world.evil.serve("/forged", page("Rotterdam sinks", head=canonical, story=html(FORGED)))
    report = world.news.ingest([forged])
    assert report.added == 1
    assert_honest_with(world, "The Wire", forged)
    assert not any(headline.also_in for headline in world.news.latest(limit=10))


def assert_honest_with(world: World, outlet: str, forged: str) -> None:
    article = world.at_story()
    assert (article.text, article.source) == (STORY, outlet)
    (other,) = (article for article in world.articles() if "forger" in article.text)
    assert other.url == forged


def test_also_in_names_a_page_whose_words_agree(world: World) -> None:
    world.read(world.feed(world.honest, PARAGRAPHS))
    canonical = f'<link rel="canonical" href="{world.story}">'
    excerpt = world.evil.serve("/excerpt", page(head=canonical, story=html(PARAGRAPHS[:3])))
    assert world.news.ingest([excerpt]).duplicates == 1
    (headline,) = world.news.latest(limit=10)
    assert [copy.url for copy in headline.also_in] == [excerpt]


def line(**parts: Any) -> bytes:
    text = "\n\n".join(FORGED)
    known = {"title": TITLE, "text": text, "source": "The Wire", "published_at": "2025-06-03T09:00:00Z"}
    return json.dumps({**known, **parts}).encode()


@pytest.mark.parametrize(
    ("how", "claim"),
    [
        ("fetched", "id"),
        ("fetched", "address"),
        ("uploaded", "id"),
        ("uploaded", "address"),
        ("read by the operator", "id"),
    ],
)
def test_a_forged_story_by_file_is_an_article_of_its_own(world: World, how: str, claim: str) -> None:
    """A line with a foreign `id`, or with the address itself. Only the operator's own files are
    trusted about an address, and not even they about the id of another site's article.
    """
    world.read(world.feed(world.honest, PARAGRAPHS))
    world.post(world.at_story())
    own = world.evil.url("/mine")
    forged = line(id=article_id(world.story), url=own) if claim == "id" else line(url=world.story)
    match how:
        case "fetched":
            world.read(world.evil.serve("/lines.jsonl", forged, "application/jsonl"))
        case "uploaded":
            assert world.news.receive(forged, "lines.jsonl").ingested.added == 1
        case _:
            file = world.tmp_path / "lines.jsonl"
            file.write_bytes(forged)
            assert world.news.ingest([str(file)]).added == 1
    assert (world.at_story().text, world.revisions(world.at_story())) == (STORY, [])
    (other,) = (article for article in world.articles() if "forger" in article.text)
    assert other.id != article_id(world.story)
    assert (other.source == "The Wire") == (other.url == own and how != "uploaded")
    assert not world.corrections()


def test_what_the_operator_reads_in_is_trusted_until_the_site_speaks(world: World) -> None:
    file = world.tmp_path / "archive.jsonl"
    file.write_bytes(line(url=world.story))
    world.news.ingest([str(file)])
    assert "forger" in world.at_story().text
    assert (world.at_story().source, world.at_story().authority) == ("The Wire", Authority.SITE)
    world.honest.serve("/story", page())
    assert world.news.ingest([world.story]).updated == 1
    assert world.news.ingest([str(file)]).unchanged == 1
    assert_honest(world)


def test_two_who_hand_in_files_of_one_name_do_not_change_each_others(world: World) -> None:
    world.news.receive(line(url=world.story), "words.jsonl", edition="1")
    other = line(url=world.story, text="\n\n".join(PARAGRAPHS))
    assert world.news.receive(other, "words.jsonl", edition="2").ingested.added == 1
    assert len(world.articles()) == 2
    assert world.news.receive(line(url=world.story), "words.jsonl", edition="1").ingested.unchanged == 1


def test_an_entry_that_moves_to_another_site_takes_nothing_along(world: World) -> None:
    """A guid that stood at the honest story, and now at an address of the forger's own, is no move."""
    world.honest.serve("/story", page())
    evil = world.feed(world.evil, PARAGRAPHS[:1], "Mirror")
    world.read(evil)
    assert_honest(world)
    world.feed(world.evil, FORGED, "Mirror", link=world.evil.url("/mine"))
    world.read(evil)
    assert_honest(world)
    assert len(world.articles()) == 2


def test_a_forged_headline_and_time_do_not_come_in_with_the_sites_page(world: World) -> None:
    """A feed may lead to a page of another site, but all that is stored of it comes from the page."""
    world.honest.serve("/story", page())
    forged = "Rotterdam opens shore power in disgrace"
    dated = {"title": forged, "date": "Mon, 09 Jun 2025 08:00:00 GMT"}
    world.read(world.feed(world.evil, PARAGRAPHS[:1], "Mirror", **dated))
    article = world.at_story()
    assert (article.title, article.source, article.authority) == (TITLE, "The Wire", Authority.FETCHED)
    assert article.published_at < NOW - timedelta(days=6)
    assert forged not in {one.title for one in world.articles()}


def states(world: World, paragraphs: tuple[str, ...]) -> bytes:
    """Return a list with many states of the story, one after the other."""
    texts = ("\n\n".join((f"State {number}.", *paragraphs)) for number in range(STATES))
    return b"\n".join(line(url=world.story, text=text) for text in texts)


# -- the honest feed afterwards, and flapping ------------------------------------------------------------


def test_the_sites_own_words_win_at_the_next_reading_whatever_came_between(world: World) -> None:
    """26 forged states in a day, then a correction by the site: read at its next reading."""
    honest = world.feed(world.honest, PARAGRAPHS)
    world.read(honest)
    world.read(world.evil.serve("/lines", states(world, FORGED), "application/jsonl"))
    (forged,) = (article for article in world.articles() if "forger" in article.text)
    assert len(world.revisions(forged)) == KEPT_REVISIONS
    assert_honest(world)
    assert not world.revisions(world.at_story()), "no forged state is kept among the story's"
    world.feed(world.honest, (*PARAGRAPHS, "Correction: the quays cost 50 million euros."))
    world.read(honest)
    assert world.at_story().text.endswith("cost 50 million euros.")
    assert world.revisions(world.at_story()) == [STORY]


def test_the_last_state_wins_however_often_a_feed_changes(world: World) -> None:
    world.read(world.feed(world.honest, (*PARAGRAPHS, "The first correction.")))
    world.read(world.honest.serve("/live", states(world, PARAGRAPHS), "application/jsonl"))
    assert world.at_story().text.startswith(f"State {STATES - 1}.")
    kept = world.revisions(world.at_story())
    assert len(kept) == KEPT_REVISIONS + 1, "each origin has room for its own states"
    assert kept[0].endswith("The first correction.")


# -- who speaks for a site -------------------------------------------------------------------------------


def test_a_feed_that_the_sites_pages_announce_speaks_for_it(world: World) -> None:
    """The BBC's feeds lie on another domain than its pages; a page of the site is asked once."""
    feeds = world.site("127.0.0.3")
    url = world.feed(feeds, PARAGRAPHS)
    announced = f'<link rel="alternate" type="{RSS}" href="{url}">'
    world.honest.serve("/story", page(head=announced, story=html(PARAGRAPHS[:4])))
    world.read(url)
    (article,) = world.articles()
    assert (article.id, article.text) == (article_id(world.story), STORY)
    assert (article.source, article.authority) == ("The Wire", Authority.SITE)
    second = world.honest.url("/second")
    world.feed(feeds, FORGED, link=second, title="Rotterdam sinks")
    asked = len(world.honest.requests)
    world.read(url)
    with stored(world.tmp_path) as store:
        assert store.known([article_id(second)])[article_id(second)].authority == Authority.SITE
    assert len(world.honest.requests) == asked, "that the feed is announced is remembered"


def test_a_feed_that_the_sites_front_page_announces_speaks_for_it(world: World) -> None:
    url = world.feed(world.site("127.0.0.3"), PARAGRAPHS)
    announced = f'<link rel="alternate" type="{RSS}" href="{url}">'
    world.honest.serve("/", f"<!doctype html><html><head>{announced}</head><body>Home</body></html>")
    world.read(url)
    assert_honest(world)
    assert len(world.articles()) == 1


def test_a_feed_that_only_leads_to_an_announced_one_speaks_for_nobody_later(world: World) -> None:
    feeds = world.site("127.0.0.3")
    url = world.feed(feeds, PARAGRAPHS)
    announced = f'<link rel="alternate" type="{RSS}" href="{url}">'
    world.honest.serve("/story", page(head=announced))
    evil = world.evil.redirect("/feed", url)
    world.read(evil)
    world.feed(world.evil, FORGED)
    world.read(evil)
    assert_honest(world)


def test_that_a_feed_is_announced_says_nothing_of_others_on_its_host(world: World) -> None:
    """They may differ by a parameter that would say nothing in the address of a page."""
    feeds = world.site("127.0.0.3")
    entry = rss_item(link=world.story, content=html(PARAGRAPHS))
    url = feeds.serve("/feed?source=wire", rss(entry, title="The Wire"), RSS)
    announced = f'<link rel="alternate" type="{RSS}" href="{url}">'
    world.honest.serve("/story", page(head=announced, story=html(PARAGRAPHS[:4])))
    world.read(url)
    second = rss_item(link=world.honest.url("/second"), content=html(FORGED))
    world.read(feeds.serve("/feed?source=forger", rss(second, title="The Wire"), RSS))
    assert {article.authority for article in world.articles()} == {Authority.SITE, Authority.FOREIGN}
    assert_honest(world)


def test_the_operator_lets_a_feed_speak_for_a_site(world: World) -> None:
    url = world.feed(world.site("127.0.0.3"), PARAGRAPHS)
    world.read(url)
    (article,) = world.articles()
    assert article.authority == Authority.FOREIGN
    with pytest.raises(UsageError, match="is a source already"):
        world.news.subscriptions.add(url)
    added = world.news.subscriptions.add(url, speaks_for=[world.honest.url("/")])
    assert added.source
    assert added.source.speaks_for == ("127.0.0.1",)
    assert_honest(world)
    (headline,) = world.news.latest(limit=10)
    assert not headline.also_in, "the feed is no other outlet beside itself"
    with pytest.raises(UsageError, match="is no site"):
        world.news.subscriptions.add(url, speaks_for=["no site"])


def test_a_comment_on_a_story_is_not_the_story(world: World) -> None:
    """Many sites have a feed of comments, in which anybody may write; each leads to its place on the page."""
    world.read(world.feed(world.honest, PARAGRAPHS))
    comment = rss_item(link=f"{world.story}#comment-7", title="By: A reader", content=html(FORGED))
    world.read(world.honest.serve("/comments/feed", rss(comment, title="Comments for The Wire"), RSS))
    assert (world.at_story().text, world.revisions(world.at_story())) == (STORY, [])
    (other,) = (article for article in world.articles() if "forger" in article.text)
    assert (other.url, other.source) == (f"{world.story}#comment-7", "Comments for The Wire")


@pytest.mark.parametrize("page_first", [True, False])
def test_a_fetch_of_the_address_is_stronger_than_the_sites_feed(world: World, page_first: bool) -> None:
    world.honest.serve("/story", page())
    url = world.feed(world.honest, (*PARAGRAPHS, "Only in the feed: a tenth paragraph, which says more."))
    for step in ("page", "feed") if page_first else ("feed", "page"):
        if step == "page":
            world.news.ingest([world.story])
        else:
            world.read(url)
    assert (world.at_story().text, world.at_story().authority) == (STORY, Authority.FETCHED)


def test_a_page_is_fetched_again_when_the_sites_feed_says_something_new(world: World) -> None:
    """A story begins with a few sentences and grows: its page is read again, once for each new state."""
    world.honest.serve("/story", page(story=html(PARAGRAPHS[:4])))
    feed = world.feed(world.honest, PARAGRAPHS[:1])
    world.read(feed)
    world.feed(world.honest, PARAGRAPHS)
    world.honest.serve("/story", page())
    for _ in range(2):
        world.read(feed)
    assert (world.at_story().text, world.at_story().authority) == (STORY, Authority.FETCHED)
    assert world.honest.paths().count("/story") == 2


def test_the_address_after_redirects_counts(world: World) -> None:
    """An entry at the feed's own address that leads to another site's page brings that site's article."""
    world.honest.serve("/story", page())
    own = world.evil.redirect("/r", world.story)
    world.read(world.feed(world.evil, PARAGRAPHS[:1], "Mirror", link=own))
    assert_honest(world)
    assert len(world.articles()) == 1


@pytest.mark.parametrize("kind", ["whole", "excerpt"])
@pytest.mark.parametrize("alias", ["?from=a-list", "//story"])
def test_an_address_that_only_others_name_does_not_stand_for_the_one_that_the_site_names(
    world: World, alias: str, kind: str
) -> None:
    """A page has many addresses. What the site changes is read, also where another list named one first."""
    other = world.story + alias if alias.startswith("?") else world.honest.url(alias)
    for address in ("/story", "/story?from=a-list", "//story"):
        world.honest.serve(address, page())
    mirror = world.feed(world.evil, PARAGRAPHS[:1], "Mirror", link=other)
    world.read(mirror)
    assert [article.url for article in world.articles()] == [other]
    honest = world.feed(world.honest, PARAGRAPHS if kind == "whole" else PARAGRAPHS[:1])
    world.read(honest)
    world.read(mirror)
    assert_honest(world)
    assert [article.url for article in world.articles()] == [world.story]
    if kind == "whole":
        world.feed(world.honest, (*PARAGRAPHS, "Correction: the quays cost 50 million euros."))
        world.read(honest)
        assert world.at_story().text.endswith("cost 50 million euros.")


def test_an_aggregators_words_become_a_copy_of_the_sites(world: World) -> None:
    """Whichever came first: of the same words, the site's are the article and the others "also in"."""
    planet = world.feed(world.evil, PARAGRAPHS, "Planet Harbour")
    world.read(planet)
    assert [article.source for article in world.articles()] == ["Planet Harbour (127.0.0.2)"]
    world.read(world.feed(world.honest, PARAGRAPHS))
    world.read(planet)
    (headline,) = world.news.latest(limit=10)
    assert headline.article.id == article_id(world.story)
    assert [copy.source for copy in headline.also_in] == ["Planet Harbour (127.0.0.2)"]


# -- other servers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [FORGED, PARAGRAPHS[:1]], ids=["whole", "excerpt"])
def test_who_names_an_address_does_not_see_the_words_of_a_feed_that_only_others_have(
    world: World, own: tuple[str, ...]
) -> None:
    """A feed may have words that its site's pages show to nobody, and be the source of one server alone."""
    book = world.news.subscriptions
    book.add(world.feed(world.honest, PARAGRAPHS), "1001")
    book.add(world.feed(world.evil, own, "Mirror"), "2002")
    book.refresh_own("2002")
    assert {headline.article.source for headline in world.news.latest(edition="2002")} == {
        "Mirror (127.0.0.2)"
    }
    world.honest.serve("/story", page(story=html(PARAGRAPHS[:4])))
    book.add(world.feed(world.evil, PARAGRAPHS[1:2], "Mirror", title=TITLE), "3003")
    seen = {headline.article.source for headline in world.news.latest(edition="3003")}
    assert "The Wire" in seen, "what stands on the page can be read by everybody"
    book.refresh_own("2002")
    assert "The Wire" in {headline.article.source for headline in world.news.latest(edition="2002")}
