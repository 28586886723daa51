"""What becomes of entries: which words and which outlet, and what is no story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from index.fetch import Fetcher, FetchOptions
from index.sources.address import Reading, read_address
from index.sources.feeds.walls import why_not_the_story
from index.sources.times.dates import Times
from index.sources.web_page import Page
from tests.servers.news_documents import HTML, PARAGRAPHS, STORY, page, rss, rss_item
from tests.servers.news_site import NewsSite

NOW = datetime(2025, 6, 5, tzinfo=UTC)
LEAD = PARAGRAPHS[0]
WALL = (
    "<p>We and our 140 partners keep data about you.</p><p>Accept all of it, or subscribe for 2 euros.</p>"
    * 4
)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=10.0)) as fetcher:
        yield fetcher


def read(url: str, fetcher: Fetcher) -> Reading:
    return read_address(
        url,
        fetcher,
        timezone=ZoneInfo("UTC"),
        now=NOW,
        speaks_for=lambda _: ["news.example"],  # where the articles of the documents lie
    )


def feed_of(site: NewsSite, *items: str, title: str = "The Wire") -> str:
    return site.serve("/feed", rss(*items, title=title), "application/rss+xml")


@pytest.mark.parametrize(
    ("asked", "got", "title", "text", "page_title", "page_text", "why"),
    [
        ("/a", "/a", "Quays open", LEAD, "Quays open", STORY, None),
        ("/a", "/b/a", "Quays open", LEAD, "Another headline", STORY, None),
        ("/a", "/a", "Rotterdam opens shore power", "", "New", STORY, None),
        ("/a", "/a", "Quays open", LEAD, "Your choice", WALL, "has neither its headline nor its words"),
        ("/a", "/", "Quays open", LEAD, "Quays open", STORY, "leads to the front page"),
        ("/a", "/login?next=/a", "Quays open", LEAD, "Log in", STORY, "leads to a log-in page"),
        ("/a", "/consent", "Quays open", LEAD, "Choice", STORY, "leads to a consent form"),
        ("/a", "/404.html", "Quays open", LEAD, "Oh", STORY, "leads to an error page"),
        ("/a", "/a", "Quays open", LEAD, "Quays open", WALL, "its headline, and nothing of its words"),
        ("/a", "/a", "Quays open", LEAD, "Quays open", PARAGRAPHS[1] + PARAGRAPHS[7], None),
        ("/a", "/a", "Quays open", LEAD, "Quays open", "", "holds no article"),
        ("/a", "/a", "港湾が開業した", "", "港湾が開業した", "港湾が月曜日に開業した。", None),
    ],
)
def test_the_story_or_a_wall(
    asked: str, got: str, title: str, text: str, page_title: str, page_text: str, why: str | None
) -> None:
    host = "https://wire.example"
    told = Page(host + got, page_title, page_text, "Wire", Times(), (), None, ())
    found = why_not_the_story(title, text, told, host + asked, host + got)
    assert (found is None) if why is None else (found is not None and why in found)


def test_what_the_page_says_of_itself_comes_first() -> None:
    url = "https://wire.example/a"
    told = Page(url, "Quays open", STORY, "Wire", Times(), (), None, ())
    asked = ("Quays open", LEAD)
    assert why_not_the_story(*asked, told, url, url) is None
    form = replace(told, why="asks its readers to log in")
    assert why_not_the_story(*asked, form, url, url) == "the page that it links to asks its readers to log in"
    closed = replace(told, is_closed=True)
    assert "declared closed" in (why_not_the_story(*asked, closed, url, url) or "")


def test_a_wall_leaves_the_feed_s_own_words(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page("Your choice", story=WALL))
    reading = read(feed_of(site, rss_item(link, "Quays opened", content=f"<p>{LEAD}</p>")), fetcher)
    (article,) = reading.articles
    assert (article.text, article.via) == (LEAD, "feed")
    (problem,) = reading.problems
    assert (problem.where, "the feed's own words are kept" in problem.why) == (link, True)


def test_a_redirect_to_the_front_page(site: NewsSite, fetcher: Fetcher) -> None:
    site.serve("/", page())
    site.redirect("/gone", "/", 302)
    reading = read(feed_of(site, rss_item(site.url("/gone"), content=f"<p>{LEAD}</p>")), fetcher)
    assert [article.text for article in reading.articles] == [LEAD]
    assert "leads to the front page" in reading.problems[0].why


def test_links_of_others_are_stories_of_their_sites(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page())
    points = f"<p>Article URL: <a href='{link}'>{link}</a></p><p>Points: 31</p><p># Comments: 7</p>"
    closed = site.serve("/2", "", status=403)
    items = (rss_item(link, content=points), rss_item(closed, "Rail strike ends", content=points))
    reading = read(feed_of(site, *items, title="Link Collection"), fetcher)
    (article,) = reading.articles
    assert (article.source, article.text, article.via) == ("The Wire", STORY, "page")
    assert ["Rail strike ends" in problem.why for problem in reading.problems] == [True]
    (evidence,) = reading.evidence
    assert (evidence.text_from, evidence.outlet_from) == ("the page", "the page's site name")


def test_a_page_that_jumps_to_the_story(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/story", page())
    jump = site.serve(
        "/jump?x=1", f'<html><head><meta http-equiv="refresh" content="0;url={link}"></head></html>'
    )
    headline = "Rotterdam opens shore power - The Wire"
    reading = read(feed_of(site, rss_item(jump, headline, content=headline), title="Search - Jumps"), fetcher)
    (article,) = reading.articles
    assert (article.url, article.title, article.source) == (link, "Rotterdam opens shore power", "The Wire")


def test_a_headline_alone_is_no_story(site: NewsSite, fetcher: Fetcher) -> None:
    item = rss_item(site.url("/nowhere"), content="<a href='#'>Rotterdam opens shore power</a>&nbsp;The Wire")
    reading = read(feed_of(site, item), fetcher)
    assert (reading.articles, len(reading.problems)) == ([], 1)


def test_a_feed_that_collects_names_the_outlet_of_an_entry(site: NewsSite, fetcher: Fetcher) -> None:
    item = rss_item().replace(
        "</item>", "<source url='https://herald.example/rss'>The Herald</source></item>"
    )
    (article,) = read(feed_of(site, item, title="Planet News"), fetcher).articles
    assert (article.source, article.via) == ("The Herald", "feed")


@pytest.mark.parametrize(
    ("title", "outlet", "shown"),
    [
        ("Rotterdam opens shore power - The Wire", "The Wire", "Rotterdam opens shore power"),
        ("Rotterdam opens shore power • The Wire", "The Wire", "Rotterdam opens shore power"),
        ("Rotterdam opens shore power // THE WIRE", "The Wire", "Rotterdam opens shore power"),
        ("The Wire | Rotterdam opens shore power", "The Wire", "Rotterdam opens shore power"),
        ("Rotterdam opens shore power (The Wire)", "The Wire", "Rotterdam opens shore power"),
        ("ロッテルダム港が陸電を開始｜見本通信", "見本通信", "ロッテルダム港が陸電を開始"),
        ("鹿特丹港启用岸电_样本社", "样本社", "鹿特丹港启用岸电"),
        ("【見本通信】ロッテルダム港が陸電を開始", "見本通信", "ロッテルダム港が陸電を開始"),
        ("Rotterdam buys The Wire", "The Wire", "Rotterdam buys The Wire"),
        ("The Wire: Rotterdam opens shore power", "The Wire", "The Wire: Rotterdam opens shore power"),
        ("Who reads The Wire - and why", "The Wire", "Who reads The Wire - and why"),
    ],
)
def test_the_outlet_leaves_the_headline(
    site: NewsSite, fetcher: Fetcher, title: str, outlet: str, shown: str
) -> None:
    (article,) = read(feed_of(site, rss_item(title=title, content=HTML), title=outlet), fetcher).articles
    assert article.title == shown


def test_an_entry_without_a_headline_has_its_first_words(site: NewsSite, fetcher: Fetcher) -> None:
    item = rss_item(content=HTML).replace("<title>Rotterdam opens shore power</title>", "")
    (article,) = read(feed_of(site, item), fetcher).articles
    assert article.title == LEAD


def test_entries_at_one_address_are_told_apart(site: NewsSite, fetcher: Fetcher) -> None:
    texts = [" ".join(PARAGRAPHS[start : start + 3]) for start in (0, 3, 6)]
    links = [site.url("/live#a"), site.url("/live#b"), site.url("/notices")]
    anchors = [
        rss_item(link, f"Entry {link[-1]}", content=text) for link, text in zip(links, texts, strict=True)
    ]
    notices = [
        rss_item(site.url("/notices"), f"Notice {number}", content=text).replace(
            "</item>", f"<guid isPermaLink='false'>n-{number}</guid></item>"
        )
        for number, text in enumerate(texts)
    ]
    articles = read(feed_of(site, *anchors[:2], *notices), fetcher).articles
    assert len({article.id for article in articles}) == 5
    assert [article.url for article in articles][:2] == links[:2]


def test_one_entry_under_addresses_that_only_track(site: NewsSite, fetcher: Fetcher) -> None:
    links = [site.url(f"/1{tail}") for tail in ("?utm_source=rss", "?smid=x", "#ref=rss", "")]
    articles = read(feed_of(site, *map(rss_item, links)), fetcher).articles
    assert {(article.id, article.url) for article in articles} == {(articles[0].id, site.url("/1"))}


def test_short_news_of_few_characters(site: NewsSite, fetcher: Fetcher) -> None:
    brief = "港湾局は月曜日、二つの埠頭で陸上電力の供給を始めた。市長によると費用は六千万ユーロだった。"
    item = rss_item(site.url("/1"), "埠頭で陸上電力", content=f"<p>{brief}</p>")
    assert [article.text for article in read(feed_of(site, item), fetcher).articles] == [brief]


def test_links_to_what_is_no_page(site: NewsSite, fetcher: Fetcher) -> None:
    sound = site.serve("/a.mp3", b"ID3", "audio/mpeg")
    paper = site.serve("/b.pdf", b"%PDF-1.7", "application/pdf")
    items = (rss_item(sound, content=f"<p>{LEAD}</p>"), rss_item(paper, "As PDF", content="PDF"))
    reading = read(feed_of(site, *items), fetcher)
    assert [article.text for article in reading.articles] == [LEAD]
    assert ["a sound file" in reading.problems[0].why, "a PDF file" in reading.problems[1].why] == [
        True,
        True,
    ]


def test_pages_of_a_sitemap_that_are_no_stories(site: NewsSite, fetcher: Fetcher) -> None:
    pages = {
        "/story": page(),
        "/privacy.html": page("Privacy"),
        "/fair": page("Fair", published=None),
    }
    links = "".join(f"<url><loc>{site.serve(path, body)}</loc></url>" for path, body in pages.items())
    reading = read(site.serve("/sitemap.xml", f"<urlset>{links}</urlset>", "text/xml"), fetcher)
    assert [article.url for article in reading.articles] == [site.url("/story")]
    assert {problem.where for problem in reading.problems} == {site.url("/privacy.html"), site.url("/fair")}


def test_an_index_of_sitemaps_is_read_to_its_end_over_time(site: NewsSite, fetcher: Fetcher) -> None:
    for number in range(12):
        link = site.serve(f"/{number}", page(f"Rotterdam opens quay {number}"))
        site.serve(f"/map-{number}.xml", f"<urlset><url><loc>{link}</loc></url></urlset>", "text/xml")
    names = "".join(f"<sitemap><loc>{site.url(f'/map-{number}.xml')}</loc></sitemap>" for number in range(12))
    url = site.serve("/index.xml", f"<sitemapindex>{names}</sitemapindex>", "text/xml")
    first = read(url, fetcher)
    assert first.articles[0].url == site.url("/11")
    assert (len(first.articles), "2 of them are left for the next readings" in first.problems[-1].why) == (
        10,
        True,
    )
    second = read_address(url, fetcher, timezone=ZoneInfo("UTC"), now=NOW, children=first.children)
    assert {article.url for article in second.articles} == {site.url("/0"), site.url("/1")}
    assert len(second.children) == 12


@pytest.mark.parametrize(
    ("title", "source", "shown"),
    [
        ("Quays opened - Delta Gazette", "The Delta Gazette", "Quays opened"),
        ("Quays opened | Delta Gazette", "Delta Gazette: Shipping", "Quays opened"),
        ("Kais eröffnet – Der Hafenbote", "Hafenbote", "Kais eröffnet"),
        ("Quays opened - at last", "Delta Gazette", "Quays opened - at last"),
        ("Gazette - a history", "Gazette", "Gazette - a history"),
    ],
)
def test_the_outlet_s_name_leaves_the_headline(
    site: NewsSite, fetcher: Fetcher, title: str, source: str, shown: str
) -> None:
    feed = feed_of(site, rss_item(site.url("/1"), title, content=f"<p>{STORY}</p>"), title=source)
    (found,) = read(feed, fetcher).articles
    assert found.title == shown
