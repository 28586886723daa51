"""`--edition`: what a Discord server sees, on the command line; the real library with a small model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import session
from config import Settings, load_settings
from index import SHARED, IndexOptions, NewsIndex, UsageError
from tests.command_line import forget_settings, newsbot, told
from tests.fakes import HashingEmbedder, article, record
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

GUILD = "80351110224678912"


def open_news(settings: Settings) -> NewsIndex:
    options = IndexOptions(data_dir=settings.data_dir, follow_seconds=0.05, fetch_private=True)
    return NewsIndex.open(options, HashingEmbedder())


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(tmp_path, monkeypatch)
    monkeypatch.setattr(session, "open_index", open_news)


def test_what_a_server_sees_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with NewsSite() as site, open_news(load_settings()) as news:
        shared = site.serve("/shared.xml", rss(rss_item(), title="Shared"), "application/rss+xml")
        news.subscriptions.add(shared)
        own = "https://own.example/feed"
        body = f'<opml><body><outline xmlUrl="{own}"/></body></opml>'.encode()
        news.subscriptions.import_opml(body, "x", GUILD)
        news.receive(json.dumps(record(article("own"))).encode(), "own.jsonl", edition=GUILD)
    for given, articles, urls in (
        (GUILD, 2, [shared, own]),
        ("shared", 1, [shared]),
        (None, 2, [shared, own]),
    ):
        seen = ["--edition", given] if given else []
        assert len(told(capsys, "latest", *seen)["articles"]) == articles
        assert told(capsys, "status", *seen)["articles"] == articles
        assert [source["url"] for source in told(capsys, "sources", "list", *seen)["sources"]] == urls
        assert newsbot("sources", "export", *seen) == 0
        assert (own in capsys.readouterr().out) == (own in urls)
    for command in ("ask", "timeline"):
        assert told(capsys, command, "What about own?", "--edition", GUILD)


def test_an_edition_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("latest", "--edition", "Server One") == 2
    assert capsys.readouterr().err == (
        "newsbot: --edition takes the id of a Discord server, or shared, not 'Server One'.\n"
    )
    assert session.given_edition(" Shared ") == SHARED
    with pytest.raises(UsageError):
        session.given_edition("-1")


def test_what_the_operator_changes_is_in_every_trail(capsys: pytest.CaptureFixture[str]) -> None:
    with NewsSite() as site:
        url = site.serve("/feed.xml", rss(rss_item(), title="Wire"), "application/rss+xml")
        told(capsys, "sources", "add", url)
        told(capsys, "sources", "remove", "Wire")
    with open_news(load_settings()) as news:
        trail = [(entry.person, entry.action, entry.detail) for entry in news.guilds.trail(GUILD, 9)]
    assert trail == [("operator", "source removed", url), ("operator", "source added", url)]
