"""Damaged files: the search index is made anew at the next start, a database says what to do."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Question, StoreError
from index.storage import database
from index.storage.articles import Store
from tests.fakes import NOW, article, assert_search_is_whole, open_news, stored, story

ROOT = Path(__file__).parents[2]
ARTICLES = [article(f"a{i}", story(f"place {chr(97 + i)}")) for i in range(4)]
QUESTION = Question("What was described in place c?")

PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
FILES = ("dense.npz", "lexical.json", "lexical/meta.json", *(f"lexical/*.{part}" for part in PARTS))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite(path: Path) -> None:
    """Write nonsense over the middle half, as a disk that fails does."""
    data = bytearray(path.read_bytes())
    quarter = len(data) // 4
    data[quarter : len(data) - quarter] = b"\xff" * (len(data) - 2 * quarter)
    path.write_bytes(data)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with open_news(folder, ARTICLES):
        pass
    return folder / "data"


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data"))


@pytest.mark.parametrize("damage", [cut, overwrite, Path.unlink])
@pytest.mark.parametrize("pattern", FILES)
def test_a_damaged_search_index_is_made_anew(
    data: Path, tmp_path: Path, pattern: str, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    (file,) = (data / "index").glob(pattern)
    damage(file)
    with caplog.at_level(logging.INFO), open_news(data.parent) as news:
        assert [quote.article.id for quote in news.ask(QUESTION).quotes][:1] == [ARTICLES[2].id]
    assert_search_is_whole(tmp_path)
    assert "follower rebuild follower=" in caplog.text


def test_what_a_killed_process_left_half_written_is_removed(data: Path) -> None:
    left = data / "index" / "dense.4711.tmp"
    left.write_bytes(b"half a snapshot")
    with open_news(data.parent, [article("another")]):
        pass
    assert not left.exists()


def test_a_damaged_database_says_what_to_do(data: Path) -> None:
    (data / "news.db").write_text("Dear diary, " * 999)
    with pytest.raises(StoreError, match=r"restore a backup with 'newsbot restore FILE --force'\.$"):
        open_news(data.parent)


def test_a_locked_database_says_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    store = Store.open(f"sqlite:///{data / 'news.db'}")
    writer = sqlite3.connect(data / "news.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"locked.*wait for that job"):
        store.set_fingerprint("another")
    assert len(store.articles([each.id for each in ARTICLES])) == 4
    writer.close()
    store.set_fingerprint("another")
    store.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(data: Path) -> None:
    """A limit of the file's size stands for the disk: SQLite and the search index fail in the same way."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from tests.fakes import *;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "news = open_news(Path(sys.argv[1]));"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000));"
        "more = [article(f'more{i}', story(f'town {i}')) for i in range(40)];"
        "news.ingest([str(write_jsonl(Path(sys.argv[1]) / 'more.jsonl', more))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data.parent)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "StoreError: The database" in done.stderr
    with stored(data.parent) as store:
        assert store.database.damage() is None
    with open_news(data.parent) as news:
        assert {each.id for each in ARTICLES} <= {each.article.id for each in news.latest(limit=100)}
        assert news.ask(Question("What was described in place c?", as_of=NOW)).quotes
