"""Digests on Discord, over a real socket: setting them, and sending each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.digest import digest_card, digests_card, schedule_text
from bot.client import NewsBot
from bot.cogs.background import digest_sender
from bot.cogs.background.digest_sender import DigestSender
from index import Article, Digest, DigestPlan, Headline, NewsIndex, Schedule, Story
from tests.discord.server import Channel, DiscordServer, User
from tests.discord.world import message_text
from tests.fake_news import NOW, TROOPS, FakeNews
from tests.hostile import ARTICLES

DAILY = {"every": "day", "hour": 8, "timezone": "Europe/Berlin"}


class Bot:
    """A bot in a server, somebody who manages it, and the library that the bot reads."""

    def __init__(self, server: DiscordServer, news: FakeNews, bots: list[NewsBot]) -> None:
        self.server = server
        self.news = news
        self.bots = bots
        self.boss = server.user("boss", manage_guild=True)

    async def set(self, user: User | None = None, **options: Any) -> Any:
        return await self.server.slash("digest set", DAILY | options, user=user or self.boss)

    @property
    def digest(self) -> Digest:
        (only,) = self.news.digests.of(self.server.guild.id)
        return only

    def report(self, name: str) -> Article:
        """Publish an article shortly before the next digest is due, and wait for its time."""
        self.news.now = self.digest.next_at
        published = self.news.now - timedelta(minutes=30)
        new = replace(TROOPS, id=name, title=f"News of {name}", published_at=published)
        self.news.articles.append(new)
        return new

    def cog(self, place: int = 0) -> DigestSender:
        cog = self.bots[place].get_cog("DigestSender")
        assert isinstance(cog, DigestSender)
        return cog

    async def look(self, place: int = 0) -> int:
        return await self.cog(place).look()

    def sent(self, channel: Channel | bool = True) -> list[str]:
        return [message_text(message) for message in self.server.messages(channel)]


@asynccontextmanager
async def started(tmp_path: Path, bots: int = 1) -> AsyncIterator[Bot]:
    """So many bots in a server, on one database. In the end, nothing may have been wrong."""
    news = FakeNews()
    running = [
        NewsBot(lambda: cast(NewsIndex, news), tmp_path, share=([shard], bots)) for shard in range(bots)
    ]
    async with DiscordServer() as server, AsyncExitStack() as stack:
        for bot in running:
            await stack.enter_async_context(server.running(bot, commands=5))
        yield Bot(server, news, running)
        server.assert_clean()


async def test_a_channel_is_sent_what_is_new_once_and_quietly(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        result = await it.set()
        assert result.ephemeral
        assert "every day at 8:00\xa0AM Europe/Berlin" in result.text.replace("\\", "")
        assert f"<t:{int(it.digest.next_at.timestamp())}:F>" in result.text
        assert await it.look() == 0
        first = it.report("one")
        assert (await it.look(), await it.look()) == (1, 0)
        second = it.report("two")
        assert await it.look() == 1
        texts = it.sent()
        assert first.title in texts[0]
        assert second.title in texts[1]
        assert first.title not in texts[1]
        message = it.server.messages()[0]
        assert message["flags"] & 1 << 12  # silent
        assert message_text(message).startswith("### Daily digest\n-# <t:")


async def test_it_is_sent_without_being_asked_for_even_after_a_round_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(digest_sender, "EVERY_SECONDS", 0.05)
    async with started(tmp_path) as it:
        await it.set()
        with monkeypatch.context() as patch:
            patch.setattr(it.news.digests, "due", lambda: [][1])
            await it.server.wait_for(lambda: "watch.failed name='sending of digests'" in caplog.text)
        it.report("one")
        await it.server.wait_for(lambda: len(it.sent()) == 1)


async def test_where_nothing_is_new_nothing_is_sent(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set(topics="volcanoes,  tidal   waves,volcanoes")
        assert it.digest.plan.topics == ("volcanoes", "tidal waves")
        due = it.digest.next_at
        it.report("one")
        assert (await it.look(), it.sent()) == (0, [])
        assert it.digest.next_at == due + timedelta(days=1)


async def test_of_two_bots_on_one_database_exactly_one_sends(tmp_path: Path) -> None:
    async with started(tmp_path, bots=2) as it:
        await it.server.wait_for(lambda: all(bot.get_cog("DigestSender") for bot in it.bots))
        # What is asked before the bot whose guild it is has connected reaches nobody.
        await asyncio.gather(*(bot.wait_until_ready() for bot in it.bots))
        for place in (0, 1):
            it.cog(place).stop()  # on a busy machine their own first round may come late, and send
        await it.set()
        for name in ("one", "two", "three"):
            it.report(name)
            assert sorted(await asyncio.gather(it.look(0), it.look(1))) == [0, 1]
        assert len(it.sent()) == 3


@pytest.mark.parametrize(
    ("status", "told"),
    [(403, "I may not write to the channel"), (404, "the channel has been deleted")],
)
async def test_a_channel_that_cannot_be_reached_is_given_up_and_the_trail_tells(
    tmp_path: Path, status: int, told: str
) -> None:
    async with started(tmp_path) as it:
        await it.set()
        it.report("one")
        it.server.fail_next("POST", r"/channels/\d+/messages", status)
        assert (await it.look(), await it.look()) == (0, 0)
        listed = await it.server.slash("digest show", user=it.boss)
        assert f"stopped, because {told}" in listed.text
        trail = await it.server.slash("audit", user=it.boss)
        assert told in trail.text
        assert "**digest stopped**" in trail.text
        await it.set()
        assert it.digest.stopped is None


async def test_what_fails_for_now_is_sent_later(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set()
        it.report("one")
        it.server.fail_next("POST", r"/channels/\d+/messages", 503)
        assert (await it.look(), await it.look(), await it.look()) == (0, 1, 0)
        assert len(it.sent()) == 1


async def test_what_arrived_though_it_seemed_to_fail_is_shown_once(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set()
        it.report("one")
        due = it.digest
        cog = it.bots[0].get_cog("DigestSender")
        assert isinstance(cog, DigestSender)
        stories = it.news.stories(due)
        for _ in range(2):  # as if the bot had been cut off before it noted that the message was sent
            assert await cog._send(due, stories)
        assert len(it.sent()) == 1


async def test_it_goes_to_the_channel_named_or_set_or_here(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        named, default = it.server.channel("named"), it.server.channel("default")
        assert named.id in (await it.set(channel=named)).text
        panel = await it.server.slash("settings", user=it.boss)
        assert "**Digests go to**: where they are set" in panel.text
        menu = "Digests go to where they are set"
        changed = await it.server.click(panel.messages[0], menu, values=[default], user=it.boss)
        assert f"**Digests go to**: <#{default.id}>" in changed.text
        assert default.id in (await it.set()).text
        channels = [digest.channel for digest in it.news.digests.of(it.server.guild.id)]
        assert channels == [named.id, default.id]
        it.news.now += timedelta(days=1)
        it.news.articles.append(replace(TROOPS, id="x", published_at=it.news.now))
        assert await it.look() == 2
        assert [len(it.sent(place)) for place in (named, default, True)] == [1, 1, 0]


async def test_now_shows_it_to_one_person_and_changes_nothing(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        none = await it.server.slash("digest now", user=it.boss, until=lambda it: bool(it.text))
        assert "/digest set begins one" in none.text
        await it.set(number=1)
        empty = await it.server.slash("digest now", user=it.boss)
        assert "Nothing new" in empty.text
        new = it.report("one")
        for _ in range(2):
            shown = await it.server.slash("digest now", user=it.boss)
            assert shown.ephemeral
            assert new.title in shown.text
        assert await it.look() == 1


async def test_stop_ends_it(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set()
        stopped = await it.server.slash("digest stop", user=it.boss)
        assert "does not get that digest any more" in stopped.text
        again = await it.server.slash("digest stop", user=it.boss, until=lambda it: bool(it.text))
        assert "has no digest" in again.text
        actions = [entry.action for entry in it.news.guilds.trail(it.server.guild.id, 5)]
        assert actions == ["digest stop", "digest set"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"timezone": "Berlin"}, '"Berlin" is not a time zone: write it like Europe/Berlin or UTC.'),
        ({"sources": "Sample Wire, Nobody"}, "There is no source called Nobody"),
        ({"topics": "a,b,c,d,e,f"}, "5 topics and 5 sources at most"),
        ({"quiet_from": 22}, "Quiet hours need a beginning and another end"),
        ({"quiet_from": 7, "quiet_until": 9}, "8:00 lies in the quiet hours"),
    ],
)
async def test_bad_input_is_one_sentence_and_loses_nothing(
    tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    async with started(tmp_path) as it:
        await it.set(number=3)
        before = it.digest
        bad = DAILY | options
        result = await it.server.slash("digest set", bad, user=it.boss, until=lambda it: bool(it.text))
        assert result.ephemeral
        assert told in result.text.replace("\\", "")
        assert it.digest == before


async def test_a_channel_that_the_bot_may_not_write_to_is_refused_at_once(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        it.server.user(it.server.bot.name, send_messages=False)
        result = await it.server.slash("digest set", DAILY, user=it.boss, until=lambda it: bool(it.text))
        assert "Give me these permissions first: **Send Messages**" in result.text
        assert it.news.digests.of(it.server.guild.id) == []


async def test_only_those_who_manage_the_server_may(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set()
        for command, options in (("set", DAILY), ("now", {}), ("stop", {})):
            result = await it.server.slash(f"digest {command}", options, force=True)
            assert result.ephemeral
            assert "Manage Server" in result.text
        listed = await it.server.slash("digest show")
        assert "None yet" in listed.text  # others see their own alone


async def test_zones_and_sources_are_suggested(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        zones = await it.server.autocomplete(
            "digest set", {"timezone": "new y"}, focused="timezone", user=it.boss
        )
        assert zones.choices[0]["value"] == "America/New_York"
        typed = {"sources": "Sample Wire, her"}
        sources = await it.server.autocomplete("digest set", typed, focused="sources", user=it.boss)
        assert [choice["value"] for choice in sources.choices] == ["Sample Wire, Sample Herald"]


async def test_a_guild_that_is_left_has_no_digests(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.set()
        it.news.guilds.note_left([it.server.guild.id])
        while it.news.guilds.forget(it.server.guild.id, 1):
            pass
        assert it.news.digests.of(it.server.guild.id) == []


# -- cards -----------------------------------------------------------------------------------------------


@given(st.lists(ARTICLES, min_size=1, max_size=10))
def test_a_digest_holds_whole_stories_as_many_as_fit(articles: list[Article]) -> None:
    stories = [Story(Headline(article, ("*" * 900, "_" * 900)), (article.id,)) for article in articles]
    plan = DigestPlan(Schedule(8), ("*" * 100,) * 5, ("_" * 100,) * 5)
    card, shown = digest_card(stories, plan, NOW)
    assert card.fits
    assert len(card.stories) == len({story.headline.article.id for story in shown})
    assert 1 <= len(shown) <= len(stories)
    assert list(shown) == stories[: len(shown)]


def test_a_list_of_digests_fits() -> None:
    plan = DigestPlan(Schedule(8, "America/Argentina/ComodRivadavia", 2, (22, 7)), ("*" * 100,) * 5)
    digests = [
        Digest(number, "1", "9" * 20, "2", plan, NOW, NOW, "the channel has been deleted")
        for number in range(10)
    ]
    assert digests_card(digests).fits


def test_a_schedule_in_words() -> None:
    weekly = Schedule(7, "UTC", 2, (22, 6))
    assert schedule_text(weekly) == "every Wednesday at 7:00\xa0AM UTC, never from 10:00\xa0PM to 6:00\xa0AM"
