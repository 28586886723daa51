"""Sources from the command line: the real library, and feeds over HTTP on loopback."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest

from bot.cli import session
from config import FEEDS, Settings, load_settings
from index import IndexOptions, NewsIndex, Question
from index.clock import utc_now
from tests.bot.ops.test_health import get
from tests.command_line import forget_settings, newsbot, told
from tests.fakes import HashingEmbedder, story
from tests.servers.news_documents import page, rss, rss_item
from tests.servers.news_site import NewsSite

ROOT = Path(__file__).parents[3]
XML = "application/rss+xml"
SECONDS = 10.0


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as site:
        yield site


def open_news(settings: Settings, seconds: float = 0.2) -> NewsIndex:
    """Open the library as the commands do, but with a small model and so long between two readings."""
    options = IndexOptions(
        data_dir=settings.data_dir,
        follow_seconds=0.05,
        fetch_private=True,
        refresh_shortest=seconds,
        refresh_longest=seconds,
    )
    return NewsIndex.open(options, HashingEmbedder())


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(tmp_path, monkeypatch)
    monkeypatch.setattr(session, "open_index", open_news)


def feed(*items: str) -> str:
    return rss(*(items or (rss_item(),)))


def test_a_source_is_tried_added_listed_and_removed(
    site: NewsSite, capsys: pytest.CaptureFixture[str]
) -> None:
    url = site.serve("/feed.xml", feed(), XML)
    trial = told(capsys, "sources", "test", url)
    assert (trial["kind"], trial["title"], trial["articles"]) == ("rss", "The Wire", 1)
    assert trial["full_text"] is True
    assert told(capsys, "sources", "list") == {"sources": []}

    added = told(capsys, "sources", "add", url)
    assert added["ingested"]["added"] == 1
    assert added["source"]["state"] == "ok"
    (listed,) = told(capsys, "sources", "list")["sources"]
    assert listed == added["source"]
    assert told(capsys, "status")["addresses"] == 1

    assert told(capsys, "sources", "remove", "the wire") == {"removed": url}
    assert told(capsys, "sources", "list") == {"sources": []}
    assert told(capsys, "status")["articles"] == 1


def test_what_people_see(
    site: NewsSite, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.serve("/feed.xml", feed(), XML)
    assert newsbot("sources", "list") == 0
    assert "`newsbot sources add URL`" in capsys.readouterr().out
    assert newsbot("sources", "add", url) == 0
    out = capsys.readouterr().out
    assert out.startswith("The Wire\nrss, 1 item, 1 article to store\nnewest 3 Jun 2025, 08:00 UTC")
    assert "\nfull text\n" in out
    assert "\n1 added, 0 updated" in out
    site.remove("/feed.xml")
    # Once it has failed it is not due again for most of a minute, so a slow machine does not overtake it.
    monkeypatch.setattr(session, "open_index", partial(open_news, seconds=50.0))
    while newsbot("watch", "--once") == 0:  # until it is due
        assert "No source is due" in capsys.readouterr().out
    assert "1 source read: 0 added, 0 updated, 1 failing" in capsys.readouterr().out
    assert newsbot("sources", "list") == 0
    out = capsys.readouterr().out
    assert "failing  The Wire · 1 article · read just now · read again within" in out
    assert f"         {url}\n" in out
    assert "answers 404: there is nothing: check the address." in " ".join(out.split())
    assert newsbot("status") == 0
    out = capsys.readouterr().out
    assert "1 address, 1 failing" in out
    assert "there is nothing" in out


def test_a_page_offers_its_feeds(site: NewsSite, capsys: pytest.CaptureFixture[str]) -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="All" href="/feed.xml">'
    url = site.serve("/", page(head=link))
    assert newsbot("sources", "add", url) == 1
    assert site.url("/feed.xml") in capsys.readouterr().out
    assert told(capsys, "sources", "list") == {"sources": []}


def test_lists_come_in_and_go_out(site: NewsSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "sources", "default")["added"] >= 5
    assert newsbot("sources", "export") == 0
    exported = capsys.readouterr().out
    (tmp_path / "mine.opml").write_text(exported, encoding="utf-8")
    assert told(capsys, "sources", "import", "mine.opml") == {"added": 0}
    for source in told(capsys, "sources", "list")["sources"]:
        assert source["state"] == "new"
        assert newsbot("sources", "remove", source["url"]) == 0
    capsys.readouterr()
    url = site.serve("/list.opml", FEEDS.read_bytes(), "text/x-opml")
    assert told(capsys, "sources", "add", url)["listed"] >= 5


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("sources", "add", "no address at all"), "is no web address"),
        (("sources", "add", "news.example/rss", "--speaks-for", "no site"), "'no site' is no site"),
        (("sources", "remove", "The Wire"), "There is no source 'The Wire'"),
        (("sources", "import", "missing.opml"), "missing.opml cannot be read"),
        (("watch", "--json"), "add --once"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert newsbot(*arguments) == 2
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1


def test_an_address_that_was_read_once_can_become_a_source(
    site: NewsSite, capsys: pytest.CaptureFixture[str]
) -> None:
    url = site.serve("/feed.xml", feed(), XML)
    assert told(capsys, "ingest", url)["added"] == 1
    assert told(capsys, "sources", "add", url)["ingested"]["unchanged"] == 1
    assert [source["url"] for source in told(capsys, "sources", "list")["sources"]] == [url]


def test_the_operator_says_for_which_site_a_feed_speaks(
    site: NewsSite, capsys: pytest.CaptureFixture[str]
) -> None:
    url = site.serve("/feed.xml", feed(rss_item(site.url("/1", "localhost"))), XML)
    told(capsys, "sources", "add", url)
    assert [one["source"] for one in told(capsys, "latest")["articles"]] == ["The Wire (127.0.0.1)"]
    added = told(capsys, "sources", "add", url, "--speaks-for", "http://localhost/")
    assert added["ingested"]["added"] == 1
    assert [one["source"] for one in told(capsys, "latest")["articles"]] == ["The Wire"]
    (source,) = told(capsys, "sources", "list")["sources"]
    assert source["speaks_for"] == ["localhost"]


def published_now(link: str, title: str, first: str) -> str:
    return rss_item(
        link, title, content=f"<p>{first} {story(title)}</p>", date=format_datetime(datetime.now(UTC))
    )


def test_what_is_published_is_answerable_within_ten_seconds(site: NewsSite) -> None:
    first = published_now("/1", "Rotterdam opens shore power", "It is Monday.")
    site.serve("/feed.xml", feed(first), XML, etag='"1"')
    news = session.open_for_discord(load_settings())
    question = Question("How many penguins escaped from the zoo of Basel?")
    with news:
        news.subscriptions.add(site.url("/feed.xml"))
        assert all("penguins" not in quote.text for quote in news.ask(question).quotes)
        words = "Eleven penguins escaped from the zoo of Basel."
        second = published_now("/2", "Penguins escape from the zoo of Basel", words)
        site.serve("/feed.xml", feed(second, first), XML, etag='"2"')
        published = time.monotonic()
        while all(words not in quote.text for quote in news.ask(question).quotes):
            assert time.monotonic() - published < SECONDS
        assert news.status().failing == ()


def test_a_bot_that_is_told_not_to_leaves_its_sources_alone(
    site: NewsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_REFRESH", "off")
    url = site.serve("/feed.xml", feed(), XML)
    with session.open_for_discord(load_settings()) as news:
        news.subscriptions.add(url)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("refresh-")]
    assert site.paths() == ["/feed.xml"]


def test_watching_reads_what_is_due_until_it_is_stopped(site: NewsSite, tmp_path: Path) -> None:
    url = site.serve("/feed.xml", feed(), XML)
    with open_news(load_settings()) as news:
        opml = f'<opml version="2.0"><body><outline text="x" xmlUrl="{url}"/></body></opml>'
        assert news.subscriptions.import_opml(opml.encode(), "x.opml") == 1
    code = (
        "import tests.bot.cli.test_sources as t; from bot.__main__ import main; "
        "t.session.open_index = t.open_news; main(['watch'])"
    )
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=inherited | {"PYTHONPATH": str(ROOT), "NEWS_HEALTH_PORT": str(port)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lines = process.stderr or io.StringIO()
            read = next(line for line in lines if "source read" in line or "failed" in line)
            assert "added=1" in read
            assert get(port, "/readyz")[0] == get(port, "/healthz")[0] == 200
            assert "newsbot_articles 1.0" in get(port, "/metrics")[1]
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()
    with open_news(load_settings()) as news:
        (source,) = news.subscriptions.all()
        assert source.state == "ok"
        assert source.last_ok is not None
        assert source.last_ok <= utc_now()
