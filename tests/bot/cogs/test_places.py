"""Places where the bot is a guest, or people write slowly: each situation over a real socket.

Somebody who has installed the bot for themselves uses it in a server that it is not in, and in groups. There
it gets interactions alone: Discord answers every request about such a channel with "Missing Access".
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.client import NewsBot
from index import NewsIndex
from tests.discord.limits import Json, walk
from tests.discord.server import Channel, DiscordServer, message_text
from tests.fake_news import FakeNews

QUESTION = "How many North Korean troops were sent?"
QUOTE = "About 11,000 North Korean troops were sent to Russia in 2024."
CLAIM = "They say that troops from North Korea fought in Kursk"
# Commands that a person takes everywhere, with what they say.
TAKEN_ALONG: list[tuple[str, dict[str, Any], str]] = [
    ("latest", {}, "Latest news"),
    ("timeline", {"topic": "North Korean troops"}, QUOTE),
    ("missed", {}, "What you missed"),
    ("follows", {}, "Nothing yet"),
    ("help", {}, "Ask the news"),
    ("privacy about", {}, "90 days"),
]
FOR_MANAGERS = ("settings", "audit", "reindex", "sources list", "quality", "digest show")


@asynccontextmanager
async def started(tmp_path: Path, news: FakeNews | None = None) -> AsyncIterator[DiscordServer]:
    library = news or FakeNews()
    bot = NewsBot(lambda: cast(NewsIndex, library), tmp_path)
    async with DiscordServer(privileged_intents=0) as server, server.running(bot, commands=7):
        yield server
        server.assert_clean()


def guest_place(server: DiscordServer, kind: str) -> Channel:
    """Return a channel that the bot is not in: of a server, or of a group."""
    if kind == "group":
        return server.world.group("Weekend", server.alice, server.user("bob"))
    return server.world.foreign_guild("Foreign", external_apps=kind != "server without external apps")


def refused(server: DiscordServer) -> list[str]:
    """Return the requests that Discord refused."""
    return [f"{request.method} {request.path}" for request in server.requests if request.status >= 400]


def menu_of(message: Json) -> str:
    """Return the id of the menu "…" below an answer."""
    return next(
        str(part["custom_id"]) for part in walk(message["components"]) if part.get("placeholder") == "…"
    )


GUEST = pytest.mark.parametrize("kind", ["server", "server without external apps", "group"])


# -- as a guest ------------------------------------------------------------------------------------------


@GUEST
async def test_a_guest_answers_and_all_below_the_answer_works(tmp_path: Path, kind: str) -> None:
    """Only the place decides who sees it: where external apps are not allowed, nobody but the person."""
    async with started(tmp_path) as server:
        place = guest_place(server, kind)
        found = await server.slash("ask", {"question": QUESTION}, guild=place)
        assert QUOTE in found.text
        assert found.ephemeral == (kind == "server without external apps")
        answer = found.messages[0]
        assert QUOTE in (await server.click(answer, "Sources")).text
        form = await server.click(answer, "Follow-up")
        more = await server.submit_modal(form, {"Your question": "and who lost?"})
        assert f"continues: {QUESTION}" in more.text
        for choice, told in (
            ("Timeline", "Timeline:"),
            ("Helpful", "Thank"),
            ("Follow", "I write to you directly"),
        ):
            chosen = await server.click(answer, menu_of(answer), values=[choice])
            assert told in chosen.text
            assert chosen.ephemeral
        (direct,) = server.messages(False)
        assert "Here you get a message" in message_text(direct)
        await server.click(answer, menu_of(answer), values=["remove"])
        await server.wait_for(lambda: answer["id"] not in server.world.messages)
        assert refused(server) == []


@GUEST
async def test_a_guest_finds_reporting_and_checks_quotes(tmp_path: Path, kind: str) -> None:
    async with started(tmp_path) as server:
        place = guest_place(server, kind)
        claim = await server.say(CLAIM, user=server.user("bob"), guild=place, mention_bot=False, expect=0)
        found = await server.message_command("Find reporting", claim.message)
        assert QUOTE in found.text
        assert found.ephemeral
        checked = await server.message_command("Check this quote", claim.message)
        assert checked.text
        shared = await server.click(found.messages[0], menu_of(found.messages[0]), values=["Share"])
        assert "shared by" in shared.text
        assert refused(server) == []


@GUEST
async def test_a_guest_takes_the_commands_of_people_along_and_not_those_of_managers(
    tmp_path: Path, kind: str
) -> None:
    async with started(tmp_path) as server:
        place = guest_place(server, kind)
        for command, options, told in TAKEN_ALONG:
            assert told in (await server.slash(command, options, guild=place)).text
        for command in FOR_MANAGERS:
            with pytest.raises(AssertionError, match=r"not (offered|installed)"):
                await server.slash(command, guild=place, user=server.user("boss", administrator=True))
        assert refused(server) == []


@pytest.mark.parametrize(
    ("kind", "told"), [("server", "I am not a member of this server"), ("group", "works in a server only")]
)
async def test_a_guest_promises_nothing_to_a_channel(tmp_path: Path, kind: str, told: str) -> None:
    """No alert could be sent there: that is said at once, and the direct message is offered."""
    async with started(tmp_path) as server:
        place, boss = guest_place(server, kind), server.user("boss", manage_guild=True)
        asked = await server.slash("follow", {"what": QUESTION, "here": True}, guild=place, user=boss)
        assert told in asked.text
        assert asked.ephemeral
        mine = await server.slash("follow", {"what": QUESTION}, guild=place, user=boss)
        assert "I write to you directly" in mine.text


async def test_a_guest_is_read_in_the_language_of_who_asks(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        server.alice.locale = "de"
        place = guest_place(server, "group")
        assert "Medien durchsucht" in (await server.slash("ask", {"question": QUESTION}, guild=place)).text


# -- slow mode -------------------------------------------------------------------------------------------


def slow_place(server: DiscordServer) -> Channel:
    channel = server.channel("slow")
    channel.slow_seconds = 6 * 60 * 60
    server.world.dispatch("CHANNEL_UPDATE", channel.to_json())
    return channel


async def test_slow_mode_slows_people_and_neither_answers_nor_follow_ups(tmp_path: Path) -> None:
    """Who may not write for six hours asks on with the form, and edits the question."""
    news = FakeNews()
    async with started(tmp_path, news) as server:
        channel = slow_place(server)
        said = await server.say(QUESTION, guild=channel)
        assert QUOTE in said.text
        with pytest.raises(AssertionError, match="slow mode"):
            await server.say("and who lost?", guild=channel)
        answer = said.replies[0]
        await server.wait_for(lambda: news.posted.find_message(answer["id"]) is not None)
        form = await server.click(answer, "Follow-up")
        more = await server.submit_modal(form, {"Your question": "and who lost?"})
        assert f"continues: {QUESTION}" in more.text
        server.edit(said, f"{server.bot.mention} Who won the cricket?")
        await server.wait_for(lambda: QUOTE not in message_text(said.replies[0]))


async def test_an_answer_that_slow_mode_refuses_comes_directly(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        channel = slow_place(server)
        server.fail_next("POST", rf"/channels/{channel.id}/messages", 400, code=20016)
        said = await server.say(QUESTION, guild=channel, expect=None)
        await server.wait_for(lambda: len(server.messages(False)) == 2)
        why, found = server.messages(False)
        assert f"I may not write in <#{channel.id}>" in message_text(why)
        assert QUOTE in message_text(found)
        assert said.replies == []
