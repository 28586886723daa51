"""Every reader against damaged input: a reading or a clean error, and never more than two seconds.

250 inputs by default, FUZZ_EXAMPLES of them where that is set (`make fuzz`: 20,000).
"""

from __future__ import annotations

import gzip
import os
import time
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import NewsError
from index.fetch import Fetched, Fetcher, FetchError
from index.sources.address import Reading, read_fetched
from index.sources.speaker import Speaker
from index.types.article import Article
from index.types.report import Failure
from tests.servers.news_documents import DOCUMENTS, page

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "250"))
MAX_SECONDS = 2.0
NOW = datetime(2025, 6, 5, tzinfo=UTC)

# Pieces that readers trip over, put in anywhere.
EVIL = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<",
    b">",
    b"&",
    b"&#x110000;",
    b"&#0;",
    b"&nbsp;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    b"http://[half",
    b"javascript:alert(1)",
    b"99999-99-99T99:99:99Z",
    b"-0001-01-01",
    b"Tue, 99 Jun 99999 99:99:99 +9999",
    b"1e400",
    b"\\ud800",
    b'"',
    b"'",
    b"{",
    b"[" * 2000,
    b"<div>" * 2000,
    b"<item>" * 500,
    b"x" * 20_000,
    b"\xc3\x28\xa0\xa1",
    "‮ﷺ𝕳".encode(),
]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A real-looking document after one to eight cuts, repetitions and insertions."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    data = bytearray(DOCUMENTS[name])
    for _ in range(draw(st.integers(1, 8))):
        where = draw(st.integers(0, len(data)))
        until = where + draw(st.integers(0, 200))
        match draw(st.sampled_from(["cut", "repeat", "evil", "noise", "end", "flip"])):
            case "cut":
                del data[where:until]
            case "repeat":
                data[where:where] = data[where:until] * draw(st.integers(1, 50))
            case "evil":
                data[where:where] = draw(st.sampled_from(EVIL))
            case "noise":
                data[where:until] = draw(st.binary(max_size=50))
            case "end":
                del data[max(where, 20) :]
            case "flip" if where < len(data):
                data[where] ^= 1 << draw(st.integers(0, 7))
    return name, bytes(data)


class Pages:
    """A fetcher whose every page is the same damaged one; every third is missing."""

    seconds_left = 60.0

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._asked = 0

    def get(self, url: str, *, robots: bool = False, **_: str | None) -> Fetched:
        self._asked += 1
        if self._asked % 3 == 0:
            raise FetchError(f"{url} answers 404: there is nothing: check the address.", status=404)
        return Fetched(url, 200, self._body[:5000], "text/html")


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(damaged(), st.booleans(), st.sampled_from(["", "text/html", "application/xml", "application/json"]))
def test_damage_is_a_clean_error_at_worst(
    document: tuple[str, bytes], packed: bool, content_type: str
) -> None:
    name, data = document
    fetched = Fetched(
        f"https://news.example/{name}", 200, gzip.compress(data) if packed else data, content_type
    )
    fetcher = cast(Fetcher, Pages(data if name.endswith("html") else page().encode()))
    started = time.thread_time()
    outcome = read(fetched, fetcher)
    assert time.thread_time() - started < MAX_SECONDS
    if isinstance(outcome, NewsError):
        assert "\n" not in str(outcome)
        assert len(str(outcome)) < 500
        return
    assert all(is_whole(article) for article in outcome.articles)
    assert all(isinstance(problem, Failure) and "\n" not in problem.why for problem in outcome.problems)
    assert outcome.newest is None or outcome.kind in ("jsonl", "story") or outcome.newest <= NOW


def read(fetched: Fetched, fetcher: Fetcher) -> Reading | NewsError:
    try:
        speaker = Speaker.at(fetched.url, fetched.url)
        return read_fetched(fetched, fetcher, speaker, timezone=ZoneInfo("UTC"), now=NOW)
    except NewsError as error:
        return error


def is_whole(article: Article) -> bool:
    article.text.encode(), article.title.encode(), article.url.encode()  # no lone surrogates
    return bool(article.text and article.title and article.source) and "\x00" not in article.text
