"""Files that somebody hands in: told by their content, bounded, and their names are never paths."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import SourceError
from index.fetch import Fetcher, FetchOptions
from index.sources.address import Reading
from index.sources.upload import MAX_NAME, read_upload, upload_address
from tests.fakes import NOW, story
from tests.servers.news_documents import ATOM, page, rss, rss_item

LINE = json.dumps(
    {
        "url": "https://news.example/1",
        "title": "Port opens",
        "text": story("Port opens"),
        "source": "Wire",
        "published_at": "2025-06-04T23:29:00Z",
    }
)
STORY_PAGE = f"Jun 5, 2025, 12:00 AM\n\nPort opens\n\nStory\n\n{story('Port')}\n\nOpinions\n"
OPML = '<opml version="2.0"><body><outline xmlUrl="https://news.example/feed"/></body></opml>'


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """One that can reach nothing."""
    with Fetcher(FetchOptions()) as fetcher:
        yield fetcher


def received(fetcher: Fetcher, body: str | bytes, name: str) -> Reading:
    data = body.encode() if isinstance(body, str) else body
    return read_upload(data, name, fetcher, timezone=ZoneInfo("UTC"), now=NOW)


@pytest.mark.parametrize(
    ("body", "kind", "articles"),
    [
        (LINE, "jsonl", 1),
        (STORY_PAGE, "story", 1),
        (rss(rss_item("https://news.example/1")), "rss", 1),
        (ATOM.replace('href="1"', 'href="https://news.example/1"'), "atom", 1),
        (page(), "page", 1),
        (OPML, "opml", 0),
    ],
)
@pytest.mark.parametrize("name", ["attachment", "wrong.xml", "../../etc/passwd"])
@pytest.mark.parametrize("packed", [False, True])
def test_content_tells_what_it_is(
    fetcher: Fetcher, body: str, kind: str, articles: int, name: str, packed: bool
) -> None:
    reading = received(fetcher, gzip.compress(body.encode()) if packed else body, name)
    assert (reading.kind, len(reading.articles)) == (kind, articles)
    assert {article.via for article in reading.articles} <= {"upload"}


def test_a_broken_line_names_the_file_as_it_was_called(fetcher: Fetcher) -> None:
    reading = received(fetcher, f"{LINE}\n{{}}\n", "my news.jsonl")
    assert [problem.where for problem in reading.problems] == ["my news.jsonl:2"]
    assert len(reading.articles) == 1


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ({"published_at": "2099-01-01T00:00:00Z"}, (NOW, "seen", None)),
        ({"published_at": "2099-01-01"}, (NOW, "seen", None)),
        ({"published_at": "2099-01-01T00:00:00Z", "published_precision": "seen"}, (NOW, "seen", None)),
        ({"published_at": "2025-06-10T20:00:00Z"}, (NOW.replace(hour=0), "day", None)),
        ({"updated_at": "2099-01-01T00:00:00Z"}, (NOW - timedelta(days=5.5), "minute", None)),
        ({}, (NOW - timedelta(days=5.5), "minute", None)),
    ],
)
def test_no_time_ahead_is_believed(
    fetcher: Fetcher, told: dict[str, str], stored: tuple[object, ...]
) -> None:
    """Where only the newest articles are kept, those of next year would be, and all others deleted."""
    line = json.loads(LINE) | {"published_at": "2025-06-05T00:00:00Z"} | told
    (article,) = received(fetcher, json.dumps(line), "news.jsonl").articles
    assert (article.published_at, article.published_precision, article.updated_at) == stored


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, b"hello", b"<urlset><url", b"\x1f\x8b\x08garbage"])
def test_what_is_nothing_is_one_sentence(fetcher: Fetcher, body: bytes) -> None:
    with pytest.raises(SourceError) as raised:
        received(fetcher, body, "my news.bin")
    assert "my news.bin" in str(raised.value)
    assert "file:" not in str(raised.value)


@given(st.text())
def test_an_address_made_of_a_name_leads_nowhere(name: str) -> None:
    parts = urlsplit(upload_address(name))
    path = unquote(parts.path)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("file", "", "", "")
    assert path.startswith("/")
    assert "/" not in path[1:]
    assert path[1:] not in ("", ".", "..")
    assert len(path) <= MAX_NAME + 1
