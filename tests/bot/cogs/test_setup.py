"""The message with which a guild is set up, over a real socket, with the real library."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import discord
import pytest

from bot.cards.setup import TOPICS
from bot.client import NewsBot
from bot.services.setup_sources import catalogue
from bot.text.language import LANGUAGES
from index import SHARED, FeedLink, GuildSettings, IndexOptions, NewsIndex
from tests.discord.limits import Json, walk
from tests.discord.server import DiscordServer, Guild, User, message_text
from tests.fakes import HashingEmbedder

WIRE = FeedLink("https://wire.example/feed", "The Wire")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[NewsIndex]:
    options = IndexOptions(data_dir=tmp_path / "news", follow_seconds=0.05)
    with NewsIndex.open(options, HashingEmbedder()) as news:
        yield news


@asynccontextmanager
async def running(server: DiscordServer, tmp_path: Path, library: NewsIndex) -> AsyncIterator[None]:
    """The bot, once it takes a guild for a new one.

    discord.py takes every guild for an old one until two seconds have passed since it was told of the last:
    here, none.
    """
    bot = NewsBot(lambda: library, tmp_path)
    bot._connection.guild_ready_timeout = 0.01
    async with server.running(bot, commands=8):
        await bot.wait_until_ready()
        yield


@asynccontextmanager
async def started(tmp_path: Path, library: NewsIndex) -> AsyncIterator[tuple[DiscordServer, User]]:
    """A server with the bot in it, and who manages it. In the end, nothing may have been wrong."""
    async with DiscordServer() as server, running(server, tmp_path, library):
        yield server, server.user("boss", manage_guild=True)
        server.assert_clean()


async def joined(server: DiscordServer, guild: Guild, channel: int = 0) -> Json:
    """The message that a guild gets when the bot joins."""
    place = guild.channels[channel]
    await server.wait_for(lambda: bool(server.messages(place)), what=lambda: "no message")
    (message,) = server.messages(place)
    return message


def options(message: Json, custom_id: str) -> dict[str, bool]:
    """The options of a menu by label, and which of them are chosen."""
    menu = next(part for part in walk(message["components"]) if part.get("custom_id") == custom_id)
    return {option["label"]: bool(option.get("default")) for option in menu["options"]}


def shown(server: DiscordServer, message: Json) -> str:
    return message_text(server.history(message)[-1]).replace("\\", "")


def addresses(key: str) -> set[str]:
    return {feed.url for feed in catalogue()[key].feeds}


def sources(library: NewsIndex, edition: str) -> set[str]:
    return {source.url for source in library.subscriptions.all(edition)}


# -- the catalogue -----------------------------------------------------------------------------------------


def test_the_catalogue_has_every_topic_in_every_language() -> None:
    topics = catalogue().values()
    assert {(topic.name, topic.language) for topic in topics} == {
        (name, language) for name in TOPICS for language in LANGUAGES
    }
    assert all(2 <= len(topic.feeds) <= 4 for topic in topics)
    feeds = [feed for topic in topics for feed in topic.feeds]
    assert len({feed.url for feed in feeds}) == len(feeds), "a feed is in one topic only"
    for feed in feeds:
        parts = urlsplit(feed.url)
        assert (parts.scheme, feed.title is None) == ("https", False)
        assert not parts.username


# -- joining -----------------------------------------------------------------------------------------------


async def test_a_server_is_set_up_in_three_clicks(tmp_path: Path, library: NewsIndex) -> None:
    library.subscriptions.add_feeds([WIRE])
    async with started(tmp_path, library) as (server, boss):
        guild = server.add_guild("Zeitungsfreunde", locale="de")
        message = await joined(server, guild)
        assert "jede Wahl gilt sofort" in shown(server, message)
        await server.click(message, "setup:language", values=["Deutsch"], user=boss)
        await server.click(message, "setup:channels", values=[guild.channels[0]], user=boss)
        await server.click(message, "setup:topics", values=["de:world", "de:science"], user=boss)

        settings = library.guilds.settings(guild.id)
        assert settings == GuildSettings(channels=(guild.channels[0].id,), language="de")
        chosen = addresses("de:world") | addresses("de:science")
        assert sources(library, guild.id) == chosen | {WIRE.url}
        assert sources(library, SHARED) == {WIRE.url}, "they are this server's own"
        assert all(source.next_fetch for source in library.subscriptions.all(guild.id)), "read at once"

        message = server.history(message)[-1]
        text = shown(server, message)
        for said in ("Deutsch", f"<#{guild.channels[0].id}>", "Welt (Deutsch)", "Wissenschaft (Deutsch)"):
            assert said in text
        assert "7 Quellen, davon 1" in text
        marked = [label for label, default in options(message, "setup:topics").items() if default]
        assert marked == ["Welt", "Wissenschaft"]


async def test_topics_are_taken_away_again_and_shared_feeds_are_not_added_twice(
    tmp_path: Path, library: NewsIndex
) -> None:
    first, *others = catalogue()["en:world"].feeds
    library.subscriptions.add_feeds([first])
    async with started(tmp_path, library) as (server, boss):
        guild = server.add_guild("Other guild")
        message = await joined(server, guild)
        await server.click(message, "setup:topics", values=["en:world"], user=boss)
        own = {source.url for source in library.subscriptions.all(guild.id) if not source.shared}
        assert own == {feed.url for feed in others}
        await server.click(message, "setup:sources", values=["fr"], user=boss)
        assert "World (English)" in shown(server, message)
        await server.click(message, "setup:topics", values=["fr:sport"], user=boss)
        assert sources(library, guild.id) == addresses("en:world") | addresses("fr:sport")
        await server.click(message, "setup:topics", values=[], user=boss)
        assert sources(library, guild.id) == addresses("en:world")
        await server.click(message, "setup:sources", values=["en"], user=boss)
        await server.click(message, "setup:topics", values=[], user=boss)
        assert sources(library, guild.id) == set(), "the shared one is dropped here"
        assert sources(library, SHARED) == {first.url}
        trail = [(entry.action, entry.detail) for entry in library.guilds.trail(guild.id, 4)]
        assert trail == [
            ("topic removed", "en:world"),
            ("topic removed", "fr:sport"),
            ("topic added", "fr:sport"),
            ("topic added", "en:world"),
        ]


async def test_only_what_a_person_sees_is_changed(tmp_path: Path, library: NewsIndex) -> None:
    """Two managers have the menus before them: the second takes away only what that message showed."""
    async with started(tmp_path, library) as (server, boss):
        guild = server.add_guild("Other guild")
        message = await joined(server, guild)
        library.subscriptions.add_feeds(catalogue()["en:sport"].feeds, guild.id)
        await server.click(message, "setup:topics", values=["en:culture"], user=boss)
        assert sources(library, guild.id) == addresses("en:sport") | addresses("en:culture")


async def test_only_those_who_manage_the_server_set_it_up(tmp_path: Path, library: NewsIndex) -> None:
    async with started(tmp_path, library) as (server, _):
        guild = server.add_guild("Other guild")
        message = await joined(server, guild)
        for part, values in (
            ("setup:language", ["de"]),
            ("setup:channels", []),
            ("setup:sources", ["de"]),
            ("setup:topics", ["en:sport"]),
            ("setup:shared", []),
        ):
            refused = await server.click(message, part, values=values, user=server.alice)
            assert refused.ephemeral
            assert refused.text == "You need the permission **Manage Server** for this."
        assert library.guilds.settings(guild.id) == GuildSettings()
        assert sources(library, guild.id) == set()
        assert len(server.history(message)) == 1


async def test_the_message_works_after_a_restart(tmp_path: Path, library: NewsIndex) -> None:
    library.subscriptions.add_feeds([WIRE])
    async with DiscordServer() as server:
        boss = server.user("boss", manage_guild=True)
        async with running(server, tmp_path, library):
            guild = server.add_guild("Other guild")
            message = await joined(server, guild)
        with NewsIndex.open(IndexOptions(data_dir=tmp_path / "news"), HashingEmbedder()) as again:
            async with running(server, tmp_path, again):
                await server.click(message, "setup:topics", values=["en:sport"], user=boss)
                assert sources(again, guild.id) == addresses("en:sport") | {WIRE.url}
                assert len(server.messages(guild)) == 1, "a server that was joined before gets no second one"
                await server.click(message, "setup:shared", user=boss)
        server.assert_clean()


async def test_a_server_that_was_only_unavailable_gets_no_message(tmp_path: Path, library: NewsIndex) -> None:
    async with started(tmp_path, library) as (server, _):
        server.outage(server.guild)
        await joined(server, server.add_guild("Other guild"))  # what happened before has been handled then
        assert server.messages() == []


async def test_where_the_system_channel_is_closed_it_is_posted_in_the_first_open_one(
    tmp_path: Path, library: NewsIndex
) -> None:
    async with started(tmp_path, library) as (server, _):
        guild = server.add_guild("Other guild", channels=3, closed=1)
        await joined(server, guild, channel=1)
        assert [len(server.messages(channel)) for channel in guild.channels] == [0, 1, 0]


@pytest.mark.parametrize("audited", [True, False])
async def test_where_it_may_write_nowhere_the_one_who_added_it_is_told(
    tmp_path: Path, library: NewsIndex, audited: bool
) -> None:
    """Without the permission to read the audit log the bot does not know who that was: the owner is told."""
    async with started(tmp_path, library) as (server, boss):
        if audited:
            server.user("newsbot", view_audit_log=True)
        server.add_guild("Closed [guild](https://x.example)", closed=1, adder=boss)
        told = boss if audited else server.world.owner
        await server.wait_for(lambda: bool(server.messages(False, told)))
        (message,) = server.messages(False, told)
        assert "Closed [guild](https://x.example): use `/settings` there" in shown(server, message)
        assert r"\[guild\]" in message_text(message)


async def test_a_greeting_that_discord_refuses_is_given_up(
    tmp_path: Path, library: NewsIndex, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path, library) as (server, _):
        server.fail_next("POST", "/channels/.*/messages", 403, times=2, code=50013)
        server.add_guild("Other guild")
        await server.wait_for(lambda: "guild.greeting.undelivered" in caplog.text)


# -- later -------------------------------------------------------------------------------------------------


async def test_the_same_is_opened_from_the_settings(tmp_path: Path, library: NewsIndex) -> None:
    """In the only server of a bot, its managers choose the shared sources."""
    async with started(tmp_path, library) as (server, boss):
        panel = await server.slash("settings", user=boss)
        message = panel.messages[0]
        await server.click(message, "Choose sources", user=boss)
        await server.click(message, "Choose topics", values=["World", "Sport"], user=boss)
        assert sources(library, SHARED) == addresses("en:world") | addresses("en:sport")
        assert "World (English), Sport (English)" in shown(server, message)
        await server.click(message, "Choose topics", values=["World"], user=boss)
        assert sources(library, SHARED) == addresses("en:world")
        refused = await server.click(message, "Shared sources", user=boss)
        await refused.wait(lambda it: "`/sources remove` ends one" in it.text.replace("\\", ""))


async def test_shared_sources_are_dropped_and_taken_back(tmp_path: Path, library: NewsIndex) -> None:
    links = [FeedLink(f"https://wire{number:02}.example/feed?key=h7Gq29XcbV04Lm8Z") for number in range(30)]
    library.subscriptions.add_feeds(links)
    async with started(tmp_path, library) as (server, boss):
        guild, other = server.add_guild("Other guild"), server.guild
        message = await joined(server, guild)
        opened = await server.click(message, "Shared sources", user=boss)
        await opened.wait(lambda it: bool(it.messages) and "30 of 30" in it.text)
        assert opened.ephemeral
        menu = opened.messages[0]
        assert "h7Gq29XcbV04Lm8Z" not in str(menu)
        assert len(options(menu, "shared:keep:0")) == 25
        await server.click(menu, "Next", user=boss)
        menu = server.history(menu)[-1]
        labels = list(options(menu, "shared:keep:1"))
        assert labels == [f"https://wire{number}.example/feed?key=…" for number in range(25, 30)]

        await server.click(menu, "shared:keep:1", values=labels[1:], user=boss)
        assert sources(library, guild.id) == {link.url for link in links} - {links[25].url}
        assert sources(library, other.id) == {link.url for link in links}, "others still see it"
        menu = server.history(menu)[-1]
        assert "29 of 30" in message_text(menu)
        assert options(menu, "shared:keep:1")[labels[0]] is False
        assert library.guilds.trail(guild.id, 1)[0].action == "shared source dropped"

        await server.click(menu, "shared:keep:1", values=labels, user=boss)
        assert sources(library, guild.id) == {link.url for link in links}
        assert library.guilds.trail(guild.id, 1)[0].action == "shared source taken back"
        refused = await server.slash("settings", user=boss, guild=guild)
        assert refused.ephemeral


async def test_without_shared_sources_there_is_nothing_to_drop(tmp_path: Path, library: NewsIndex) -> None:
    async with started(tmp_path, library) as (server, boss):
        message = await joined(server, server.add_guild("Other guild"))
        opened = await server.click(message, "Shared sources", user=boss)
        await opened.wait(lambda it: "There are no shared sources" in it.text)
        assert discord.MessageFlags._from_value(opened.messages[0]["flags"]).ephemeral
