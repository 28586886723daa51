"""One id from the interaction to the database, in every line of the log; no secret in any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.client import NewsBot
from config import logging_to_stderr
from tests.discord.server import DiscordServer
from tests.fakes import article, open_news, story


async def test_a_request_is_followed_from_discord_to_sql(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to_stderr("DEBUG", "json"):
        news = open_news(tmp_path, [article("a", story("Oslo"))], follow_seconds=60)
        async with DiscordServer() as server, server.running(NewsBot(lambda: news, tmp_path), commands=4):
            for question in ("What was described in Oslo?", "Who was described in Oslo?"):
                await server.slash("ask", {"question": question}, until=lambda it: "Oslo" in it.text)
            server.assert_clean()
            token = server.token
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    answered = [line["request"] for line in lines if line["event"] == "question.answered"]
    assert len(set(answered)) == 2
    for request in answered:
        statements = [line for line in lines if line.get("request") == request and "statement" in line]
        assert any("FROM articles" in line["statement"] for line in statements)
    assert token not in text
