"""What a monitoring system is told: alive, ready, and figures, on a port of this machine."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import client
from bot.client import NewsBot
from bot.ops.health import OK, Health, readiness, serving
from bot.ops.metrics import Measurements
from index import Status, StoreError, UsageError
from tests.bot.test_client import QUESTION, QUOTE, opener
from tests.discord.server import DiscordServer
from tests.fake_news import FakeNews
from tests.fakes import article, open_news, story


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def samples(text: str) -> dict[str, float]:
    """Return the value of each sample that has no label but `answered`, as Prometheus reads them."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_running_bot(tmp_path: Path) -> None:
    bot = NewsBot(opener(FakeNews()), tmp_path)
    async with DiscordServer() as server, server.running(bot, commands=4):
        await bot.wait_until_ready()
        with serving(bot.health(), 0) as port:
            result = await server.slash("ask", {"question": QUESTION}, until=lambda it: QUOTE in it.text)
            await server.slash("ask", {"question": "Wozu dient Xyzzy?"}, until=lambda it: bool(it.text))
            paths = ("/healthz", "/readyz", "/metrics", "/secrets")
            answers = [await asyncio.to_thread(get, port, path) for path in paths]
        server.assert_clean()
    assert result.text
    assert [code for code, _ in answers] == [200, 200, 200, 404]
    assert json.loads(answers[0][1]) == json.loads(answers[1][1]) == {"status": "ok", "why": None}
    found = samples(answers[2][1])
    assert found["newsbot_questions_total true"] == 1
    assert found["newsbot_questions_total false"] == 1
    assert found["newsbot_answer_seconds_count"] == 2
    assert found["newsbot_articles"] == FakeNews().status().articles
    assert found["newsbot_queue_length"] == 0


async def test_a_bot_that_is_not_connected_is_alive_but_not_ready(tmp_path: Path) -> None:
    with serving(NewsBot(opener(FakeNews()), tmp_path).health(), 0) as port:
        assert (await asyncio.to_thread(get, port, "/healthz"))[0] == 200
        code, body = await asyncio.to_thread(get, port, "/readyz")
    assert (code, json.loads(body)["why"]) == (503, "The bot is not connected to Discord.")


async def test_a_loop_that_hangs_is_not_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LOOP_SECONDS", 0.05)
    answers: list[tuple[int, str]] = []
    with serving(NewsBot(opener(FakeNews()), tmp_path).health(), 0) as port:
        asking = threading.Thread(target=lambda: answers.append(get(port, "/healthz")))
        asking.start()
        asking.join()  # which keeps the loop from coming round
    assert answers[0][0] == 503
    assert "event loop" in answers[0][1]


def test_a_library_is_ready_when_it_can_answer(tmp_path: Path) -> None:
    with open_news(tmp_path) as news:
        assert "no articles yet" in (readiness(lambda: news).why or "")
    with open_news(tmp_path, [article("a", story("Oslo"))]) as news:
        assert readiness(lambda: news) == OK
        found = samples(Measurements(news.status).exposition().decode())
        assert (found["newsbot_ready"], found["newsbot_articles"]) == (1, 1)
        assert found["newsbot_passages"] == news.status().passages > 0


def test_a_database_that_is_away_is_told_and_figures_go_on() -> None:
    def status() -> Status:
        raise StoreError("The database cannot be reached.")

    class Away(FakeNews):
        status: Any

    news = Away()
    news.status = status
    found = readiness(lambda: news)  # type: ignore[arg-type, return-value]
    assert found == ("failing", "The database cannot be reached.")
    told = samples(Measurements(status).exposition().decode())
    assert told["newsbot_ready"] == 0
    assert "newsbot_articles" not in told


def test_a_stale_library_is_not_ready() -> None:
    stale = replace(FakeNews().status(), state="stale", remedy="Reindex.")
    assert samples(Measurements(lambda: stale).exposition().decode())["newsbot_ready"] == 0


def test_a_port_that_is_taken_is_one_sentence() -> None:
    health = Health(Measurements(FakeNews().status), lambda: OK, lambda: OK)
    with (
        serving(health, 0) as port,
        pytest.raises(UsageError, match=f"Port {port} cannot be used .*: set NEWS_HEALTH_PORT to another"),
        serving(health, port),
    ):
        raise AssertionError("two servers on one port")


def test_a_degraded_library_is_ready_and_says_why(tmp_path: Path) -> None:
    with open_news(tmp_path, [article("a", story("Oslo"))], follow_seconds=60) as news:
        news.faults.report("model", "The model is missing.")
        news.faults.report("search index", "The word index is damaged.")
        health = Health(Measurements(news.status), lambda: OK, lambda: readiness(lambda: news))
        with serving(health, 0) as port:
            code, body = get(port, "/readyz")
            found = samples(get(port, "/metrics")[1])
    why = "The word index is damaged."  # the model is tried again at once, and is back
    assert (code, json.loads(body)) == (200, {"status": "degraded", "why": why})
    assert found["newsbot_ready"] == 1
    assert found["newsbot_degraded search index"] == 1
