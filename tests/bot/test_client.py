"""The whole bot, over a real socket, against a loopback Discord."""

import asyncio
import logging
import os
import re
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot import run
from bot.client import NewsBot
from bot.run import run_bot
from bot.services import library
from index import (
    Answer,
    NewsError,
    NewsIndex,
    Question,
    Source,
    UsageError,
)
from tests.discord.markdown import find
from tests.discord.server import DiscordServer, Said
from tests.fake_news import TROOPS, FakeNews

QUESTION = "How many North Korean troops were sent?"
QUOTE = "About 11,000 North Korean troops were sent to Russia in 2024."


class ReadyNews(FakeNews):
    """Has a model to load, as the real library does."""

    def load_model(self) -> None:
        pass


class SlowNews(ReadyNews):
    """Takes as long to answer as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        time.sleep(self.seconds)
        return super().ask(question)


def opener(news: FakeNews) -> Callable[[], NewsIndex]:
    return lambda: cast(NewsIndex, news)


@asynccontextmanager
async def started(tmp_path: Path, news: FakeNews | None = None) -> AsyncIterator[DiscordServer]:
    """A server with the bot in it. In the end, nothing may have been wrong."""
    bot = NewsBot(opener(news or ReadyNews()), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=4):
        yield server
        server.assert_clean()


def texts(message: dict[str, Any]) -> list[str]:
    """The texts of a card, in order."""
    (container,) = message["components"]
    return [part["content"] for part in container["components"] if part["type"] == 10]


async def test_ask_defers_and_answers_with_a_verbatim_quote(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("ask", {"question": QUESTION})
        assert result.deferred
        assert not result.ephemeral
        (message,) = result.messages
        heading, block, small = texts(message)
        assert heading == f"-# {QUESTION}"
        assert [node.text.strip() for node in find(block, "quote")] == [QUOTE]
        assert find(block, "link")[0].text == "Kim Jong Un (bold)pledges(/bold) support"
        assert "· <t:1749079740:R> · updated\n" in block
        assert small == "-# 2 articles of 2 outlets searched · very sure"


async def test_ask_passes_its_options_on(tmp_path: Path) -> None:
    news = SlowNews()
    options = {
        "question": QUESTION,
        "since": "2025-06-01",
        "until": "2025-06-07",
        "source": "Sample Wire",
        "limit": 1,
    }
    async with started(tmp_path, news) as server:
        result = await server.slash("ask", options)
        assert "from Jun 1, 2025 to Jun 7, 2025 UTC" in result.text
    (asked,) = news.asked
    assert (asked.source, asked.limit) == ("Sample Wire", 1)
    assert asked.since
    assert asked.until
    assert asked.until - asked.since == timedelta(days=7, microseconds=-1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"question": QUESTION, "since": "soon"}, '"soon" is not a date'),
        ({"question": QUESTION, "source": "Nobody"}, "There is no source called Nobody"),
        ({"question": "???"}, "The question is empty"),
        ({"question": "a" * 2001}, "The question has 2,001 characters"),
    ],
)
async def test_what_the_person_can_put_right_is_told_only_to_them(
    tmp_path: Path, options: dict[str, Any], expected: str
) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("ask", options, until=lambda it: bool(it.text))
        (message,) = result.messages
        assert expected in message["content"].replace("\\", "")
        assert message["flags"] & 64  # ephemeral
        assert server.messages() == []


async def test_an_unexpected_error_is_told_with_the_id_that_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("ask", {"question": "please explode"}, until=lambda it: bool(it.text))
        found = re.search(r"`([0-9a-f]{8})`", result.text)
        assert found
        (record,) = [record for record in caplog.records if record.exc_info]
        assert f"id={found[1]}" in record.getMessage()
        assert "boom" not in result.text
        said = await server.say("please explode")
        assert re.search(r"`[0-9a-f]{8}`", said.text)


async def test_a_mention_is_answered_as_a_reply_without_a_ping(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        said = await server.say(QUESTION)
        (reply,) = said.replies
        assert texts(reply)[0].startswith("-# Sample Wire · [")  # the question is right above
        assert reply["message_reference"]["message_id"] == said.message["id"]
        assert reply["mentions"] == []
        assert any(request.path.endswith("/typing") for request in server.requests)


async def test_a_direct_message_needs_no_mention(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        said = await server.say(QUESTION, guild=False)
        assert QUOTE in said.text
        result = await server.slash("ask", {"question": QUESTION}, guild=False)
        assert QUOTE in result.text


async def test_a_mention_without_a_question_gets_help(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        said = await server.say(f"  {server.bot.mention} ")
        assert "/help" in said.text


async def test_it_stays_silent_when_nobody_speaks_to_it(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        await server.say(QUESTION, mention_bot=False, expect=0)
        other = server.user("other")
        other.bot = True
        await server.say(QUESTION, user=other, expect=0)
        await server.say(QUESTION, user=other, guild=False, expect=0)


async def test_too_many_questions_are_told_when_to_go_on(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        for _ in range(4):
            await server.slash("ask", {"question": QUESTION})
        await server.say(QUESTION)
        result = await server.slash("ask", {"question": QUESTION})
        assert result.ephemeral
        found = re.search(r"<t:(\d+):R>", result.text)
        assert found
        assert 0 < int(found[1]) - time.time() <= 12
        assert "<t:" in (await server.say(QUESTION)).text
        bob = await server.slash("ask", {"question": QUESTION}, user=server.user("bob"))
        assert QUOTE in bob.text


async def test_slow_answers_do_not_hold_up_the_others(tmp_path: Path) -> None:
    news = SlowNews()
    news.seconds = 0.6
    async with started(tmp_path, news) as server:
        users = [server.user(f"user{number}") for number in range(4)]
        start = time.monotonic()
        results = await asyncio.gather(
            *(server.slash("ask", {"question": QUESTION}, user=user) for user in users)
        )
        assert time.monotonic() - start < 2 * news.seconds
        assert all((result.latency or 9) < 0.5 for result in results)


async def test_a_full_queue_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "THREADS", 1)
    monkeypatch.setattr(library, "WAITING", 0)
    news = SlowNews()
    news.seconds = 0.5
    async with started(tmp_path, news) as server:
        first = asyncio.create_task(server.slash("ask", {"question": QUESTION}))
        while not news.asked:
            await asyncio.sleep(0.01)
        second = await server.slash("ask", {"question": QUESTION}, until=lambda it: bool(it.text))
        assert "Too many requests" in second.text
        assert QUOTE in (await first).text


async def test_latest_lists_stories_and_its_menu_opens_one(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("latest", {"topic": "kim", "source": "Sample Wire"})
        assert result.deferred
        (message,) = result.messages
        (text,) = texts(message)
        assert text.startswith("### Latest news · kim · Sample Wire\n")
        (line,) = find(text, "list")
        assert line.text.startswith("Sample Wire · Kim Jong Un (bold)pledges(/bold) support · <t:")
        opened = await server.click(message, "Open a story …", values=[TROOPS.id])
        assert opened.ephemeral
        (story,) = texts(opened.messages[0])
        assert [node.text.strip() for node in find(story, "list")] == list(TROOPS.highlights)
        assert "published <t:1749079740:f>" in story


async def test_a_story_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    news = ReadyNews()
    async with started(tmp_path, news) as server:
        (message,) = (await server.slash("latest")).messages
        news.articles.clear()
        opened = await server.click(message, "Open a story …", values=[TROOPS.id])
        assert opened.ephemeral
        assert opened.text == "This story is not stored any more."


@pytest.mark.parametrize("command", ["ask", "latest"])
async def test_sources_are_suggested(tmp_path: Path, command: str) -> None:
    async with started(tmp_path) as server:
        all_names = await server.autocomplete(command, {}, focused="source")
        assert [choice["name"] for choice in all_names.choices] == ["Sample Herald", "Sample Wire"]
        some = await server.autocomplete(command, {"source": " wIRE"}, focused="source")
        assert [choice["value"] for choice in some.choices] == ["Sample Wire"]


async def test_status_is_private_and_short(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        result = await server.slash("status")
        assert result.ephemeral
        assert "2 articles · 2 outlets\n" in result.text
        assert "sqlite" not in result.text


async def test_status_tells_those_who_manage_the_server_what_fails_and_what_to_do(tmp_path: Path) -> None:
    news = ReadyNews()
    news.failing = (Source("https://feeds.example/rss", TROOPS.published_at, error="It is gone: remove it."),)
    async with started(tmp_path, news) as server:
        everybody = (await server.slash("status")).text
        assert "cannot be read" not in everybody
        assert "It is gone" not in everybody
        told = (await server.slash("status", user=server.user("boss", manage_guild=True))).text
        assert "**feeds.example**: It is gone: remove it." in told.replace("\\", "")


async def test_commands_are_synced_only_when_they_have_changed(tmp_path: Path) -> None:
    def syncs(server: DiscordServer) -> int:
        return sum(request.method == "PUT" and "commands" in request.path for request in server.requests)

    async with DiscordServer() as server:
        for _ in range(2):
            async with server.running(NewsBot(opener(ReadyNews()), tmp_path), commands=4):
                assert syncs(server) == 1
        (remembered,) = tmp_path.iterdir()
        remembered.write_text("something else")
        async with server.running(NewsBot(opener(ReadyNews()), tmp_path), commands=4):
            assert syncs(server) == 2


async def test_a_failed_sync_does_not_stop_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with DiscordServer() as server:
        server.fail_next("PUT", "commands", 403)
        async with server.running(NewsBot(opener(ReadyNews()), tmp_path)):
            said: Said = await server.say(QUESTION)
            assert QUOTE in said.text
    assert "commands.sync.failed" in caplog.text
    assert list(tmp_path.iterdir()) == []


async def test_it_comes_back_after_a_lost_connection(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        await server.drop_gateway()
        await server.ready()
        assert QUOTE in (await server.slash("ask", {"question": QUESTION})).text


async def test_a_channel_that_refuses_replies_is_logged_and_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path) as server:
        # As a reply, without reference, and the two messages that would be direct ones.
        server.fail_next("POST", r"/messages$", 403, times=3)
        said = await server.say(QUESTION, expect=0)
        assert "reply.failed" in caplog.text
        assert server.world.messages[said.message["id"]]["reactions"][0]["emoji"]["name"] == "🔇"
        assert QUOTE in (await server.say(QUESTION)).text


async def test_a_reply_that_is_refused_is_sent_without_reference(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        server.fail_next("POST", r"/messages$", 403)
        said = await server.say(QUESTION)
        assert QUOTE in said.text
        assert "message_reference" not in said.replies[0]


async def test_no_privileged_intent_is_asked_for(tmp_path: Path) -> None:
    async with NewsBot(opener(ReadyNews()), tmp_path) as bot:
        assert not bot.intents.message_content
        assert not bot.intents.members
        assert not bot.intents.presences


async def test_a_rejected_token_is_one_sentence(tmp_path: Path) -> None:
    news = ReadyNews()
    async with DiscordServer() as server:
        with server.patched(), pytest.raises(UsageError, match="rejected the token: "):
            await asyncio.to_thread(run_bot, opener(news), "wrong", tmp_path)
    assert not news.closed  # it was never opened


async def test_an_unreachable_discord_is_one_sentence(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        patched = server.patched()
    with patched, pytest.raises(NewsError, match=r"^Discord cannot be reached \(.*\): check the network"):
        await asyncio.to_thread(run_bot, opener(ReadyNews()), "token", tmp_path)


def test_an_empty_token_is_refused_before_anything_happens(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="token is empty"):
        run_bot(opener(ReadyNews()), " ", tmp_path)


async def test_a_library_that_cannot_be_opened_stops_the_bot(tmp_path: Path) -> None:
    def fail() -> NewsIndex:
        raise PermissionError("no access to the data folder")

    async with DiscordServer() as server:
        with server.patched(), pytest.raises(PermissionError):
            await asyncio.to_thread(run_bot, fail, server.token, tmp_path)


async def test_a_library_that_opens_after_the_bot_was_stopped_is_closed_as_well(tmp_path: Path) -> None:
    news = ReadyNews()
    opening, go_on = threading.Event(), threading.Event()

    def open_slowly() -> NewsIndex:
        opening.set()
        go_on.wait(5)
        return cast(NewsIndex, news)

    async with DiscordServer() as server:
        with server.patched():
            bot = NewsBot(open_slowly, tmp_path)
            running = asyncio.create_task(run._run_until_stopped(bot, server.token))
            await asyncio.to_thread(opening.wait, 5)
            running.cancel()
            asyncio.get_running_loop().call_later(0.1, go_on.set)
            with pytest.raises(asyncio.CancelledError):
                await running
    assert news.closed


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_everything(
    tmp_path: Path, name: signal.Signals, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    news = ReadyNews()

    async def stop_when_ready(bot: NewsBot, token: str, *_: object) -> None:
        async with DiscordServer() as server:
            with server.patched():
                running = asyncio.create_task(original(bot, server.token))
                await server.ready(commands=4)
                os.kill(os.getpid(), name)
                with pytest.raises(asyncio.CancelledError):
                    await running

    original = run._run_until_stopped
    monkeypatch.setattr(run, "_run_until_stopped", stop_when_ready)
    run_bot(opener(news), "token", tmp_path)
    assert news.closed
    assert f"bot.stopping signal={name.name}" in caplog.text
    assert "bot.closed" in caplog.text


def test_an_answer_that_is_under_way_is_sent_before_the_bot_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    asked, told = threading.Event(), threading.Event()

    class Slow(FakeNews):
        def ask(self, question: Question) -> Answer:
            asked.set()
            assert told.wait(10)
            return super().ask(question)

    async def stop_while_asking(bot: NewsBot, token: str, *_: object) -> None:
        async with DiscordServer() as server:
            with server.patched():
                running = asyncio.create_task(original(bot, server.token))
                await server.ready(commands=4)
                answer = asyncio.create_task(
                    server.slash("ask", {"question": QUESTION}, until=lambda it: QUOTE in it.text)
                )
                assert await asyncio.to_thread(asked.wait, 10)
                os.kill(os.getpid(), signal.SIGTERM)
                while "bot.stopping" not in caplog.text:
                    await asyncio.sleep(0.01)
                # Longer than a bot takes to end that waits for nobody.
                asyncio.get_running_loop().call_later(1.0, told.set)
                assert QUOTE in (await answer).text
                with pytest.raises(asyncio.CancelledError):
                    await running

    original = run._run_until_stopped
    monkeypatch.setattr(run, "_run_until_stopped", stop_while_asking)
    run_bot(opener(Slow()), "token", tmp_path)
    assert "bot.closed" in caplog.text
