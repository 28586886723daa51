"""Settings in memory: read once, kept up to date with what other processes change, and bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import discord
import pytest

from bot.services import guild_rules
from bot.services.guild_rules import GuildRules
from bot.services.library import Library
from index import GuildSettings, NewsIndex
from tests.fake_news import FakeNews


@asynccontextmanager
async def rules_of(news: FakeNews) -> AsyncIterator[GuildRules]:
    """The rules of a bot whose library is open."""
    library = Library(lambda: cast(NewsIndex, news))
    await library.open()
    client = discord.Client(intents=discord.Intents.none())
    rules = GuildRules(client, library)
    await rules.update()
    yield rules
    await library.close()


def change(news: FakeNews, guild: int, **values: Any) -> None:
    """Change settings as another process does."""
    news.guilds.change(str(guild), "boss", lambda settings: replace(settings, **values))


async def test_what_another_process_changes_is_known_after_the_next_look() -> None:
    news = FakeNews()
    change(news, 1, language="de")
    async with rules_of(news) as rules:
        assert await rules.language_of(1) == "de"
        change(news, 1, language="fr")
        change(news, 2, private=True)
        assert (await rules.settings(1)).language == "de"
        await rules.update()
        assert (await rules.settings(1)).language == "fr"
        assert (await rules.settings(2)).private
        news.guilds.note_left(["1"])
        news.guilds.forget("1", 100)
        await rules.update()
        assert await rules.settings(1) == GuildSettings()
        assert (await rules.settings(2)).private


async def test_settings_are_read_from_the_database_only_where_they_have_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    news = FakeNews()
    for guild in range(50):
        change(news, guild, private=True)
    async with rules_of(news) as rules:
        read: list[int] = []
        changed = news.guilds.changed
        monkeypatch.setattr(
            news.guilds, "changed", lambda *given: read.append(len(found := changed(*given))) or found
        )
        monkeypatch.setattr(news.guilds, "settings", lambda guild: pytest.fail("read for a command"))
        assert (await rules.settings(7)).private
        assert await rules.settings(99) == GuildSettings()
        await rules.update()
        assert read == []
        change(news, 7, private=False)
        await rules.update()
        assert sum(read) <= 2
        assert not (await rules.settings(7)).private


async def test_no_more_settings_are_kept_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    news = FakeNews()
    monkeypatch.setattr(guild_rules, "KEPT", 10)
    for guild in range(30):
        change(news, guild, private=True, language="ja")
    async with rules_of(news) as rules:
        assert len(rules) == 10
        for guild in range(30):
            assert (await rules.settings(guild)).private  # those that are not kept are read
        change(news, 99, private=True)
        await rules.update()
        assert len(rules) == 10
