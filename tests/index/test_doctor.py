"""Set-ups that are broken on purpose: each fault is named with its remedy, and nothing is changed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from index import Finding, IndexOptions, doctor, examine
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.runtime.sole_bot import sole_bot
from index.storage.articles import Store
from tests.fakes import NOW, Clock, article, open_news, story

ONE = [article("a", story("Oslo"))]


class Broken(NamedTuple):
    """A way to break a library, and what the doctor has to say then."""

    damage: Callable[[Path], object]
    check: str
    finding: str
    remedy: str
    severity: str = "failure"


def run_sql(script: str) -> Callable[[Path], None]:
    def run(data: Path) -> None:
        connection = sqlite3.connect(data / "news.db")
        with connection:
            connection.executescript(script)
        connection.close()

    return run


def overwrite(name: str, text: str = "no such thing ") -> Callable[[Path], object]:
    return lambda data: (data / name).write_text(text * 2000)


def overwrite_a_page(data: Path) -> None:
    """Damage the page of SQLite that holds the article."""
    file = data / "news.db"
    content = bytearray(file.read_bytes())
    start = content.index(b"In paragraph 1 ") // 4096 * 4096
    content[start : start + 4096] = b"\xff" * 4096
    file.write_bytes(content)


def fill_the_log(data: Path) -> None:
    (data / "index" / "lexical.json").write_text('{"store": "another", "fingerprint": "x", "seq": 1}')


BROKEN = {
    "not a database": Broken(
        overwrite("news.db"), "database", "file is not a database", "restore a backup with 'newsbot restore"
    ),
    "damaged pages": Broken(overwrite_a_page, "integrity", "damaged|malformed", "restore a backup"),
    "newer schema": Broken(
        run_sql("UPDATE alembic_version SET version_num = '9999'"),
        "database",
        "written by a newer newsbot",
        "Upgrade newsbot",
    ),
    "older schema": Broken(
        run_sql("UPDATE alembic_version SET version_num = '0001'"),
        "database",
        "the schema of an earlier newsbot",
        "brought up to date at the next start",
        "warning",
    ),
    "no articles": Broken(
        lambda data: shutil.rmtree(data) or Store.open(f"sqlite:///{data}/news.db").close(),
        "articles",
        "no articles yet",
        "newsbot ingest",
        "warning",
    ),
    "another model": Broken(
        run_sql("UPDATE meta SET value = 'another' WHERE key = 'fingerprint'"),
        "vectors",
        "another model or splitter",
        "newsbot reindex",
    ),
    "missing word index": Broken(
        lambda data: shutil.rmtree(data / "index" / "lexical"),
        "search index",
        "Missing or damaged: .*lexical",
        "made anew from the database",
    ),
    "damaged snapshot": Broken(
        overwrite("index/dense.npz"), "search index", "damaged: .*dense.npz", "made anew from the database"
    ),
    "index of another database": Broken(
        fill_the_log, "search index", "not up to date", "follows while the bot runs", "warning"
    ),
    "clock set back": Broken(
        run_sql("UPDATE articles SET read_at = '2031-01-01 00:00:00.000000'"),
        "readings",
        "2031-01-01 00:00 UTC, later than now",
        "timedatectl",
    ),
    "failing source": Broken(
        run_sql(
            "INSERT INTO sources (uri, kind, added_at, state, error, failures, articles)"
            " VALUES ('https://x.example/feed', 'feed', '2025-01-01', 'failing', 'it answers 404', 3, 0);"
            "INSERT INTO origins (number, name) VALUES (9, 'https://x.example/feed');"
            "INSERT INTO edition_origins (edition, origin, kept, read, added_at)"
            " VALUES ('', 9, 1, 1, '2025-01-01')"
        ),
        "sources",
        "1 of 1 cannot be read: https://x.example/feed",
        "newsbot sources list",
        "warning",
    ),
}


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, shipped: SentenceTransformerEmbedder, compiled_models: Path
) -> Path:
    """A library of one article, indexed with the shipped model."""
    folder = tmp_path_factory.mktemp("whole")
    with open_news(folder, ONE, embedder=shipped):
        pass
    (folder / "data" / "models").symlink_to(compiled_models)
    return folder / "data"


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data", symlinks=True))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the library, which the doctor takes for the present."""
    monkeypatch.setattr(doctor, "EARLIEST", NOW - timedelta(days=1))
    return Clock()


def found(data: Path, clock: Clock, **options: str) -> dict[str, Finding]:
    findings = examine(IndexOptions(data, clock=clock, **options))  # type: ignore[arg-type]
    return {finding.check: finding for finding in findings}


def assert_named(finding: Finding, broken: Broken) -> None:
    assert finding.severity == broken.severity, finding
    assert re.search(broken.finding, finding.finding), finding
    assert broken.remedy in (finding.remedy or ""), finding


def test_a_whole_library(data: Path, clock: Clock) -> None:
    findings = found(data, clock)
    assert {finding.severity for finding in findings.values()} == {"ok"}
    assert len(findings) == 12
    assert "1 are stored" in findings["articles"].finding


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(data: Path, clock: Clock, name: str) -> None:
    broken = BROKEN[name]
    broken.damage(data)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and "-" not in path.name}
    assert_named(found(data, clock)[broken.check], broken)
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_a_folder_that_is_a_file(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "data").write_text("")
    finding = found(tmp_path / "data", clock)["data folder"]
    assert finding.severity == "failure"
    assert "cannot be written to" in finding.finding
    assert "NEWS_DATA_DIR" in (finding.remedy or "")


def test_a_database_that_is_written_to_without_end(
    data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE_SECONDS", 0.1)
    writer = sqlite3.connect(data / "news.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    finding = found(data, clock)["database"]
    writer.close()
    assert_named(finding, Broken(print, "database", "database is locked", "wait for that job"))


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be written to by root")
def test_a_database_that_may_not_be_written_to(data: Path, clock: Clock) -> None:
    (data / "news.db").chmod(0o400)
    assert_named(found(data, clock)["database"], Broken(print, "database", "readonly", "let this user write"))


def test_postgresql_that_is_away(data: Path, clock: Clock) -> None:
    findings = found(data, clock, database_url="postgresql+psycopg://me:secret@127.0.0.1:1/news")
    assert findings["database"].severity == "failure"
    assert "secret" not in str(findings)
    assert "127.0.0.1" in findings["database"].finding


def test_postgresql(tmp_path: Path, clock: Clock, postgres: Callable[[], str]) -> None:
    url = postgres()
    assert found(tmp_path, clock, database_url=url)["database"].severity == "warning"
    Store.open(url).close()
    assert found(tmp_path, clock, database_url=url)["database"].severity == "ok"


def test_a_model_that_is_not_there(data: Path, clock: Clock) -> None:
    findings = found(data, clock, embedding_model="/nowhere/model", reranker_model="/nowhere/judge")
    for check, setting in (("model", "NEWS_EMBEDDING_MODEL"), ("reranker", "NEWS_RERANKER_MODEL")):
        assert findings[check].severity == "failure"
        assert setting in findings[check].finding


def test_a_full_disk(data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, severity in ((2**20, "failure"), (2**29, "warning"), (2**31, "ok")):
        usage = shutil._ntuple_diskusage(2**40, 2**40 - free, free)  # type: ignore[attr-defined]
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert found(data, clock)["disk"].severity == severity


def test_a_clock_from_before(data: Path) -> None:
    finding = found(data, Clock(datetime(1970, 1, 1, tzinfo=UTC)))["clock"]
    assert (finding.severity, finding.finding) == ("failure", "It says 1970-01-01 00:00 UTC.")


def test_a_bot_is_noticed(data: Path, clock: Clock) -> None:
    with sole_bot(data):
        assert found(data, clock)["bot"].finding == "It is running."
    assert found(data, clock)["bot"].finding == "It is not running."
