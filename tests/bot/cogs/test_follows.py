"""Following, over a real socket, against a loopback Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.cards.alert import alert_card
from bot.client import NewsBot
from bot.cogs.background.alert_sender import AlertSender
from bot.text.markdown import length
from index import Article, Follow, NewsIndex, Quote, Span
from tests.discord.server import DiscordServer
from tests.discord.world import message_text
from tests.fake_news import NOW, TROOPS, FakeNews

WHAT = "How many North Korean troops were sent?"


class Bot:
    """A bot in a server, with the library it reads."""

    def __init__(self, server: DiscordServer, news: FakeNews, bot: NewsBot) -> None:
        self.server = server
        self.news = news
        self.bot = bot

    async def look(self) -> int:
        cog = self.bot.get_cog("AlertSender")
        assert isinstance(cog, AlertSender)
        return await cog.look()

    def report(self, name: str, text: str) -> Article:
        """Publish an article after now."""
        self.news.now += timedelta(minutes=10)
        new = replace(
            TROOPS, id=name, url=f"https://wire.example/{name}", text=text, published_at=self.news.now
        )
        self.news.articles.append(new)
        return new


@asynccontextmanager
async def started(tmp_path: Path) -> AsyncIterator[Bot]:
    """In the end, nothing may have been wrong."""
    news = FakeNews()
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=5):
        yield Bot(server, news, bot)
        server.assert_clean()


NEW = "Another 3,000 troops left for Kursk on Friday, officials in Seoul said."
NEWER = "Half of the troops have come home, according to a soldier in Pyongyang."


async def test_a_person_gets_what_is_new_once_and_directly(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        result = await it.server.slash("follow", {"what": WHAT})
        assert result.ephemeral
        assert WHAT in result.text
        assert await it.look() == 0
        it.report("new", NEW)
        assert (await it.look(), await it.look()) == (1, 0)
        it.report("copy", NEW + " More follows.")
        assert await it.look() == 0
        it.report("newer", NEWER)
        assert await it.look() == 1
        # The first one tells, before anything is followed, whether direct messages are let through.
        _, first, second = it.server.messages(guild=False)
        assert NEW in message_text(first)
        assert NEWER in message_text(second)
        assert it.server.messages() == []


async def test_a_channel_is_told_where_somebody_who_manages_the_server_wants_it(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        refused = await it.server.slash("follow", {"what": WHAT, "here": True})
        assert "Manage Server" in refused.text
        manager = it.server.user("manager", manage_guild=True)
        result = await it.server.slash("follow", {"what": WHAT, "here": True}, user=manager)
        assert "here" in result.text
        it.report("new", NEW)
        assert await it.look() == 1
        assert NEW in message_text(it.server.messages()[0])


async def test_what_is_followed_is_listed_and_stopped(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        empty = await it.server.slash("follows")
        assert "Nothing yet" in empty.text
        manager = it.server.user("manager", manage_guild=True)
        await it.server.slash("follow", {"what": "Baltic troops", "here": True}, user=manager)
        await it.server.slash("follow", {"what": WHAT})
        listed = await it.server.slash("follows")
        assert WHAT in listed.text
        assert "Baltic troops" in listed.text
        (message,) = listed.messages
        refused = await it.server.click(message, "Stop following …", values=["Baltic troops"])
        assert "Manage Server" in refused.text
        stopped = await it.server.click(message, "Stop following …", values=[WHAT])
        assert WHAT not in stopped.text
        channel = it.server.guild.channels[0].id
        (left,) = it.news.follows.of("nobody", channel)
        assert left.what == "Baltic troops"


async def test_the_same_twice_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.server.slash("follow", {"what": WHAT})
        again = await it.server.slash("follow", {"what": WHAT}, until=lambda it: "already" in it.text)
        assert again.ephemeral


@pytest.mark.parametrize(
    ("status", "told"), [(403, "you accept no direct messages"), (404, "the channel has been deleted")]
)
async def test_who_cannot_be_reached_is_not_tried_again_and_others_are(
    tmp_path: Path, status: int, told: str
) -> None:
    async with started(tmp_path) as it:
        await it.server.slash("follow", {"what": WHAT})
        await it.server.slash("follow", {"what": WHAT}, user=it.server.user("bob"))
        it.report("new", NEW)
        it.server.fail_next("POST", r"/channels/\d+/messages", status)
        assert await it.look() == 1
        assert await it.look() == 0
        listed = await it.server.slash("follows")
        assert told in listed.text


async def test_what_fails_for_now_is_sent_later(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.server.slash("follow", {"what": WHAT})
        it.report("new", NEW)
        it.server.fail_next("POST", r"/channels/\d+/messages", 503)
        assert (await it.look(), await it.look(), await it.look()) == (0, 1, 0)
        assert len(it.server.messages(guild=False)) == 2


async def test_what_arrived_though_it_seemed_to_fail_is_shown_once(tmp_path: Path) -> None:
    async with started(tmp_path) as it:
        await it.server.slash("follow", {"what": WHAT})
        it.report("new", NEW)
        await it.look()
        (follow,) = it.news.follows.of(it.server.alice.id)
        # As if the bot had been cut off before it noted that the message was sent.
        new = it.news.articles[-1]
        it.news.follows.release(follow.id, [Quote(new, Span(0, len(NEW)), 1.0)])
        assert await it.look() == 1
        assert len(it.server.messages(guild=False)) == 2


def test_an_alert_fits_however_much_has_to_be_escaped() -> None:
    article = replace(TROOPS, title="*" * 500, text="*" * 350, url="https://x.example/" + "a" * 3000)
    quotes = [Quote(replace(article, id=str(i)), Span(0, 350), 1.0) for i in range(6)]
    card = alert_card(Follow(1, "1", None, None, "*" * 2000, NOW), quotes)
    assert "\\*" in card.body
    assert card.fits
    assert length(card.title) <= 256
