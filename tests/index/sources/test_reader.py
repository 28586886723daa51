"""Whatever a person names: files of every kind, addresses, lists of feeds; and into the library with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index.errors import SourceError
from index.sources.address import nothing_known
from index.sources.files import source_files
from index.sources.reader import Reader
from index.types.article import Article
from index.types.question import Question
from index.types.report import Failure
from tests.fakes import open_news
from tests.servers import news_documents as documents
from tests.servers.news_documents import STORY, page, rss, rss_item
from tests.servers.news_site import NewsSite

NOW = datetime(2025, 6, 5, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader(ZoneInfo("UTC"), lambda: NOW, nothing_known, private=True)
    yield reader
    reader.close()


def outcomes(reader: Reader, source: Path | str) -> list[Article | Failure]:
    return [record.outcome for record in reader.records(source)]


@pytest.mark.parametrize("name", ["feed.rss", "feed.json", "old.RSS", "page.html", "page.txt", "news.jsonl"])
def test_a_file_of_every_kind(tmp_path: Path, reader: Reader, name: str) -> None:
    document = documents.DOCUMENTS["old.rss" if name == "old.RSS" else name]
    if name in ("feed.rss", "feed.json"):
        document = (
            rss(rss_item("https://a.example/1")).encode()
            if name == "feed.rss"
            else document.replace(b"/1", b"https://a.example/1")
        )
    (tmp_path / name).write_bytes(document)
    articles = [outcome for outcome in outcomes(reader, tmp_path / name) if isinstance(outcome, Article)]
    assert articles[0].text == STORY


def test_a_folder_holds_feeds_too(tmp_path: Path) -> None:
    for name in ("a.atom", "b.html", "c.opml", "d.xml", "e.xml.gz", "notes.md"):
        (tmp_path / name).touch()
    assert [path.name for path in source_files(str(tmp_path))] == [
        "a.atom",
        "b.html",
        "c.opml",
        "d.xml",
        "e.xml.gz",
    ]


def test_a_file_that_is_too_large(tmp_path: Path, reader: Reader) -> None:
    with (tmp_path / "feed.xml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(SourceError, match="is larger than 32 MiB"):
        outcomes(reader, tmp_path / "feed.xml")


def test_every_feed_of_a_list_is_read(site: NewsSite, tmp_path: Path, reader: Reader) -> None:
    good = site.serve("/good", rss(rss_item()), "application/rss+xml")
    feeds = "".join(f'<outline xmlUrl="{url}"/>' for url in (site.url("/missing"), good))
    (tmp_path / "list.opml").write_text(f"<opml><body>{feeds}</body></opml>")
    missing, article = outcomes(reader, tmp_path / "list.opml")
    assert isinstance(missing, Failure)
    assert missing.where == site.url("/missing")
    assert isinstance(article, Article)


def test_feeds_on_a_page_are_offered(site: NewsSite, reader: Reader) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    (record,) = reader.records(site.serve("/1", page(head=link)))
    offer = Failure(
        site.url("/1"), f"the page names a feed, give that to read all its news: {site.url('/rss')}"
    )
    assert isinstance(record.outcome, Article)
    assert record.warning == offer
    front = site.serve("/1", f"<html><head>{link}</head><body><p>Welcome</p></body></html>")
    assert [record.outcome for record in reader.records(front)] == [offer]


def test_an_address_becomes_answers(site: NewsSite, tmp_path: Path) -> None:
    feed = site.serve("/feed", rss(rss_item()), "application/rss+xml")
    missing = site.serve("/gone", "", status=410)
    with open_news(tmp_path, fetch_private=True) as news:
        report = news.ingest([feed, missing])
        assert (report.added, [failure.where for failure in report.failed]) == (1, [missing])
        assert news.ingest([feed]).unchanged == 1
        quotes = news.ask(Question("What did the port of Rotterdam open?")).quotes
        assert quotes[0].article.url == site.url("/1")
        assert quotes[0].text in STORY
        site.serve("/feed", rss(rss_item(title="Corrected headline")), "application/rss+xml")
        assert news.reindex().ingested.updated == 1


def test_addresses_of_this_machine_stay_closed(site: NewsSite, tmp_path: Path) -> None:
    feed = site.serve("/feed", rss(rss_item()), "application/rss+xml")
    with open_news(tmp_path) as news:
        (failure,) = news.ingest([feed]).failed
        assert "is not on the public internet" in failure.why
        assert news.status().sources == 0
    assert site.requests == []
