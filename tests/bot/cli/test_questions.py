"""The command line: exact JSON, exit codes, and errors of one sentence."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import session
from bot.cli.app import app
from config import SAMPLES
from tests.command_line import forget_settings, newsbot
from tests.fake_news import FakeNews
from tests.fakes import open_news

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNews:
    """A small library in place of the real one, and no settings but the defaults."""
    forget_settings(tmp_path, monkeypatch)
    fake = FakeNews()
    monkeypatch.setattr(session, "open_index", lambda settings: fake)
    return fake


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("newsbot: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def process(*arguments: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        input=text,
        env=inherited | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_ask(news: FakeNews, capsys: pytest.CaptureFixture[str]) -> None:
    code = newsbot(
        *("ask", "Which troops?", "--as-of", "2025-06-06", "--since", "2025-06-01", "--until", "2025-06-05"),
        *("--source", "Sample Wire", "--limit", "1", "--json"),
    )
    answer = printed(capsys)
    assert code == 0
    assert answer["answered"] is True
    assert [quote["article_id"] for quote in answer["quotes"]] == ["a1"]
    assert answer["as_of"] == "2025-06-06T23:59:59Z"
    assert answer["since"] == "2025-06-01T00:00:00Z"
    assert answer["until"] == "2025-06-05T23:59:59Z"
    assert news.closed


def test_dates_are_read_in_the_zone_that_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWS_TIMEZONE", "Asia/Tokyo")
    newsbot("ask", "Which troops?", "--since", "2025-06-02", "--json")
    assert printed(capsys)["since"] == "2025-06-01T15:00:00Z"


def test_an_answer_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("ask", "Which troops?") == 0
    out, err = capsys.readouterr()
    assert "11,000 North Korean troops" in out
    assert "4 Jun 2025, 23:29 UTC (2 days ago)" in out
    assert err == ""


def test_timeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        newsbot("timeline", "Korean troops", "--since", "2025-06-01", "--until", "2025-06-05", "--json") == 0
    )
    found = printed(capsys)
    assert (found["topic"], found["since"]) == ("Korean troops", "2025-06-01T00:00:00Z")
    assert [(event["day"], event["reports"]) for event in found["events"]] == [("2025-06-04", 1)]
    assert newsbot("timeline", "Korean troops") == 0
    assert "4 Jun 2025" in capsys.readouterr().out


def test_latest(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("latest", "kim", "--limit", "2", "--as-of", "2025-06-07T12:00Z", "--json") == 0
    found = printed(capsys)
    assert (found["topic"], found["source"], found["as_of"]) == ("kim", None, "2025-06-07T12:00:00Z")
    assert [article["highlights"] for article in found["articles"]] == [
        ["Troops [were] sent.", "The partnership grows."]
    ]


def test_an_explained_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("ask", "Which troops?", "--explain", "--json") == 0
    assert printed(capsys)["explain"]["why"] == "Answered, because it was asked."
    assert newsbot("ask", "Which troops?", "--json") == 0
    assert "explain" not in printed(capsys)
    assert newsbot("ask", "Which troops?", "--explain") == 0
    assert "Answered, because it was asked." in capsys.readouterr().out
    Path("questions.jsonl").write_text('{"question": "Which troops?"}')
    assert newsbot("ask", "--batch", "questions.jsonl", "--explain", "--json") == 0
    assert "explain" in printed(capsys)


def test_evaluate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert newsbot("evaluate", str(tmp_path), "--json") == 0
    found = printed(capsys)
    assert found["answer_in_quotes"] == {"1": 0.5, "3": 0.625, "5": 0.75}
    assert [miss["answer"]["question"] for miss in found["misses"]] == ["Which [b]troops[/b]?"]
    assert newsbot("evaluate", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    assert "Which [b]troops[/b]?" in shown
    assert "Answered of the 2 unanswerable" in shown
    assert newsbot("evaluate", str(tmp_path), "--misses", "0") == 0
    assert "troops" not in capsys.readouterr().out


def test_evaluate_draws_a_plot(tmp_path: Path) -> None:
    assert newsbot("evaluate", str(tmp_path), "--plot", str(tmp_path / "trust.png")) == 0
    assert (tmp_path / "trust.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("plot", "told"), [("trust.txt", "ends in .png"), ("nowhere/a.png", "no folder")])
def test_a_plot_that_cannot_be_written_is_told_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, plot: str, told: str
) -> None:
    assert newsbot("evaluate", str(tmp_path), "--plot", str(tmp_path / plot)) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_reports_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot("ingest", "good", "bad", "--json") == 0
    assert printed(capsys) == {
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 0,
        "failed": [{"where": "bad:1", "why": "it has no date"}],
    }
    assert newsbot("reindex", "--full", "--json") == 0
    assert printed(capsys)["embedded"] == 7
    assert newsbot("status", "--json") == 0
    assert printed(capsys)["articles"] == 3


@pytest.mark.parametrize("uri", ["bad", "missing"])
def test_an_ingest_that_reads_nothing_has_failed(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    assert newsbot("ingest", uri) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["ask"], 2, "Give one question"),
        (["ask", "a", "--batch", "b", "--json"], 2, "Give one question"),
        (["ask", "--batch", "b"], 2, "add --json"),
        (["ask", "--batch", "nowhere.jsonl", "--json"], 2, "nowhere.jsonl cannot be read"),
        (["ask", " "], 2, "The question is empty"),
        (["ask", "x" * 5000], 2, "5,000 characters"),
        (["ask", "troops", "--limit", "0"], 2, "between 1 and 10"),
        (["ask", "troops", "--limit", "many"], 2, "--limit"),
        (["ask", "troops", "--since", "2025-13-01"], 2, "2025-13-01"),
        (["ask", "troops", "--source", "Nobody"], 2, "no source called Nobody"),
        (["ask", "troops", "--nonsense"], 2, "--nonsense"),
        (["latest", "--limit", "0"], 2, "--limit"),
        (["latest", "--source", "Nobody"], 2, "no source called Nobody"),
        (["evaluate"], 2, "FOLDER"),
        (["evaluate", "nowhere"], 2, "nowhere is not a folder"),
        (["ingest"], 2, "PATH_OR_URL"),
        (["ingest", "missing"], 1, "no file or folder called missing"),
        (["nonsense"], 2, "nonsense"),
        (["run"], 2, "https://discord.com/developers/applications"),
        (["ask", "explode"], 1, "RuntimeError: boom and more"),
    ],
)
def test_every_error_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, part: str
) -> None:
    assert newsbot(*arguments) == code
    assert part in complaint(capsys)


def test_a_wrong_setting_is_bad_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:hunter2@db/news")
    assert newsbot("status") == 2
    message = complaint(capsys)
    assert "DATABASE_URL must be" in message
    assert "hunter2" not in message


def test_a_data_folder_that_cannot_be_is_bad_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("a file")
    monkeypatch.setenv("NEWS_DATA_DIR", "taken")
    assert newsbot("status") == 2
    assert "NEWS_DATA_DIR taken cannot be a folder" in complaint(capsys)


def test_a_small_character_set_is_enough() -> None:
    result = process("-m", "bot", "--help", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")


def test_where_an_unforeseen_error_came_from_is_logged_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWS_LOG_LEVEL", "debug")
    assert newsbot("ask", "explode") == 1
    err = capsys.readouterr().err
    assert "command.failed" in err
    assert "Traceback" in err


def test_a_batch_answers_line_by_line_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        '\ufeff{"id": "q1", "question": "Which troops?", "as_of": "2025-06-06", "answers": ["ignored"]}',
        "",
        '{"id": 2, "question": "Which quays?"}',
        '{"question": "Which quays?", "as_of": null}',
    ]
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert newsbot("ask", "--batch", "questions.jsonl", "--limit", "1", "--json") == 0
    out, err = capsys.readouterr()
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer.get("id") for answer in answers] == ["q1", 2, None]
    assert "id" not in answers[2]
    assert [answer["quotes"][0]["article_id"] for answer in answers] == ["a1", "a2", "a2"]
    assert answers[0]["as_of"] == "2025-06-06T23:59:59Z"
    assert err == ""


def test_a_bad_line_is_answered_with_its_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "nonsense",
        "[1]",
        '{"id": "a"}',
        '{"id": "b", "question": 7}',
        '{"id": "c", "question": "x", "as_of": "someday"}',
        '{"id": "d", "question": "explode"}',
        '{"id": "e", "question": "Which troops?"}',
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    assert newsbot("ask", "--batch", "-", "--json") == 1
    *bad, good = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [sorted(answer) for answer in bad] == [["error"]] * 2 + [["error", "id"]] * 4
    assert [answer.get("id") for answer in bad] == [None, None, "a", "b", "c", "d"]
    assert good["answered"]


def test_run_hands_the_token_to_the_bot(
    news: FakeNews, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[tuple[Any, str, Path, int, Any]] = []
    client = ModuleType("bot.run")
    client.run_bot = lambda *arguments: calls.append(arguments)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.run", client)
    monkeypatch.setenv("DISCORD_TOKEN", " abc\n")
    monkeypatch.setenv("NEWS_DATA_DIR", "kept")
    monkeypatch.setenv("NEWS_REFRESH", "off")
    monkeypatch.setenv("NEWS_HEALTH_PORT", "9100")
    monkeypatch.setenv("NEWS_SHARDS", "0-3/16")
    monkeypatch.setenv("NEWS_OPERATORS", "12, 34")
    assert newsbot("run") == 0
    [(open_index, *given, _, operators)] = calls
    assert open_index() == news
    assert given == ["abc", Path("kept"), 9100, (range(4), 16)]
    assert operators == (12, 34)


def test_the_real_library_through_the_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "open_index", lambda settings: open_news(tmp_path))
    assert newsbot("ingest", str(SAMPLES), "--json") == 0
    assert printed(capsys)["failed"] == []
    ask = ("ask", "How many North Korean troops were sent to Russia?", "--as-of", "2025-06-10", "--json")
    assert newsbot(*ask) == 0
    quote = printed(capsys)["quotes"][0]
    assert quote["published_at"] == "2025-06-04T23:29:00Z"
    assert quote["text"] in Path(quote["url"].removeprefix("file://")).read_text(encoding="utf-8")
    assert newsbot("latest", "--limit", "3", "--as-of", "2025-06-10", "--json") == 0
    assert all(article["highlights"] for article in printed(capsys)["articles"])
    assert newsbot("status", "--json") == 0
    assert printed(capsys)["state"] == "ready"


def test_no_arguments_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert newsbot() == 0
    out = capsys.readouterr().out
    for command in ("run", "chat", "ask", "latest", "timeline", "ingest", "reindex", "status", "evaluate"):
        assert command in out


@pytest.mark.parametrize(
    "command", ["run", "chat", "ask", "latest", "timeline", "ingest", "reindex", "status", "evaluate"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_help_loads_nothing_slow() -> None:
    code = (
        "import sys\nfrom bot.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'faiss', 'discord', 'sqlalchemy', 'tantivy'} & set(sys.modules)))"
    )
    assert process("-c", code).stdout.splitlines()[-1] == "[]"


def test_the_real_process_ends_with_one_sentence() -> None:
    result = process("-m", "bot", "run")
    assert (result.returncode, result.stdout) == (2, "")
    assert "DISCORD_TOKEN is not set" in result.stderr
    result = process("-m", "bot", NEWS_THRESHOLD="high")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        'newsbot: NEWS_THRESHOLD must be a number between 0 and 1, not "high": correct it or remove it.\n'
    )
