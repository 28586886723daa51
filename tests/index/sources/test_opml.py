"""Lists of feeds: what other readers write is read, and nothing that does harm."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.sources.feeds.items import FeedLink
from index.sources.opml import read_opml, write_opml
from index.types.source import Source

NOW = datetime(2025, 6, 10, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
ADDRESSES = st.text("abcxyz0189&=?/%<>é", max_size=20).map("https://a.example/".__add__)
NAMES = st.lists(st.text("Ab9&>'é中", min_size=1), min_size=1, max_size=4).map(" ".join)


def test_folders_and_either_spelling_of_the_address_are_understood() -> None:
    body = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="News">
      <outline text="A" title="Alpha  News" xmlUrl="https://a.example/feed"/>
      <outline text="B" xmlurl=" https://b.example/feed "/><outline text="none"/>
    </outline></body></opml>"""
    assert read_opml(body, "x") == [
        FeedLink("https://a.example/feed", "Alpha News"),
        FeedLink("https://b.example/feed", "B"),
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is not well-formed XML"),
        (b"<opml><body>", "is not well-formed XML"),
        (b"<opml><body/></opml>", "names no feed"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "names no feed"),
        (b'<!DOCTYPE o [<!ENTITY a "&b;"><!ENTITY b "b">]><opml/>', "declares XML entities"),
        ('<?xml version="1.0" encoding="UTF-16"?><opml/>'.encode("utf-16"), "names no feed"),
        (b'<?xml version="1.0" encoding="nonsense"?><opml/>', "names no feed"),
        (b"<rss/>", "is no OPML list"),
        (b" " * (4 * 1024 * 1024 + 1), "is larger than 4 MiB"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(body: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=f"^mine.opml {why}.*[.]$"):
        read_opml(body, "mine.opml")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_that(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        assert read_opml(body, "x")


@given(st.dictionaries(ADDRESSES, NAMES, min_size=1, max_size=5))
def test_what_is_written_is_read_again(feeds: dict[str, str]) -> None:
    sources = [Source(url, NOW, title=title) for url, title in feeds.items()]
    read = read_opml(write_opml(sources).encode(), "x")
    assert [(link.url, link.title) for link in read] == list(feeds.items())


def test_the_default_list_is_one() -> None:
    feeds = read_opml((ROOT / "config" / "feeds.opml").read_bytes(), "feeds.opml")
    assert len(feeds) >= 5
    assert all(feed.url.startswith("https://") and feed.title for feed in feeds)
