"""Reading addresses: every kind of feed over real sockets, and every bad answer as one clear line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from index.errors import NewsError, SourceError
from index.fetch import Fetcher, FetchError, FetchOptions
from index.sources.address import Reading, read_address
from index.sources.feeds.items import FeedLink
from tests.servers import news_documents as documents
from tests.servers.news_documents import PARAGRAPHS, STORY, page, rss, rss_item
from tests.servers.news_site import NewsSite

NOW = datetime(2025, 6, 5, tzinfo=UTC)
PUBLISHED = datetime(2025, 6, 3, 8, tzinfo=UTC)
UPDATED = datetime(2025, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    options = FetchOptions(allow_private=True, gap_seconds=0.0, timeout_seconds=10.0)
    with Fetcher(options) as fetcher:
        yield fetcher


def read(url: str, fetcher: Fetcher, **how: Any) -> Reading:
    may = {"speaks_for": lambda _: ["news.example"]}  # where the articles of the documents lie
    return read_address(url, fetcher, **{"timezone": ZoneInfo("UTC"), "now": NOW, **may, **how})


# -- every kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "content_type"),
    [
        ("rss", rss(rss_item()), "application/rss+xml"),
        ("rss", rss(rss_item()), "text/html"),
        ("rss", documents.RDF, "application/rdf+xml"),
        ("atom", documents.ATOM, "application/atom+xml"),
        ("json", documents.JSON_FEED, "application/feed+json"),
    ],
)
def test_a_feed_with_whole_stories(
    site: NewsSite, fetcher: Fetcher, kind: str, body: str, content_type: str
) -> None:
    reading = read(site.serve("/feed", body, content_type), fetcher)
    assert (reading.kind, reading.title, reading.items) == (kind, "The Wire", 1)
    assert (reading.full_text, reading.newest, reading.problems) == (True, PUBLISHED, [])
    (article,) = reading.articles
    assert article.text == STORY
    assert article.title == "Rotterdam opens shore power"
    assert article.url.endswith("/1")
    assert article.source == "The Wire"
    assert article.published_at == PUBLISHED
    assert article.updated_at == (UPDATED if kind in ("atom", "json") else None)
    assert site.paths() == ["/feed"], "no page is fetched for a whole story"


def test_rss_0_91_without_dates_gets_the_time_of_reading_once(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve("/old", documents.RSS_091, "text/xml")
    (article,) = read(url, fetcher).articles
    assert (article.text, article.published_at) == (STORY, NOW)
    assert read(url, fetcher, known=set).articles == [], "or it would change with every reading"


def test_an_excerpt_is_read_from_its_page(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page())
    url = site.serve("/feed", rss(rss_item(link, content="Two quays have opened …")))
    reading = read(url, fetcher)
    assert reading.full_text is False
    (article,) = reading.articles
    assert (article.text, article.url, article.published_at) == (STORY, link, PUBLISHED)
    assert site.paths() == ["/feed", "/robots.txt", "/1"]
    assert read(url, fetcher, known=set).articles == []
    assert site.paths()[3:] == ["/feed"], "what is known is not fetched again"


def test_relative_links_and_markup_in_headlines(site: NewsSite, fetcher: Fetcher) -> None:
    item = rss_item("/1?a=1&amp;b=2", "AT&amp;amp;T &lt;b&gt;wins&lt;/b&gt; &lt;script&gt;x()&lt;/script&gt;")
    (article,) = read(site.serve("/feed", rss(item)), fetcher).articles
    assert article.title == "AT&T wins"
    assert article.url == site.url("/1?a=1&b=2")
    elsewhere = rss(rss_item("/2")).replace("<link>/</link>", "<link>https://news.example/</link>")
    (article,) = read(site.serve("/other", elsewhere), fetcher).articles
    assert article.url == "https://news.example/2", "relative to the site that the feed says it is of"


def test_a_news_sitemap(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page("Another headline", published=None))
    body = gzip.compress(documents.SITEMAP.replace("https://news.example/1", link).encode())
    reading = read(site.serve("/sitemap.xml.gz", body, "application/gzip"), fetcher)
    (article,) = reading.articles
    assert (reading.kind, article.source, article.text) == ("sitemap", "The Wire", STORY)
    assert (article.title, article.published_at) == ("Rotterdam opens shore power", PUBLISHED)


def test_a_sitemap_of_sitemaps(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page())
    site.serve("/news.xml", documents.SITEMAP.replace("https://news.example/1", link), "text/xml")
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>/news.xml</loc>'
        "<lastmod>2025-06-03</lastmod></sitemap><sitemap><loc>/gone.xml</loc></sitemap></sitemapindex>"
    )
    reading = read(site.serve("/sitemap.xml", index, "text/xml"), fetcher)
    assert [article.url for article in reading.articles] == [link]
    assert [problem.where for problem in reading.problems] == [site.url("/gone.xml")]


def test_a_page_and_the_feeds_it_names(site: NewsSite, fetcher: Fetcher) -> None:
    head = (
        '<link rel="canonical" href="/1"><link rel="alternate" type="application/rss+xml" href="/rss" '
        'title="All"><link rel="alternate" type="application/feed+json" href="/json">'
    )
    reading = read(site.serve("/1?utm_source=x", page(head=head)), fetcher)
    (article,) = reading.articles
    assert (reading.kind, article.url, article.source) == ("page", site.url("/1"), "The Wire")
    assert (article.title, article.text) == ("Rotterdam opens shore power", STORY)
    assert (article.published_at, article.updated_at, article.language) == (PUBLISHED, UPDATED, "en")
    assert reading.feeds == [FeedLink(site.url("/rss"), "All"), FeedLink(site.url("/json"))]


def test_a_page_dated_only_where_people_read(site: NewsSite, fetcher: Fetcher) -> None:
    story = f'<time datetime="2025-06-02">2 June 2025</time>{documents.HTML}'
    (article,) = read(site.serve("/1", page(published=None, story=story)), fetcher).articles
    assert article.published_at == datetime(2025, 6, 2, tzinfo=UTC)


def test_a_page_without_any_date(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve("/1", page(published=None))
    assert [article.published_at for article in read(url, fetcher).articles] == [NOW]
    assert read(url, fetcher, known=set).articles == []


@pytest.mark.parametrize("said", ["header", "page", "nobody"])
def test_a_page_in_windows_1251(site: NewsSite, fetcher: Fetcher, said: str) -> None:
    russian = "Порт Роттердама открыл два причала с береговым электричеством для контейнеровозов. "
    html = page(
        "Порт открыт", charset="windows-1251" if said == "page" else "", story=f"<p>{russian * 9}</p>"
    )
    kind = "text/html; charset=windows-1251" if said == "header" else "text/html"
    (article,) = read(site.serve("/1", html.encode("cp1251"), kind), fetcher).articles
    assert article.title == "Порт открыт"
    assert article.text == (russian * 9).strip()


def test_a_feed_in_windows_1251(site: NewsSite, fetcher: Fetcher) -> None:
    feed = rss(rss_item(title="Порт открыт")).replace("utf-8", "windows-1251")
    url = site.serve("/feed", feed.encode("cp1251", "xmlcharrefreplace"), "text/xml")
    assert read(url, fetcher).articles[0].title == "Порт открыт"


def test_lists_records_and_story_pages(site: NewsSite, fetcher: Fetcher) -> None:
    opml = read(site.serve("/list.opml", documents.OPML, "text/x-opml"), fetcher)
    assert (opml.kind, opml.feeds) == ("opml", [FeedLink("https://news.example/rss", "The Wire")])
    lines = read(site.serve("/news.jsonl", documents.JSON_LINE + "\n{\n", "text/plain"), fetcher)
    assert ([article.text for article in lines.articles], len(lines.problems)) == ([STORY], 1)
    story = read(site.serve("/page.txt", documents.STORY_PAGE, "text/plain"), fetcher)
    assert [article.text for article in story.articles] == [STORY]


def test_nothing_new(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve("/feed", rss(rss_item()), "application/rss+xml", etag='"1"')
    first = read(url, fetcher)
    again = read(url, fetcher, etag=first.fetched.etag)
    assert (again.kind, again.articles, again.fetched.status) == ("unchanged", [], 304)


# -- what is wrong with single entries -------------------------------------------------------------------


def test_a_date_of_another_century_is_not_believed(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve("/feed", rss(rss_item(date="Tue, 03 Jun 2125 08:00:00 GMT")))
    reading = read(url, fetcher)
    (article,) = reading.articles
    assert (article.published_at, article.published_precision, reading.newest) == (NOW, "seen", None)
    assert [problem.where for problem in reading.problems] == [article.url]
    assert '"Tue, 03 Jun 2125 08:00:00 GMT" lies in the future' in reading.problems[0].why


def test_an_hour_of_this_afternoon_keeps_its_day(site: NewsSite, fetcher: Fetcher) -> None:
    later = (NOW + timedelta(hours=5)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    reading = read(site.serve("/feed", rss(rss_item(date=later))), fetcher)
    (article,) = reading.articles
    assert (article.published_at.date(), article.published_precision) == (NOW.date(), "day")
    assert "dated in the future" in reading.problems[0].why


@pytest.mark.parametrize("date", ["soon", "Thu, 01 Jan 1970 00:00:00 GMT", "99999", "", None])
def test_a_date_that_cannot_be(site: NewsSite, fetcher: Fetcher, date: str | None) -> None:
    reading = read(site.serve("/feed", rss(rss_item(date=date))), fetcher)
    (article,) = reading.articles
    assert (article.published_at, article.published_precision) == (NOW, "seen")
    (problem,) = reading.problems
    assert (problem.where, (date or "no time") in problem.why) == (article.url, True)


def test_the_page_tells_the_hour_of_a_day_in_the_feed(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page())
    url = site.serve("/feed", rss(rss_item(link, content="Two quays …", date=f"{PUBLISHED:%Y-%m-%d}")))
    (article,) = read(url, fetcher).articles
    assert (article.published_at, article.published_precision) == (PUBLISHED, "minute")


def test_the_hour_in_the_feed_stays_where_the_page_tells_the_day(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", page(published=f"{PUBLISHED:%Y-%m-%d}"))
    (article,) = read(site.serve("/feed", rss(rss_item(link, content="Two quays …"))), fetcher).articles
    assert (article.published_at, article.published_precision) == (PUBLISHED, "minute")


def test_a_page_that_is_closed_leaves_the_excerpt(site: NewsSite, fetcher: Fetcher) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    items = (
        rss_item(site.url("/1"), content=PARAGRAPHS[0] + " Read more"),
        rss_item(site.url("/2"), content=""),
    )
    reading = read(site.serve("/feed", rss(*items), etag='"1"'), fetcher)
    assert [article.text for article in reading.articles] == [PARAGRAPHS[0]]
    whys = " ".join(problem.why for problem in reading.problems)
    assert "robots.txt" in whys
    assert [problem.where for problem in reading.problems] == [site.url("/1"), site.url("/2")]
    assert reading.fetched.etag == '"1"'


def test_a_page_that_fails_for_now_is_asked_again(site: NewsSite, fetcher: Fetcher) -> None:
    link = site.serve("/1", "", status=503)
    reading = read(site.serve("/feed", rss(rss_item(link, content=PARAGRAPHS[0])), etag='"1"'), fetcher)
    assert (reading.articles, len(reading.problems)) == ([], 1)
    assert reading.fetched.etag is None, "so that the next reading gets the whole feed"


# -- what is wrong with an address -----------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "is no feed, sitemap, list or web page"),
        ("plain words", "is no feed, sitemap, list or web page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "is no feed, sitemap, list or web page"),
        ("<rss><channel><title>", None),
        ("<html><body><p>Nothing here.</p></body></html>", "holds no article and names no feed"),
        ('{"a": 1}', "is JSON, but no JSON Feed"),
        ('{"items": ', "is not JSON"),
        ("<urlset><url>", "is not well-formed XML"),
        ("<opml><body>", "is not well-formed XML"),
        (rss(rss_item(title="&i;"), head=BOMB), "declares XML entities, which may be a bomb"),
        (rss(head='<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "declares XML entities"),
        (documents.OPML.replace("?>", "?>" + BOMB.replace("rss", "opml")), "declares XML entities"),
        (documents.SITEMAP.replace("?>", "?>" + BOMB.replace("rss", "urlset")), "declares XML entities"),
    ],
)
def test_bad_addresses_are_one_line(
    site: NewsSite, fetcher: Fetcher, body: bytes | str, why: str | None
) -> None:
    url = site.serve("/bad", body, "application/octet-stream")
    if why is None:
        assert read(url, fetcher).articles == []
        return
    with pytest.raises(SourceError) as caught:
        read(url, fetcher)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_external_entity_is_never_asked_for(site: NewsSite, fetcher: Fetcher) -> None:
    head = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{site.url("/secret")}">]>'
    with pytest.raises(NewsError):
        read(site.serve("/feed", rss(rss_item(title="&a;"), head=head)), fetcher)
    site.serve("/old", documents.RSS_091.replace("http://my.netscape.com/", site.url("/dtd/")), "text/xml")
    assert read(site.url("/old"), fetcher).items == 1
    assert site.paths() == ["/feed", "/old"]


def test_a_broken_feed_still_gives_what_it_has(site: NewsSite, fetcher: Fetcher) -> None:
    whole = rss(rss_item(), rss_item("/2"))
    cut = whole[: whole.rindex("</content:encoded>") - 5].replace(
        "<language>en-GB</language>", "<language>&x;"
    )
    reading = read(site.serve("/feed", cut, "text/xml"), fetcher)
    assert site.url("/1") in [article.url for article in reading.articles]


def test_a_feed_cannot_make_the_bot_read_this_machine(site: NewsSite) -> None:
    link = site.serve("/secret", page())

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with Fetcher(FetchOptions(gap_seconds=0.0), resolve=resolve) as guarded, pytest.raises(FetchError):
        read(link, guarded)
    assert site.paths() == []


@pytest.mark.parametrize(
    ("head", "original"),
    [
        ("", None),
        ('<link rel="canonical" href="https://wire.example/story">', "https://wire.example/story"),
        ('<link rel="Canonical" href="/story?id=1">', "/story?id=1"),
        ('<link rel="canonical" href="mailto:us@wire.example">', None),
    ],
)
def test_the_story_that_a_linked_page_names_as_the_original(
    site: NewsSite, fetcher: Fetcher, head: str, original: str | None
) -> None:
    link = site.serve("/story", page(head=head))
    reading = read(site.serve("/feed", rss(rss_item(link, content="Two quays…"))), fetcher)
    (article,) = reading.articles
    assert article.url == link
    assert article.original == (site.url(original) if original and original.startswith("/") else original)
