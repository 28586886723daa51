"""Menus on messages, corrections of posted answers, and the figures about them, on a loopback Discord.

The library is the real one, on a real database.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.client import NewsBot
from bot.cogs.background import corrections
from index import NewsIndex
from tests.discord.limits import is_text, walk
from tests.discord.markdown import find, shown
from tests.discord.server import DiscordServer
from tests.fakes import NOW, article, open_news, write_jsonl

TEXT = "The council opened the bridge on Monday. About 300 people came to see it. It cost nine million euros."
QUESTION = "How many people came to see the bridge of the council?"
QUOTE = "About 300 people came to see it."


@asynccontextmanager
async def started(tmp_path: Path) -> AsyncIterator[tuple[DiscordServer, NewsIndex]]:
    news = open_news(tmp_path, [article("bridge", TEXT)], threshold=0.0)
    bot = NewsBot(lambda: news, tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=7):
        yield server, news
        server.assert_clean()


def publish(news: NewsIndex, tmp_path: Path, text: str) -> None:
    changed = article("bridge", text, updated_at=NOW - timedelta(hours=1))
    news.ingest([str(write_jsonl(tmp_path / "again.jsonl", [changed]))])


def content(message: dict[str, Any]) -> str:
    """Return what is read in a message: an id may hold any digits."""
    return " ".join(shown(part["content"]) for part in walk(message["components"]) if is_text(part))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "EVERY_SECONDS", 0.1)


async def test_a_changed_sentence_is_struck_through_above_its_new_wording(
    tmp_path: Path,
) -> None:
    async with started(tmp_path) as (server, news):
        await server.slash("ask", {"question": QUESTION})
        (before,) = server.messages()
        assert "About 300" in content(before)
        publish(news, tmp_path, TEXT.replace("300", "450"))
        await server.wait_for(lambda: "About 450" in content(server.messages()[0]))
        (message,) = server.messages()
        (container,) = message["components"]
        texts = [part["content"] for part in container["components"] if part["type"] == 10]
        (block,) = [text for text in texts if "450" in text]
        assert "300" in "".join(node.text for node in find(block, "strike"))
        assert "changed by the publisher <t:" in block
        assert "450" in shown(block)
        assert "450" not in "".join(node.text for node in find(block, "strike"))
        assert len(server.history(message)) >= 2
        assert "Sources" in [part.get("label") for part in walk(message["components"])]


async def test_a_withdrawn_sentence_is_struck_through(tmp_path: Path) -> None:
    async with started(tmp_path) as (server, news):
        await server.slash("ask", {"question": QUESTION})
        publish(news, tmp_path, "Quite another story is told here by now, of ships and of the sea.")
        await server.wait_for(lambda: "withdrawn by the publisher" in content(server.messages()[0]))


@pytest.mark.parametrize("status", [403, 404])
async def test_a_message_that_cannot_be_reached_is_given_up(tmp_path: Path, status: int) -> None:
    async with started(tmp_path) as (server, news):
        await server.slash("ask", {"question": QUESTION})
        server.fail_next("PATCH", r"/channels/\d+/messages/\d+$", status)
        publish(news, tmp_path, TEXT.replace("300", "450"))
        await server.wait_for(
            lambda: any(
                request.method == "PATCH" and "/channels/" in request.path for request in server.requests
            )
        )
        assert "About 450" not in content(server.messages()[0])


async def test_an_answer_in_a_server_without_the_bot_is_tried_once(tmp_path: Path) -> None:
    """There a person used the bot for themselves, and nobody but the person's interaction could edit it."""
    async with started(tmp_path) as (server, news):
        await server.slash("ask", {"question": QUESTION}, guild=server.world.foreign_guild("Foreign"))

        def refusals() -> list[int]:
            edits = [request for request in server.requests if request.method == "PATCH"]
            return [edit.status for edit in edits if "/channels/" in edit.path]

        publish(news, tmp_path, TEXT.replace("300", "450"))
        await server.wait_for(lambda: refusals() == [403])
        assert not await server.world.changed.until(
            lambda: len(refusals()) > 1, 3 * corrections.EVERY_SECONDS
        )


async def test_a_message_that_is_refused_for_now_is_tried_again(tmp_path: Path) -> None:
    async with started(tmp_path) as (server, news):
        await server.slash("ask", {"question": QUESTION})
        server.fail_next("PATCH", r"/channels/\d+/messages/\d+$", 400)
        publish(news, tmp_path, TEXT.replace("300", "450"))
        await server.wait_for(lambda: "About 450" in content(server.messages()[0]))


async def test_reports_are_found_for_a_message(tmp_path: Path) -> None:
    async with started(tmp_path) as (server, _):
        said = await server.say("**300 people** came to see the bridge!", mention_bot=False, expect=None)
        result = await server.message_command("Find reporting", said.message)
        assert result.ephemeral
        assert QUOTE in result.text
        assert "-# 300 people came to see the bridge!" in result.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('They wrote "about 300 people came to see it"', "Found word for word"),
        ("> About 900 people came to see it", "Nearly the same words"),
        ("The moon is made of green cheese", "Not in the index"),
        ("<@1> https://x.example", "no words to look for"),
    ],
)
async def test_a_quote_is_checked(tmp_path: Path, text: str, expected: str) -> None:
    async with started(tmp_path) as (server, _):
        said = await server.say(text, mention_bot=False, expect=None)
        result = await server.message_command(
            "Check this quote", said.message, until=lambda it: bool(it.text)
        )
        assert result.ephemeral
        assert expected in result.text


async def test_quality_is_for_those_who_manage_the_server(tmp_path: Path) -> None:
    async with started(tmp_path) as (server, news):
        result = await server.slash("quality", force=True)
        assert "Manage Server" in result.text
        boss = server.user("boss", manage_guild=True)
        assert "Nothing was asked" in (await server.slash("quality", user=boss)).text
        await server.slash("ask", {"question": QUESTION})
        await server.wait_for(
            lambda: bool(news.posted.asked(server.guild.id, NOW))
        )  # stored after it was shown
        exported = await server.slash("quality", {"export": True}, user=boss)
        assert exported.ephemeral
        assert "**100%** of 1 question answered" in exported.text
        await exported.wait(lambda it: len(it.messages) == 2)
        (attachment,) = exported.messages[1]["attachments"]
        assert exported.messages[1]["flags"] & 64
        assert attachment["filename"] == "questions.jsonl"
        assert news.posted.asked(server.guild.id, NOW)[0].question == QUESTION
