"""Settings: where they come from, what they refuse, and how they say it."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import SAMPLES, Settings, SettingsError, load_settings, logging_to_stderr
from tests.command_line import forget_settings


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(tmp_path, monkeypatch)


def outcome() -> Settings | SettingsError:
    try:
        return load_settings()
    except SettingsError as error:
        return error


def refusal() -> str:
    error = outcome()
    assert isinstance(error, SettingsError)
    message = str(error)
    assert message.endswith(".")
    assert "\n" not in message
    assert "pydantic" not in message
    return message


def test_defaults() -> None:
    found = load_settings()
    assert found.data_dir == Path("data")
    assert found.timezone == "UTC"
    assert (found.discord_token, found.database_url, found.threshold, found.embedding_model) == (None,) * 4
    assert (found.follow_seconds, found.log_level, found.query_prompt) == (1.0, "INFO", "")


def test_environment_beats_env_file_beats_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("newsbot.toml").write_text('timezone = "Asia/Tokyo"\nthreshold = 0.25\ndata_dir = "kept"\n')
    Path(".env").write_text("NEWS_TIMEZONE=Europe/Berlin\nNEWS_THRESHOLD=0.5\nUNRELATED=1\n")
    monkeypatch.setenv("NEWS_TIMEZONE", "America/Lima")
    found = load_settings()
    assert (found.timezone, found.threshold, found.data_dir) == ("America/Lima", 0.5, Path("kept"))


def test_an_empty_value_means_the_default_and_hides_what_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DISCORD_TOKEN=abc\nNEWS_THRESHOLD=0.5\n")
    monkeypatch.setenv("DISCORD_TOKEN", "")
    monkeypatch.setenv("NEWS_THRESHOLD", " ")
    assert load_settings().discord_token is None
    assert load_settings().threshold is None


def test_operators_are_named_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("newsbot.toml").write_text("operators = [80351110224678912, 3]\n")
    assert load_settings().operators == (80351110224678912, 3)
    monkeypatch.setenv("NEWS_OPERATORS", "80351110224678912, 5 6")
    assert load_settings().operators == (80351110224678912, 5, 6)


def test_secrets_are_read_from_every_place_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("newsbot.toml").write_text('discord_token = "toml-token"\n')
    monkeypatch.setenv("DATABASE_URL", "postgres://user:hunter2@db/news")
    found = load_settings()
    assert found.discord_token is not None
    assert found.discord_token.get_secret_value() == "toml-token"
    assert "toml-token" not in repr(found)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("sqlite:///news.db", "sqlite:///news.db"),
        (" sqlite:// ", "sqlite://"),
    ],
)
def test_database_addresses(monkeypatch: pytest.MonkeyPatch, written: str, read: str) -> None:
    monkeypatch.setenv("DATABASE_URL", written)
    address = load_settings().database_url
    assert address is not None
    assert address.get_secret_value() == read


@pytest.mark.parametrize(
    ("name", "told", "written"),
    [
        ("DATABASE_URL", "", "mysql://u:hunter2@h/d"),
        ("DATABASE_URL", "", "hunter2"),
        ("DATABASE_URL", "", "postgresql+asyncpg://u:hunter2@h/d"),
        ("NEWS_INDEX_URL", " an address such as milvus://host:19530", "http://hunter2@h:19530"),
        ("NEWS_INDEX_URL", " an address such as milvus://host:19530", "hunter2"),
        ("NEWS_INDEX_URL", " an address such as milvus://host:19530", "milvus://hunter2@"),
        ("NEWS_INDEX_URL", " an address such as milvus://host:19530", "milvus://u:hunter2@h:port"),
    ],
)
def test_other_servers_are_refused_without_showing_the_password(
    monkeypatch: pytest.MonkeyPatch, name: str, told: str, written: str
) -> None:
    monkeypatch.setenv(name, written)
    message = refusal()
    assert message.startswith(f"{name} must be{told}")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("NEWS_THRESHOLD", "2.5", "a number between 0 and 1"),
        ("NEWS_OPERATORS", "boss", "ids of Discord users"),
        ("NEWS_QUOTA_SOURCES", "-1", "a number of sources, 0 or more"),
        ("NEWS_QUOTA_MEGABYTES", "2.5", "a number of MiB, 0 or more"),
        ("NEWS_THRESHOLD", "nan", "a number between 0 and 1"),
        ("NEWS_FOLLOW_SECONDS", "0", "between 0.1 and 60"),
        ("NEWS_TIMEZONE", "Europe/Berln", "perhaps Europe/Berlin is meant"),
        ("NEWS_TIMEZONE", "Europe", "a time zone such as"),
        ("NEWS_TIMEZONE", "../../etc/passwd", "a time zone such as"),
        ("NEWS_LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING and ERROR"),
        ("NEWS_DATA_DIR", "~nobody-of-that-name/x", "the path of a folder"),
    ],
)
def test_a_wrong_value_is_named_and_explained(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str
) -> None:
    monkeypatch.setenv(name, value)
    message = refusal()
    assert message.startswith(f"{name} must be ")
    assert part in message


def test_the_file_is_named_where_the_value_stands() -> None:
    Path("newsbot.toml").write_text('threshold = "x"\n')
    assert refusal().startswith("threshold in newsbot.toml must be a number")
    Path(".env").write_text("NEWS_THRESHOLD=x\n")
    assert refusal().startswith("NEWS_THRESHOLD in .env must be a number")


def test_unknown_names_are_refused_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_DATADIR", "x")
    assert "NEWS_DATADIR is not a setting: perhaps NEWS_DATA_DIR is meant" in refusal()
    monkeypatch.delenv("NEWS_DATADIR")
    Path(".env").write_text("NEWS_TIMEZON=UTC\n")
    assert "NEWS_TIMEZON in .env is not a setting: perhaps NEWS_TIMEZONE is meant" in refusal()
    Path(".env").unlink()
    Path("newsbot.toml").write_text("NEWS_THRESHOLD = 0.5\n")
    assert "NEWS_THRESHOLD in newsbot.toml is not a setting: perhaps threshold is meant" in refusal()
    Path("newsbot.toml").write_text("[zzz]\nx = 1\n")
    assert "zzz in newsbot.toml is not a setting: remove it, or use one of data_dir" in refusal()
    with pytest.raises(ValueError, match="zzz"):
        Settings(zzz=1)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "content", [b'discord_token = "hunter2', b"\xff\xfehunter2", b"discord_token = hunter2"]
)
@pytest.mark.parametrize("name", ["newsbot.toml", ".env"])
def test_a_broken_file_is_named_without_showing_it(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    result = outcome()
    if isinstance(result, SettingsError):
        assert str(result).startswith(f"{name} cannot be read (")
        assert "hunter2" not in str(result)
    else:
        assert name == ".env"  # where nearly every line is a valid one


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().timezone = "Europe/Berlin"


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=80), min_size=1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_ends_as_settings_or_as_one_sentence(values: dict[str, str]) -> None:
    Path("newsbot.toml").write_text(
        "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
    )
    result = outcome()
    if isinstance(result, SettingsError):
        assert len(str(result)) < 500
        assert result.__cause__ is None


def test_log_lines(capsys: pytest.CaptureFixture[str]) -> None:
    level = logging.getLogger().level
    with logging_to_stderr("INFO"):
        logging.getLogger("index.ingest.pipeline").info("ingest.done added=%d title=%s", 3, "a\x1b[31mb\nc")
        logging.getLogger("discord.gateway").info("connected")
        logging.getLogger("discord.gateway").warning("slow %s", 'he said "hi"')
        logging.getLogger("bot").debug("unseen")
    logging.getLogger("index").error("after the end")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("Z INFO    ingest.done added=3 title=a\\x1b[31mb\\x0ac")
    assert lines[1].endswith(r'Z WARNING log logger=discord.gateway message="slow he said \"hi\""')
    assert logging.getLogger().level == level


def test_log_lines_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr("INFO", "json"), structlog.contextvars.bound_contextvars(request="17"):
        logging.getLogger("index.ingest.pipeline").info(
            "ingest.done added=%d title=%s where=%r", 3, "a\nb", "x y"
        )
        logging.getLogger("discord.gateway").warning("slow %s", "socket")
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("bot").exception("watch.failed name=%s", "alerts")
    done, slow, failed = map(json.loads, capsys.readouterr().err.splitlines())
    values = {"added": 3, "title": "a\nb", "where": "x y", "request": "17"}
    assert done.pop("timestamp").endswith("Z")
    assert done == {"event": "ingest.done", "level": "info", "logger": "index.ingest.pipeline", **values}
    assert (slow["event"], slow["level"], slow["logger"]) == ("slow socket", "warning", "discord.gateway")
    assert (failed["event"], failed["name"]) == ("watch.failed", "alerts")
    assert failed["exception"].endswith("ValueError: broken")


def test_log_lines_follow_stderr_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        text = ""

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None: ...

    elsewhere: Any = Elsewhere()
    with logging_to_stderr():
        monkeypatch.setattr(sys, "stderr", elsewhere)
        logging.getLogger("bot.x").info("moved")
    assert elsewhere.text.endswith(" moved\n")


def test_the_samples_are_shipped() -> None:
    assert SAMPLES.name == "samples"
    assert SAMPLES.parent.name == "config"


@pytest.mark.parametrize("written", ["milvus://h:19530", " milvus://u:p@h:19530/db ", "milvus://h"])
def test_milvus_addresses(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("NEWS_INDEX_URL", written)
    address = load_settings().index_url
    assert address is not None
    assert address.get_secret_value() == written.strip()


@pytest.mark.parametrize(
    ("written", "share"),
    [("0-3/16", (range(4), 16)), (" 3 / 16 ", (range(3, 4), 16)), ("15/16", (range(15, 16), 16)), ("", None)],
)
def test_shares_of_the_shards(
    monkeypatch: pytest.MonkeyPatch, written: str, share: tuple[range, int] | None
) -> None:
    monkeypatch.setenv("NEWS_SHARDS", written)
    assert load_settings().share == share


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("16", "correct it, or remove it to run all shards in one process"),
        ("0-3", "correct it, or remove it to run all shards in one process"),
        ("-1/4", "correct it, or remove it to run all shards in one process"),
        ("16/16", "they are counted from 0 to 15"),
        ("3-1/16", "they are counted from 0 to 15"),
        ("0/0", "there is at least 1"),
    ],
)
def test_what_is_no_share_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, written: str, advice: str
) -> None:
    monkeypatch.setenv("NEWS_SHARDS", written)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    told = "NEWS_SHARDS must be shards and how many there are in all, such as 0-3/16"
    assert str(refused.value) == f'{told}, not "{written}": {advice}.'
