"""The commands for whoever runs newsbot: backup and restore, from the outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes import article, open_news, story
from tests.test_bot_cli import complaint, newsbot, printed

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.not-a-token-of-anybody"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of two articles in `data`, and a token."""
    for name in os.environ:
        if name.startswith("NEWS_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    with open_news(tmp_path, [article("a", story("Oslo")), article("b", story("Lima"))]):
        pass


def test_backup_and_restore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("backup", "kept.newsbot", "--json") == 0
    size = (tmp_path / "kept.newsbot").stat().st_size
    assert printed(capsys) == {"file": "kept.newsbot", "articles": 2, "bytes": size}
    assert newsbot("restore", "kept.newsbot") == 2
    assert "2 articles are stored: add --force" in complaint(capsys)
    assert newsbot("restore", "kept.newsbot", "--force") == 0
    assert "2 articles are restored from kept.newsbot" in capsys.readouterr().out
    assert newsbot("backup", "kept.newsbot") == 2
    assert "exists already" in complaint(capsys)
    assert newsbot("backup", "kept.newsbot", "--force") == 0
    assert "2 articles are in kept.newsbot" in capsys.readouterr().out


def test_a_backup_holds_no_secret(tmp_path: Path) -> None:
    assert newsbot("backup", "kept.newsbot") == 0
    assert TOKEN.encode() not in (tmp_path / "kept.newsbot").read_bytes()


def test_postgresql_has_its_own_tools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/news")
    assert newsbot("backup", "kept.newsbot") == 2
    assert complaint(capsys).strip() == (
        "newsbot: The database is PostgreSQL: back it up with pg_dump and restore it with pg_restore."
    )
