"""Settings, their trail, and everybody's own data, over a real socket."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from bot.client import NewsBot
from index import GuildSettings, NewsIndex
from tests.discord.server import DiscordServer
from tests.discord.world import message_text
from tests.fake_news import FakeNews


@asynccontextmanager
async def started(tmp_path: Path, news: FakeNews) -> AsyncIterator[DiscordServer]:
    """A server with the bot in it. In the end, nothing may have been wrong."""
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=7):
        yield server
        server.assert_clean()


def settings_of(news: FakeNews, server: DiscordServer) -> GuildSettings:
    (guild,) = server.world.guilds
    return news.guilds.settings(guild.id)


async def test_the_panel_sets_channels_roles_and_privacy(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as server:
        boss, elsewhere = server.user("boss", manage_guild=True), server.channel("news")
        panel = await server.slash("settings", user=boss)
        assert panel.ephemeral
        assert "every channel" in panel.text
        message = panel.messages[0]
        await server.click(message, "Answer in every channel", values=[elsewhere], user=boss)
        refused = await server.slash("latest")
        assert refused.ephemeral
        assert "ask in" in refused.text
        assert f"<#{elsewhere.id}>" in refused.text
        await server.click(message, "Answer in private", user=boss)
        assert "only whoever asked" in message_text(server.history(message)[-1])
        settings = settings_of(news, server)
        assert settings == GuildSettings(channels=(elsewhere.id,), private=True)
        (mentioned,) = (await server.say(f"{server.bot.mention} troops?", expect=1)).replies
        assert "ask in" in mentioned["content"]
        assert "Latest news" in (await server.slash("latest")).text  # seen by one person, it disturbs nobody
        assert (await server.slash("status")).deferred
        trail = await server.slash("audit", user=boss)
        assert trail.ephemeral
        assert boss.mention in trail.text
        assert "private=True" in trail.text


async def test_settings_and_trail_are_for_those_who_manage_the_server(tmp_path: Path) -> None:
    async with started(tmp_path, FakeNews()) as server:
        for command in ("settings", "audit"):
            result = await server.slash(command, force=True)
            assert result.ephemeral
            assert "Manage Server" in result.text
            assert server.commands[command]["default_member_permissions"] == "32"


async def test_privacy_hands_out_and_deletes(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as server:
        boss = server.user("boss", manage_guild=True)
        assert "Nothing is kept" in (await server.slash("privacy export", user=boss)).text
        news.guilds.note("1", boss.id, "reindex")
        assert "1 entry" in (await server.slash("privacy export", user=boss)).text
        kept = await server.slash("privacy delete", user=boss)
        await server.click(kept.messages[0], "Keep it", user=boss)
        assert json.dumps(news.privacy.export(boss.id)).count(boss.id) == 1
        asked = await server.slash("privacy delete", user=boss)
        await server.click(asked.messages[0], "Delete everything", user=boss)
        await asked.wait(lambda it: "1 entry was deleted" in it.text)
        assert not any(news.privacy.export(boss.id).values())
        assert [entry.person for entry in news.guilds.trail("1", 5)] == [None]


async def test_where_the_guild_says_so_answers_are_private_unless_asked_otherwise(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as server:
        boss = server.user("boss", manage_guild=True)
        panel = await server.slash("settings", user=boss)
        await server.click(panel.messages[0], "Answer in private", user=boss)
        assert (await server.slash("ask", {"question": "troops?"})).ephemeral
        shown = await server.slash("ask", {"question": "troops?", "private": False})
        assert not shown.ephemeral
        assert (await server.slash("latest")).ephemeral
        timeline = await server.slash("timeline", {"topic": "troops"})
        assert timeline.ephemeral
        assert all(message["flags"] & 64 for message in timeline.messages)


async def test_a_role_that_may_reindex_may(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as server:
        (guild,) = server.world.guilds
        everyone = guild.id  # the role that all members have
        assert "Manage Server" in (await server.slash("reindex")).text
        boss = server.user("boss", manage_guild=True)
        panel = await server.slash("settings", user=boss)
        await server.click(panel.messages[0], "settings:roles", values=[everyone], user=boss)
        await server.slash("reindex", until=lambda it: "shown here" in it.text)
        assert "Reindexed" in server.messages()[-1]["content"]
        assert [entry.action for entry in news.guilds.trail(guild.id, 1)] == ["reindex"]


async def test_help_shows_to_each_what_they_can_do(tmp_path: Path) -> None:
    async with started(tmp_path, FakeNews()) as server:
        shown = await server.slash("help")
        assert shown.ephemeral
        assert "/ask question:" in shown.text
        assert "/settings" not in shown.text
        boss = server.user("boss", manage_guild=True)
        text = (await server.slash("help", user=boss)).text
        mentioned = set(re.findall(r"`/([a-z]+)", text))
        assert {"ask", "latest", "settings", "quality"} <= mentioned <= server.commands.keys()
