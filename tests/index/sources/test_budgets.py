"""Documents that are made to be slow or large: each costs what its size costs, or one line that says so."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import pytest

from index.errors import BudgetError, RecordError, SourceError
from index.fetch import Fetcher, FetchOptions
from index.fetch.body import MAX_MEMBERS, gunzip
from index.runtime.confined import Confined, call_here
from index.sources import jsonl, story_page, web_page
from index.sources.address import MAX_BROKEN, read_address
from index.sources.feeds import feed, sitemap
from index.sources.feeds.entries import MAX_EXCESSES
from index.sources.opml import read_opml
from index.sources.upload import read_upload
from index.types.article import Article
from index.types.report import Failure
from tests.servers.news_documents import PARAGRAPHS, STORY, page, rss, rss_item
from tests.servers.news_site import NewsSite

P = ParamSpec("P")
T = TypeVar("T")
ZONE, NOW = ZoneInfo("UTC"), datetime(2025, 6, 5, tzinfo=UTC)
WHY = "takes more than 10 seconds of computing to read"


def refusing(function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """Call a function, unless a document among its arguments is marked as slow."""
    if any("slow-one" in str(getattr(argument, "body", argument)) for argument in arguments):
        raise BudgetError(WHY)
    return call_here(function, *arguments, **named)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(FetchOptions(allow_private=True, gap_seconds=0.0)) as fetcher:
        yield fetcher


# -- one line for each -----------------------------------------------------------------------------------


def test_a_slow_document_is_told_in_one_sentence(site: NewsSite, fetcher: Fetcher) -> None:
    url = site.serve("/page", page() + "slow-one", "text/html")
    with pytest.raises(SourceError) as raised:
        read_address(url, fetcher, timezone=ZONE, now=NOW, call=refusing)
    assert str(raised.value) == f"{url} {WHY}: leave it out, or give it in smaller parts."


def test_a_slow_upload_and_a_slow_list_are_told_too(fetcher: Fetcher) -> None:
    with pytest.raises(
        SourceError, match=rf"^list.jsonl {WHY}: leave it out, or give it in smaller parts\.$"
    ):
        read_upload(b"slow-one", "list.jsonl", fetcher, timezone=ZONE, now=NOW, call=refusing)
    with pytest.raises(SourceError, match=rf"^feeds.opml {WHY}: give it in smaller parts\.$"):
        read_opml(b"<opml>slow-one</opml>", "feeds.opml", refusing)


def test_slow_pages_of_a_feed_cost_themselves_and_then_no_more_are_fetched(
    site: NewsSite, fetcher: Fetcher
) -> None:
    items = []
    for number in range(6):
        mark = "" if number == 0 else "slow-one"
        url = site.serve(f"/{number}", page(title=f"Story {number}") + mark, "text/html")
        items.append(rss_item(url, f"Story {number}", content=""))
    url = site.serve("/feed", rss(*items), "application/rss+xml")
    reading = read_address(url, fetcher, timezone=ZONE, now=NOW, call=refusing)
    assert [article.title for article in reading.articles] == ["Story 0"]
    told = [problem.why for problem in reading.problems]
    assert sum(f"the page that it links to {WHY}" in why for why in told) == MAX_EXCESSES
    assert sum("others of its pages took too long to read" in why for why in told) == 5 - MAX_EXCESSES


def test_slow_lines_of_a_file_cost_themselves(tmp_path: Path) -> None:
    line = (
        '{"url": "https://a.example/%s", "title": "T", "text": "%s", "source": "S", '
        '"published_at": "2025-06-04"}\n'
    )
    path = tmp_path / "news.jsonl"
    long = "word " * 60_000
    path.write_text("".join(line % (name, long + name) for name in ("a", "slow-one", "c")))
    outcomes = [found.outcome for found in jsonl.read(path, ZONE, refusing)]
    assert [type(outcome) for outcome in outcomes] == [Article, Failure, Article]
    assert outcomes[1] == Failure(f"{path}:2", f"{WHY}: leave it out, or shorten it")
    story = tmp_path / "page.txt"
    story.write_text("slow-one " * 20_000)
    assert story_page.read(story, ZONE, refusing) == Failure(str(story), WHY)


# -- the attacks -----------------------------------------------------------------------------------------

LEAD = f"<p>{PARAGRAPHS[0]}</p>" * 3
HTML = "<html><head><title>T</title></head><body><article>{}</article></body></html>"
SHAPES = {
    "table": ("<table>", "<tr><td>Name</td><td>12</td><td>13</td></tr>", "</table>"),
    "row": ("<table><tr>", "<td>12</td>", "</tr></table>"),
    "breaks": ("<div>", "<br>", "</div>"),
    "words": ("<p>", "<span>word</span> ", "</p>"),
    "bold": ("<p>", "<b>word</b> ", "</p>"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_ordinary_large_pages_take_linear_time(shape: str) -> None:
    """A table of 101 kB took 3.8 seconds, one of 200 kB over 60, 400 kB of <br> 7.9."""
    before, part, after = SHAPES[shape]
    body = HTML.format(f"{LEAD}{before}{part * (50_000 // len(part))}{after}")
    started = time.thread_time()
    web_page.parse(body.encode(), "https://a.example/story", None, ZONE, NOW)
    taken = time.thread_time() - started
    assert taken < 1, f"{shape} of 50 kB took {taken:.1f} s"


def test_a_crowd_of_inline_elements_keeps_its_words() -> None:
    words = [f"word{number}" for number in range(500)]
    inline = " ".join(f"<b>{word}</b>" if number % 2 else word for number, word in enumerate(words))
    body = HTML.format(f"{LEAD}<p>{inline} <a href='/x'>a link</a> ends.</p>")
    found = web_page.parse(body.encode(), "https://a.example/story", None, ZONE, NOW)
    assert f"{' '.join(words)} a link ends." in found.text


def test_many_empty_gzip_members_are_refused() -> None:
    """20 MB of them took over a minute; here are 2 MB."""
    started = time.thread_time()
    with pytest.raises(SourceError, match="is packed in more than 2,000 parts: pack it as one"):
        gunzip(gzip.compress(b"") * 100_000, 1_000_000, "file.gz")
    assert time.thread_time() - started < 0.5
    assert gunzip(gzip.compress(b"a\n") * MAX_MEMBERS, 1_000_000, "file.gz") == b"a\n" * MAX_MEMBERS


def test_a_broken_feed_takes_little_memory() -> None:
    """One of 7.6 MB took 1.1 GB: feedparser's forgiving parser never sees it now."""
    body = "<rss><channel>" + "<item><a&b><p>AT&T<b>" * 60_000  # 1.3 MB
    confined = Confined(memory=384 * 2**20)
    try:
        assert confined.call(feed.parse, body, "https://a.example/feed").found >= 1
    finally:
        confined.end()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": "word " * 1000}, "title has 4,999 characters, more than 2,000"),
        ({"language": "e" * 1000}, "language has 1,000 characters, more than 500"),
        ({"authors": ["Ann"] * 10_000}, "authors have 30,000 characters, more than 20,000"),
        ({"topics": ["x" * 30_000]}, "topics have 30,000 characters, more than 20,000"),
        ({"highlights": ["x" * 300] * 100}, "highlights have 30,000 characters, more than 20,000"),
    ],
)
def test_a_line_is_refused_where_what_stands_beside_its_text_is_endless(
    changes: dict[str, object], why: str
) -> None:
    """Every passage is embedded with the headline, and all of it is read for every answer."""
    line = {"url": "https://a.example/1", "title": "T", "text": STORY, "source": "S"}
    with pytest.raises(RecordError, match=why):
        jsonl.to_article({**line, "published_at": "2025-06-04", **changes}, ZONE)


@pytest.mark.parametrize(
    ("title", "highlight", "why"),
    [("word " * 1000, "Short.", "the headline has 4,999"), ("Short", "word " * 5000, "the highlights have")],
)
def test_a_story_page_is_refused_where_its_headline_or_highlights_are_endless(
    title: str, highlight: str, why: str
) -> None:
    written = f"Jun 4, 2025, 11:29 PM\n\n{title}\n\nHighlights\n • {highlight}\nStory\n\n{STORY}\n"
    with pytest.raises(RecordError, match=why):
        story_page.parse(written, "file:///a.txt", ZONE)


def test_why_something_cannot_be_read_is_short_however_long_that_is(site: NewsSite, fetcher: Fetcher) -> None:
    """It is stored with the source and shown in lists; here a "time" of a megabyte would be."""
    line = {"url": "/1", "title": "T", "text": STORY, "source": "S", "published_at": "2" * 1_000_000}
    url = site.serve("/a.jsonl", json.dumps(line))
    (problem,) = read_address(url, fetcher, timezone=ZONE, now=NOW).problems
    assert len(problem.sentence) < 1200
    assert problem.why.startswith("'2222")


def test_of_very_many_broken_lines_the_first_are_named_and_the_others_counted(
    site: NewsSite, fetcher: Fetcher
) -> None:
    good = {"url": "https://a.example/1", "title": "T", "text": STORY, "source": "S"}
    written = json.dumps({**good, "published_at": "2025-06-04"})
    url = site.serve("/a.jsonl", "{}\n" * 5000 + written)
    reading = read_address(url, fetcher, timezone=ZONE, now=NOW)
    assert len(reading.articles) == 1
    assert len(reading.problems) == MAX_BROKEN + 1
    assert reading.problems[-1].why == "4,000 more lines cannot be read"


LONG = "https://a.example/" + "a/" * 2000
LONG_ADDRESS = {
    "rss": rss(rss_item(LONG)),
    "json": json.dumps({"version": "1.1", "items": [{"id": "1", "url": LONG, "content_text": STORY}]}),
    "sitemap": f"<urlset><url><loc>{LONG}</loc><lastmod>2025-06-04</lastmod></url></urlset>",
}


@pytest.mark.parametrize("kind", LONG_ADDRESS)
def test_an_entry_with_an_endless_address_is_left_out(site: NewsSite, fetcher: Fetcher, kind: str) -> None:
    """It would be stored, compared and shown in full, and could be as long as the feed."""
    reading = read_address(site.serve("/feed", LONG_ADDRESS[kind]), fetcher, timezone=ZONE, now=NOW)
    assert not reading.articles
    (problem,) = reading.problems
    assert "has an address of 4,018 characters, too many: it is left out" in problem.why


def test_an_endless_address_of_a_page_or_a_line_is_not_believed() -> None:
    called = page().replace("<head>", f'<head><link rel="canonical" href="{LONG}">').encode()
    assert web_page.parse(called, "https://a.example/1", None, ZONE, NOW).url == "https://a.example/1"
    line = {"url": LONG, "title": "T", "text": STORY, "source": "S", "published_at": "2025-06-04"}
    with pytest.raises(RecordError, match="url has 4,018 characters, more than 4,000"):
        jsonl.to_article(line, ZONE)


def test_of_an_index_of_sitemaps_no_endless_text_is_kept() -> None:
    written = f"<sitemap><loc>{LONG}</loc></sitemap><sitemap><loc>/a</loc><lastmod>{LONG}</lastmod></sitemap>"
    found = sitemap.parse(f"<sitemapindex>{written}</sitemapindex>", "https://a.example/s")
    assert [(child.url, len(child.changed)) for child in found.children] == [("https://a.example/a", 100)]


def test_a_text_longer_than_any_book_is_refused() -> None:
    """One paragraph of 10 MB took 40 seconds and 1.4 GiB, and every answer from it would read all of it."""
    record = {"url": "https://a.example/1", "title": "T", "source": "S", "published_at": "2025-06-04"}
    with pytest.raises(RecordError, match="text has 2,000,001 characters, more than 2,000,000: make several"):
        jsonl.to_article({**record, "text": "a" * 2_000_001}, ZONE)
    assert len(jsonl.to_article({**record, "text": "a" * 2_000_000}, ZONE).text) == 2_000_000
