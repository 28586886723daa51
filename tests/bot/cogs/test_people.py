"""What is kept of people and servers, as they meet it in Discord: counted, deleted, forgotten, told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.client import NewsBot
from bot.cogs.background import tidying
from bot.services import background
from index import Answer, NewsIndex, Question
from tests.discord.server import DiscordServer
from tests.fake_news import FakeNews
from tests.fakes import NOW

SECRET = "Did Quixelbury troops hide the Zorvanian treasure?"
WORDS = ("Quixelbury", "Zorvanian", "treasure")


@asynccontextmanager
async def started(tmp_path: Path, news: FakeNews) -> AsyncIterator[tuple[DiscordServer, NewsBot]]:
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=7):
        yield server, bot
        server.assert_clean()


async def remembered(server: DiscordServer, news: FakeNews, person: str, count: int) -> None:
    """Wait until so many answers to a person are stored: that happens after they are sent."""
    await server.wait_for(lambda: len(news.privacy.export(person)["posted_answers"]) == count)


async def test_private_questions_are_counted_and_not_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """0 of 3 words in `/quality`, its export, `/audit`, `/status`, metrics and the log at DEBUG."""
    caplog.set_level(logging.DEBUG)
    news = FakeNews()
    async with started(tmp_path, news) as (server, bot):
        boss = server.user("boss", manage_guild=True)
        await server.slash("ask", {"question": SECRET, "private": True})
        await server.slash("ask", {"question": "Who won the cricket?"})
        await remembered(server, news, server.alice.id, 2)
        before = len(caplog.text)
        quality = await server.slash("quality", {"export": True}, user=boss)
        assert "of 2 questions answered" in quality.text
        assert "1 of them was private: it is counted, and its words are not shown." in quality.text
        assert "Who won the cricket?" in quality.text
        (exported,) = news.posted.asked(server.guild.id, NOW - timedelta(days=9))
        assert exported.question == "Who won the cricket?"
        shown = [quality, await server.slash("audit", user=boss), await server.slash("status", user=boss)]
        texts = [str(result.messages) for result in shown] + [repr(exported), caplog.text[before:]]
        texts.append(await asyncio.to_thread(lambda: bot.services.metrics.exposition().decode()))
        ours = [
            record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("bot", "index")
        ]
        assert not any(word in text for word in WORDS for text in (*texts, *ours))
        (row,) = [row for row in news.privacy.export(server.alice.id)["posted_answers"] if row["private"]]
        assert (row["channel"], row["message"]) == ("", "")


async def test_a_follow_up_of_another_loses_the_words_of_who_is_deleted(tmp_path: Path) -> None:
    """Bob asks on and searches all dates; alice deletes; 0 of her words are stored."""
    news = FakeNews()
    async with started(tmp_path, news) as (server, bot):
        bob = server.user("bob")
        result = await server.slash("ask", {"question": SECRET, "since": "2026-01-01"})
        message = result.messages[0]
        await remembered(server, news, server.alice.id, 1)
        said = await server.say("and what did they do?", user=bob, reply_to=message)
        assert f"continues: {SECRET}" in said.text
        await remembered(server, news, bob.id, 1)
        await server.click(message, "Search all dates", user=bob)
        await remembered(server, news, server.alice.id, 2)  # the words are hers, whoever presses
        (row,) = news.privacy.export(bob.id)["posted_answers"]
        posted = news.posted.find(row["id"])
        assert posted is not None
        assert f"continues: {SECRET}" in str(bot.services.answers.layout(posted).to_components())
        assert not any(word in str(row["card"]) for word in WORDS)
        news.privacy.delete(server.alice.id)
        (row,) = news.privacy.export(bob.id)["posted_answers"]
        posted = news.posted.find(row["id"])
        assert posted is not None
        texts = [str(row), repr(posted), str(bot.services.answers.layout(posted).to_components())]
        assert not any(word in text for word in WORDS for text in texts)
        more = await server.click(said.replies[0], "Tell me when there is something", user=bob)
        assert more.text


async def test_a_follow_up_is_kept_without_what_its_notices_say_of_the_question_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was searched for, with typing errors corrected, and a time that was not understood."""
    news = FakeNews()
    ask = news.ask

    def corrected(question: Question) -> Answer:
        return replace(ask(question), searched_for=question.text, unclear_time=question.text)

    monkeypatch.setattr(news, "ask", corrected)
    async with started(tmp_path, news) as (server, _):
        bob = server.user("bob")
        asked = await server.slash("ask", {"question": SECRET})
        await remembered(server, news, server.alice.id, 1)
        said = await server.say("and what did they do?", user=bob, reply_to=asked.messages[0])
        await remembered(server, news, bob.id, 1)
        assert "searched for" in said.text
        news.privacy.delete(server.alice.id)
        (row,) = news.privacy.export(bob.id)["posted_answers"]
        assert not any(word in str(row) for word in WORDS)


async def test_a_private_answer_that_is_shared_is_kept_like_a_public_one(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as (server, _):
        private = await server.slash("ask", {"question": SECRET, "private": True})
        await remembered(server, news, server.alice.id, 1)
        await server.click(private.messages[0], "…", values=["Share"])
        await remembered(server, news, server.alice.id, 2)
        (shared,) = server.messages()
        found = news.posted.find_message(shared["id"])
        assert found is not None
        assert (found.private, found.channel) == (False, shared["channel_id"])


def dispatch(server: DiscordServer, event: str, data: dict[str, Any]) -> None:
    for session in server.gateway.sessions.values():
        session.dispatch(event, data)


async def test_a_server_that_removes_the_bot_is_noted_and_one_that_is_unavailable_is_not(
    tmp_path: Path,
) -> None:
    """Removed and added again, an outage, and removed while the bot was not running."""
    news = FakeNews()
    news.guilds.note("7", "boss", "settings")  # the bot is not in it any more when it starts
    async with started(tmp_path, news) as (server, _):
        guild = server.guild
        news.guilds.note(guild.id, "boss", "settings")
        await server.wait_for(lambda: news.guilds.left().keys() == {"7"})
        dispatch(server, "GUILD_DELETE", {"id": guild.id, "unavailable": True})
        dispatch(server, "GUILD_CREATE", guild.to_json(guild.members.values()))
        dispatch(server, "GUILD_DELETE", {"id": guild.id})
        await server.wait_for(lambda: guild.id in news.guilds.left())
        assert news.guilds.trail(guild.id, 5)
        again = guild.to_json(guild.members.values())
        del again["unavailable"]  # as Discord writes a server that is new to the bot
        dispatch(server, "GUILD_CREATE", again)
        await server.wait_for(lambda: news.guilds.left().keys() == {"7"})


async def test_an_outage_is_no_removal(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as (server, bot):
        news.guilds.note(server.guild.id, "boss", "settings")
        dispatch(server, "GUILD_DELETE", {"id": server.guild.id, "unavailable": True})
        await server.wait_for(lambda: bot.guilds[0].unavailable)
        cog = bot.get_cog("Tidying")
        assert isinstance(cog, tidying.Tidying)
        await cog.compare_servers()
        assert news.guilds.left() == {}


async def test_old_data_is_deleted_in_the_background(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due goes in rounds, without anybody asking: here a trail, and a server that left long ago."""
    monkeypatch.setattr(tidying, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)
    news = FakeNews()
    news.guilds.note("7", "boss", "settings")
    news.guilds.note_left(["7"])
    async with started(tmp_path, news) as (server, _):
        news.guilds.note(server.guild.id, "boss", "settings")
        await server.slash("status")
        assert len(news.guilds.trail("7", 5)) == 1
        news.now = NOW + timedelta(days=news.lifetimes.left + 1)
        await server.wait_for(lambda: not news.guilds.trail("7", 5))
        assert len(news.guilds.trail(server.guild.id, 5)) == 1
        news.now = NOW + timedelta(days=news.lifetimes.trail + 1)
        await server.wait_for(lambda: not news.guilds.trail(server.guild.id, 5))


async def test_privacy_tells_how_long_what_is_kept(tmp_path: Path) -> None:
    news = FakeNews()
    async with started(tmp_path, news) as (server, _):
        told = await server.slash("privacy about")
        assert told.ephemeral
        for lifetime in ("90 days", "365 days", "30 days", "one day"):
            assert lifetime in told.text
        asked = await server.slash("privacy delete")
        assert "your words out of questions with which others continued yours" in asked.text
