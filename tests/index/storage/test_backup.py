"""A backup holds all that was stored at one moment; restoring puts it back whole, or changes nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from index import (
    Article,
    BusyError,
    IndexOptions,
    Question,
    StoreError,
    UsageError,
    restore_backup,
    write_backup,
)
from index.search.local import condition
from index.storage import backup
from tests.fakes import article, assert_search_is_whole, open_news, stored, story, until, write_jsonl

ROOT = Path(__file__).parents[3]
FIRST = [article(f"a{i}", story(f"place {chr(97 + i)}")) for i in range(5)]
LATER = [article(f"b{i}", story(f"town {chr(97 + i)}")) for i in range(3)]
QUESTION = Question("What was described in place c?", limit=3)


@pytest.fixture
def options(tmp_path: Path) -> IndexOptions:
    """A library that holds the first articles."""
    with open_news(tmp_path, FIRST):
        return IndexOptions(tmp_path / "data")


def articles_in(tmp_path: Path) -> list[Article]:
    with open_news(tmp_path) as news:
        return sorted(
            (headline.article for headline in news.latest(limit=100)), key=lambda article: article.id
        )


def add(tmp_path: Path, articles: list[Article]) -> None:
    with open_news(tmp_path) as news:
        news.ingest([str(write_jsonl(tmp_path / "more.jsonl", articles))])


OTHERS = {"news.db-wal", "news.db-shm", "backup.lock", "news.db.deletions.lock"}


def left(folder: Path) -> set[str]:
    """Return the names of what is in a folder, but for the files that SQLite and locks leave there."""
    return {path.name for path in folder.iterdir()} - {*OTHERS, "index"}


def test_there_and_back(tmp_path: Path, options: IndexOptions) -> None:
    file = tmp_path / "kept.newsbot"
    report = write_backup(options, file)
    assert (report.path, report.articles, report.size) == (file, 5, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    add(tmp_path, LATER)
    assert len(articles_in(tmp_path)) == 8
    assert restore_backup(options, file, force=True).articles == 5
    assert articles_in(tmp_path) == sorted(FIRST, key=lambda article: article.id)
    assert left(tmp_path / "data") == {"news.db"}


def test_answers_are_the_same_in_an_empty_folder(tmp_path: Path, options: IndexOptions) -> None:
    file = tmp_path / "kept.newsbot"
    write_backup(options, file)
    restore_backup(IndexOptions(tmp_path / "new" / "data"), file)
    with open_news(tmp_path) as before, open_news(tmp_path / "new") as after:
        assert after.ask(QUESTION).quotes == before.ask(QUESTION).quotes != ()


def test_a_running_library_follows_a_restore(tmp_path: Path, options: IndexOptions) -> None:
    file = tmp_path / "kept.newsbot"
    with open_news(tmp_path) as news:
        write_backup(options, file)
        # As many changes as before: only the new name of the database tells the followers.
        news.ingest([str(write_jsonl(tmp_path / "more.jsonl", LATER))])
        restore_backup(options, file, force=True)
        with stored(tmp_path) as store:
            until(lambda: is_at(tmp_path, store.id))
        assert {headline.article.id for headline in news.latest(limit=100)} == {
            article.id for article in FIRST
        }
        news.ingest([str(tmp_path / "more.jsonl")])
        assert news.status().articles == 8
    assert_search_is_whole(tmp_path)


def is_at(tmp_path: Path, database_id: str) -> bool:
    """Tell whether the search index has been brought up to date with the database of that id."""
    position = condition(tmp_path / "data" / "index").position
    return position is not None and position.store == database_id


def test_a_batch_written_meanwhile_is_in_it_or_not(tmp_path: Path, options: IndexOptions) -> None:
    many = [article(f"m{i}", story(f"village {i}")) for i in range(120)]
    with open_news(tmp_path) as news:
        path = write_jsonl(tmp_path / "many.jsonl", many)
        writing = threading.Thread(target=news.ingest, args=([str(path)],))
        writing.start()
        counts = [write_backup(options, tmp_path / f"{number}.newsbot").articles for number in range(4)]
        writing.join()
    assert counts == sorted(counts)
    for number, count in enumerate(counts):
        restore_backup(IndexOptions(tmp_path / "each" / "data"), tmp_path / f"{number}.newsbot", force=True)
        with open_news(tmp_path / "each") as news:
            assert news.status().articles == count


def test_nothing_is_replaced_unasked(tmp_path: Path, options: IndexOptions) -> None:
    file = tmp_path / "kept.newsbot"
    file.write_text("somebody's")
    with pytest.raises(UsageError, match="exists already: name another file, or add --force"):
        write_backup(options, file)
    assert file.read_text() == "somebody's"
    write_backup(options, file, force=True)
    with pytest.raises(UsageError, match="5 articles are stored: add --force to put the 5 of the backup"):
        restore_backup(options, file)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("", "cannot be a file"),
        ("nowhere/kept.newsbot", "cannot be a file: name one in a folder that exists"),
        ("data/news.db", "is the database itself"),
    ],
)
def test_places_that_cannot_be_used(tmp_path: Path, options: IndexOptions, place: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        write_backup(options, tmp_path / place, force=True)
    assert len(articles_in(tmp_path)) == 5


def test_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to back up yet"):
        write_backup(IndexOptions(tmp_path / "data"), tmp_path / "kept.newsbot")


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name)")


def with_a_trigger(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM articles; END")


def from_the_future(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8192 : len(data) - 4096] = b"\xff" * (len(data) - 4096 - 8192)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (foreign, "no database of newsbot: name one that 'newsbot backup' wrote"),
        (with_a_trigger, "no database of newsbot"),
        (lambda path: path.write_text("Dear diary, " * 99), "is damaged or no database"),
        (lambda path: path.write_bytes(b""), "no database of newsbot"),
        (Path.unlink, "There is no file"),
        (cut, "is damaged"),
        (overwritten, "is damaged"),
        (from_the_future, "written by a newer newsbot"),
    ],
)
def test_what_cannot_be_restored_changes_nothing(
    tmp_path: Path, options: IndexOptions, damage: Callable[[Path], object], why: str
) -> None:
    file = tmp_path / "kept.newsbot"
    write_backup(options, file)
    damage(file)
    with pytest.raises((UsageError, StoreError), match=why) as raised:
        restore_backup(options, file, force=True)
    assert str(raised.value).count("\n") == 0
    assert articles_in(tmp_path) == sorted(FIRST, key=lambda article: article.id)
    assert left(tmp_path / "data") == {"news.db"}


@pytest.mark.parametrize("damage", [lambda path: path.write_text("gone " * 5000), cut, overwritten])
def test_a_damaged_database_is_replaced(
    tmp_path: Path, options: IndexOptions, damage: Callable[[Path], object]
) -> None:
    file, database = tmp_path / "kept.newsbot", tmp_path / "data" / "news.db"
    write_backup(options, file)
    damage(database)
    restore_backup(options, file, force=True)
    assert articles_in(tmp_path) == sorted(FIRST, key=lambda article: article.id)


def test_what_is_no_database_at_all_is_kept_aside(tmp_path: Path, options: IndexOptions) -> None:
    file, database = tmp_path / "kept.newsbot", tmp_path / "data" / "news.db"
    write_backup(options, file)
    database.write_text("gone " * 5000)
    restore_backup(options, file)
    assert database.with_name("news.db.damaged").read_text() == "gone " * 5000


def test_one_at_a_time(tmp_path: Path, options: IndexOptions) -> None:
    with FileLock(tmp_path / "data" / "backup.lock"), pytest.raises(BusyError, match="under way"):
        write_backup(options, tmp_path / "kept.newsbot")


def test_a_writer_that_does_not_end_is_not_waited_for(
    tmp_path: Path, options: IndexOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.newsbot"
    write_backup(options, file)
    monkeypatch.setattr(backup, "BUSY_SECONDS", 0.2)
    writer = sqlite3.connect(tmp_path / "data" / "news.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="in use by a long job"):
        restore_backup(options, file, force=True)
    writer.close()
    assert len(articles_in(tmp_path)) == 5


def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    options = IndexOptions(tmp_path, "postgresql+psycopg://me:secret@127.0.0.1:1/news")
    for job in (write_backup, restore_backup):
        with pytest.raises(UsageError, match="pg_dump"):
            job(options, tmp_path / "kept.newsbot")


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path, options: IndexOptions) -> None:
    """The limit of a file's size acts as a full disk does, with another number in the error."""
    file = tmp_path / "kept.newsbot"
    command = (
        "import resource, signal, sys; from pathlib import Path;"
        "from index import IndexOptions, write_backup;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "write_backup(IndexOptions(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    # What measures which lines run would be stopped at that size as well.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", command, str(options.data_dir), str(file)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "StoreError: The backup" in done.stderr.splitlines()[-1]
    assert "check the disk and try again." in done.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.glob("*kept*")] == []
