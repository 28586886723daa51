"""The commands for whoever runs newsbot: backup, restore and doctor, from the outside."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.ops.token_check import check_token
from index import sole_bot
from tests.bot.cli.test_questions import complaint, printed
from tests.command_line import forget_settings, newsbot
from tests.discord.server import DiscordServer
from tests.fakes import article, open_news, story

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.not-a-token-of-anybody"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of two articles in `data`, and a token."""
    forget_settings(tmp_path, monkeypatch)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    with open_news(tmp_path, [article("a", story("Oslo")), article("b", story("Lima"))]):
        pass


def test_backup_and_restore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("backup", "kept.newsbot", "--json") == 0
    size = (tmp_path / "kept.newsbot").stat().st_size
    assert printed(capsys) == {"file": "kept.newsbot", "articles": 2, "bytes": size, "deleted": 0}
    assert newsbot("restore", "kept.newsbot") == 2
    assert "2 articles are stored: add --force" in complaint(capsys)
    assert newsbot("restore", "kept.newsbot", "--force") == 0
    assert "2 articles are restored from kept.newsbot" in capsys.readouterr().out
    assert newsbot("backup", "kept.newsbot") == 2
    assert "exists already" in complaint(capsys)
    assert newsbot("backup", "kept.newsbot", "--force") == 0
    assert "2 articles are in kept.newsbot" in capsys.readouterr().out


def test_one_article_is_told_in_the_singular(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one").mkdir()
    with open_news(tmp_path / "one", [article("a", story("Oslo"))]):
        pass
    monkeypatch.setenv("NEWS_DATA_DIR", str(tmp_path / "one" / "data"))
    assert newsbot("backup", "one.newsbot") == 0
    assert newsbot("restore", "one.newsbot") == 2
    assert newsbot("restore", "one.newsbot", "--force") == 0
    shown, said = capsys.readouterr()
    assert "1 article is in one.newsbot" in shown
    assert "1 article is stored" in said
    assert "1 article is restored from one.newsbot" in shown


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


def test_the_doctor(tmp_path: Path, compiled_models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data" / "models").symlink_to(compiled_models)
    assert newsbot("doctor", "--json") == 1
    told = json.loads(capsys.readouterr().out)  # the libraries of the model may write to stderr
    checks = {check["check"]: check for check in told["checks"]}
    assert told["healthy"] is False
    assert checks["settings"]["severity"] == checks["token"]["severity"] == "ok"
    # The library was indexed by the tests' own model.
    assert checks["vectors"]["severity"] == "failure"
    assert "newsbot reindex" in checks["vectors"]["remedy"]
    assert TOKEN not in str(told)
    (tmp_path / "data" / "news.db").unlink()
    assert newsbot("doctor") == 0
    out = capsys.readouterr().out
    assert "! database: There is no data/news.db yet.\n  → It is made at the first start.\n" in out


def test_the_doctor_without_a_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    newsbot("doctor")
    assert "! token: DISCORD_TOKEN is not set" in capsys.readouterr().out


def test_the_doctor_and_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWS_TIMEZONE", "Atlantis")
    assert newsbot("doctor") == 1
    assert "✗ settings: NEWS_TIMEZONE must be a time zone" in capsys.readouterr().out


async def test_discord_is_asked_about_the_token() -> None:
    async with DiscordServer() as server:
        with server.patched():
            accepted = await asyncio.to_thread(check_token, server.token)
            rejected = await asyncio.to_thread(check_token, "another")
    assert (accepted.severity, accepted.remedy) == ("ok", None)
    assert rejected.severity == "failure"
    assert "rejected" in rejected.finding
    assert "another" not in str(rejected)


def test_a_second_bot_in_a_folder_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("index.runtime.sole_bot.LEAVING_SECONDS", 0.1)
    with sole_bot(tmp_path / "data"):
        assert newsbot("run") == 1
    assert "Another bot runs with the data folder data: stop it" in complaint(capsys)
