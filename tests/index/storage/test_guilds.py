"""What guilds set, and their trails, in both kinds of database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index import AuditEntry, GuildSettings, SettingsVersion
from index.storage.database import Database, sqlite_url
from index.storage.guilds import Guilds

NOW = datetime(2025, 6, 7, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def guilds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guilds]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "news.db")
    else:
        create: Callable[[], str] = request.getfixturevalue("postgres")
        url = create()
    database = Database.open(url)
    yield Guilds(database, lambda: NOW)
    database.close()


def test_a_guild_has_the_defaults_until_it_sets_something(guilds: Guilds) -> None:
    assert guilds.settings("1") == GuildSettings()
    assert guilds.trail("1", 5) == []


def test_changes_add_up_and_leave_a_trail(guilds: Guilds) -> None:
    guilds.change("1", "boss", lambda now: replace(now, channels=("10", "11")))
    changed = guilds.change("1", "other", lambda now: replace(now, private=True, channels=(), language="de"))
    guilds.note("1", "boss", "reindex", "full")
    assert changed == guilds.settings("1") == GuildSettings(private=True, language="de")
    assert guilds.trail("1", 5) == [
        AuditEntry("boss", "reindex", "full", NOW),
        AuditEntry("other", "settings", "channels=none private=True language=de", NOW),
        AuditEntry("boss", "settings", "channels=10,11", NOW),
    ]
    assert len(guilds.trail("1", 2)) == 2


def test_the_languages_of_the_news_are_kept_and_in_the_trail(guilds: Guilds) -> None:
    guilds.change("1", "boss", lambda now: replace(now, news_languages=("de", "fr")))
    assert guilds.settings("1") == GuildSettings(news_languages=("de", "fr"))
    assert guilds.changed(None, 5) == {"1": GuildSettings(news_languages=("de", "fr"))}
    guilds.change("1", "boss", lambda now: replace(now, news_languages=()))
    assert guilds.settings("1") == GuildSettings()
    details = [entry.detail for entry in guilds.trail("1", 5)]
    assert details == ["news_languages=none", "news_languages=de,fr"]


def test_what_changes_nothing_leaves_no_trail(guilds: Guilds) -> None:
    guilds.change("1", "boss", lambda now: now)
    assert guilds.trail("1", 5) == []


def test_guilds_are_kept_apart_and_forgotten_one_by_one(guilds: Guilds) -> None:
    for guild in ("1", "2"):
        guilds.change(guild, "boss", lambda now: replace(now, reindex_roles=("7",)))
    guilds.note_left(["1"])
    while guilds.forget("1", 1):
        pass
    assert guilds.settings("1") == GuildSettings()
    assert guilds.trail("1", 5) == []
    assert guilds.settings("2").reindex_roles == ("7",)
    assert len(guilds.trail("2", 5)) == 1


def test_another_process_sees_which_settings_changed_whatever_the_clock_says(database: Database) -> None:
    now = NOW
    guilds = Guilds(database, lambda: now)
    assert guilds.version() == SettingsVersion(0, None)
    guilds.change("1", "boss", lambda settings: replace(settings, private=True))
    before = guilds.version()
    now = NOW - timedelta(days=400)
    guilds.change("2", "boss", lambda settings: replace(settings, language="de"))
    version = guilds.version()
    assert (version.guilds, version.changed_at) > (before.guilds, before.changed_at)
    assert guilds.changed(version.changed_at, 10) == {"2": GuildSettings(language="de")}
    assert guilds.changed(None, 10).keys() == {"1", "2"}
    assert guilds.changed(None, 1).keys() == {"2"}
