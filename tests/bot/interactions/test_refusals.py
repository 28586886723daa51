"""What Discord throws at the bot: nothing crashes, nobody is pinged, and who can be reached is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.client import NewsBot
from bot.interactions import cooldowns
from index import NewsIndex
from tests.bot.test_client import QUESTION, QUOTE, SlowNews
from tests.discord.interactions import INVALID_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK, Interaction
from tests.discord.server import DiscordServer

ASKED = {"question": QUESTION}
ORIGINAL = r"/messages/@original$"


class Impatient:
    """asyncio, except that it does not sleep: discord.py waits for seconds before it tries again."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("discord.http", "discord.webhook.async_"):
        monkeypatch.setattr(f"{module}.asyncio", Impatient())


@asynccontextmanager
async def started(tmp_path: Path, seconds: float = 0.0) -> AsyncIterator[DiscordServer]:
    """A server with a bot that takes so long to answer. In the end nothing may have been wrong."""
    news = SlowNews()
    news.seconds = seconds
    bot = NewsBot(lambda: cast(NewsIndex, news), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=7):
        yield server
        ours = [message for message in server.messages() if message["author"]["bot"]]
        assert all(message["mentions"] == [] for message in ours)
        server.assert_clean()


def answered(interaction: Interaction) -> bool:
    return bool(interaction.text)


@pytest.mark.parametrize("status", [429, 500, 502])
@pytest.mark.parametrize("where", [("PATCH", ORIGINAL), ("POST", "/callback$")], ids=["edit", "callback"])
async def test_what_passes_is_waited_for(tmp_path: Path, status: int, where: tuple[str, str]) -> None:
    async with started(tmp_path) as server:
        server.fail_next(*where, status)
        assert QUOTE in (await server.slash("ask", ASKED)).text
        server.fail_next("POST", r"/messages$", status)
        assert QUOTE in (await server.say(QUESTION)).text


@pytest.mark.parametrize("status", [429, 500])
async def test_what_does_not_pass_is_told_in_one_sentence(tmp_path: Path, status: int) -> None:
    async with started(tmp_path) as server:
        server.fail_next("PATCH", ORIGINAL, status, times=5)
        result = await server.slash("ask", ASKED, until=answered)
        assert result.text == "Discord has trouble at the moment: try again in a minute."
        assert [message["flags"] & 64 for message in result.messages] == [64]
        server.fail_next("POST", r"/messages$", status, times=5)
        assert "Discord has trouble" in (await server.say(QUESTION)).text


@pytest.mark.parametrize("refusal", [INVALID_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK], ids=["expired", "revoked"])
async def test_an_answer_that_comes_too_late_is_a_message_of_its_own(
    tmp_path: Path, refusal: tuple[int, int, str]
) -> None:
    async with started(tmp_path, seconds=0.2) as server:
        server.interactions.expired_token = refusal
        await server.slash("ask", ASKED, until=lambda it: it.deferred)
        server.interactions.token_lifetime = 0
        await server.wait_for(lambda: len(server.messages()) == 2)
        late = server.messages()[-1]
        assert QUOTE in str(late["components"])
        server.interactions.token_lifetime = 900
        sources = await server.click(late, "Sources", user=server.alice)
        assert QUOTE in sources.text  # and it is remembered
        assert {violation.code for violation in server.violations} == {refusal[1]}
        server.violations.clear()


async def test_a_private_answer_that_comes_too_late_is_shown_to_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path, seconds=0.2) as server:
        await server.slash("ask", {**ASKED, "private": True}, until=lambda it: it.deferred)
        server.interactions.token_lifetime = 0
        await server.wait_for(lambda: "reply.failed" in caplog.text)
        assert server.messages() == []
        server.interactions.token_lifetime = 900
        server.violations.clear()
        assert QUOTE in (await server.slash("ask", ASKED)).text


async def test_an_answer_that_was_deleted_before_it_came_is_told_of(tmp_path: Path) -> None:
    async with started(tmp_path, seconds=0.2) as server:
        result = await server.slash("ask", ASKED, until=lambda it: it.deferred)
        server.world.delete(server.world.messages[result.original_id or ""])
        await result.wait(answered)
        assert result.text == "The message or channel that I was to write to has been deleted: ask again."
        assert result.messages[0]["flags"] & 64


async def test_a_question_that_was_deleted_is_answered_all_the_same(tmp_path: Path) -> None:
    async with started(tmp_path, seconds=0.2) as server:
        said = await server.say(QUESTION, expect=None)
        server.world.delete(server.world.messages[said.message["id"]])
        await server.wait_for(lambda: QUOTE in said.text)


@pytest.mark.parametrize("by", ["command", "mention"])
async def test_a_deleted_channel_ends_nothing_but_its_answer(
    tmp_path: Path, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with started(tmp_path, seconds=0.2) as server:
        gone = server.channel("gone")
        if by == "command":
            asked = await server.slash("ask", ASKED, guild=gone, until=lambda it: it.deferred)
            server.world.delete_channel(gone)
            await asked.wait(lambda it: "has been deleted" in it.text)
        else:
            await server.say(QUESTION, guild=gone, expect=None)
            server.world.delete_channel(gone)
            await server.wait_for(lambda: "reply.private" in caplog.text)
        assert QUOTE in (await server.slash("ask", ASKED)).text


async def test_where_it_may_not_show_that_it_types_it_answers_all_the_same(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        server.fail_next("POST", "/typing$", 403, code=50013)
        assert QUOTE in (await server.say(QUESTION)).text


async def test_a_sentence_that_repeats_what_was_typed_is_never_too_long(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        asked = await server.slash("ask", ASKED | {"source": "*" * 5000}, until=answered)
        assert asked.text.startswith("There is no source called")


async def test_an_interaction_that_expired_before_it_was_seen_is_logged_without_a_fuss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path) as server:
        server.fail_next("POST", "/callback$", 404, times=2, code=10062)
        await server.slash("ask", ASKED, until=lambda it: "reply.failed" in caplog.text)
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
        assert QUOTE in (await server.slash("ask", ASKED)).text


async def test_an_answer_comes_also_where_the_gateway_dropped_meanwhile(tmp_path: Path) -> None:
    async with started(tmp_path, seconds=0.3) as server:
        result = await server.slash("ask", ASKED, until=lambda it: it.deferred)
        await server.drop_gateway()
        await result.wait(lambda it: QUOTE in it.text)
        await server.ready()
        assert QUOTE in (await server.say(QUESTION)).text


async def test_a_guild_that_asks_too_much_is_told_when_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooldowns, "GUILD_QUESTIONS", 2)
    async with started(tmp_path) as server:
        for name in ("bob", "carol"):
            assert QUOTE in (await server.slash("ask", ASKED, user=server.user(name))).text
        refused = await server.slash("ask", ASKED)
        assert refused.ephemeral
        assert refused.text.startswith("This server has asked a lot of questions. Try again <t:")
        assert refused.text.endswith(":R>.")
        assert "This server has asked" in (await server.say(QUESTION)).text
        elsewhere = await server.slash("ask", ASKED, guild=server.add_guild("Other guild"))
        assert QUOTE in elsewhere.text
        assert QUOTE in (await server.say(QUESTION, guild=False, user=server.user("dave"))).text
