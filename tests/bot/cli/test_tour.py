"""What `python -m bot` does without arguments: the tour, or the bot where there is a token."""

import io
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.__main__ import start
from bot.cli import session
from bot.cli.tour import QUESTION
from config import SAMPLES
from tests.command_line import forget_settings
from tests.fake_news import TROOPS, FakeNews


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNews:
    """An empty library in place of the real one, and no settings but the defaults."""
    forget_settings(tmp_path, monkeypatch)
    fake = FakeNews([])
    monkeypatch.setattr(session, "open_index", lambda settings: fake)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return fake


def run_start() -> int:
    with pytest.raises(SystemExit) as ended:
        start()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_without_a_token_a_question_is_answered_and_that_is_all(
    news: FakeNews, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_start() == 0
    out, err = capsys.readouterr()
    assert out.startswith("DISCORD_TOKEN is not set")
    assert QUESTION in out
    assert "11,000 North Korean troops were sent to Russia" in out
    assert "published 4 Jun 2025, 23:29 UTC" in out
    assert "updated 5 Jun 2025, 00:00 UTC" in out
    assert news.ingested == [str(SAMPLES)]
    assert news.closed
    assert err == ""


def test_samples_are_loaded_only_where_there_is_nothing(
    news: FakeNews, capsys: pytest.CaptureFixture[str]
) -> None:
    news.articles = [TROOPS]
    assert run_start() == 0
    assert news.ingested == []
    assert "samples" not in capsys.readouterr().out


def test_with_somebody_there_the_conversation_opens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    lines = iter(["/latest", "/quit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    assert run_start() == 0
    assert "Troops [were] sent." in capsys.readouterr().out
    assert next(lines, None) is None


def test_with_a_token_the_bot_runs_on_the_samples(
    news: FakeNews, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens: list[str] = []
    client: Any = ModuleType("bot.run")
    client.run_bot = lambda open_index, token, *rest: tokens.append(token)
    monkeypatch.setitem(sys.modules, "bot.run", client)
    monkeypatch.setenv("DISCORD_TOKEN", "abc")
    assert run_start() == 0
    assert tokens == ["abc"]
    assert news.ingested == [str(SAMPLES)]
    out = capsys.readouterr().out
    assert "newsbot ingest PATH_OR_URL" in out
    assert out.count("\n") == 1


def test_a_broken_database_ends_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    assert run_start() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("newsbot: DATABASE_URL must be")
