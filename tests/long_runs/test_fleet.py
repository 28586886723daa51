"""A small fleet: two bots and two workers on one PostgreSQL, of each one killed on the way."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.discord.server import DiscordServer
from tests.long_runs.fleet import BOT, ROOT, Fleet, events, sail

IMPATIENT = f"""
from bot.cogs.background import shards
shards.PATIENCE_SECONDS = 1
{BOT}"""


@pytest.fixture
async def fleet(tmp_path: Path, postgres: Callable[[], str]) -> AsyncIterator[Fleet]:
    async with DiscordServer() as server:
        server.gateway.max_concurrency = 16  # each shard identifies when it likes
        sailing = Fleet(tmp_path, postgres(), "", server, [[0], [1]], "hashing")
        yield sailing
        sailing.close()
        server.assert_clean()


async def test_nothing_is_lost_or_stored_twice_and_each_bot_answers(fleet: Fleet) -> None:
    told: list[str] = []
    await sail(fleet, events(60), told.append)
    assert told[3] == "stored 60, of them distinct 60; passages twice 0; copies 0"


async def test_a_second_bot_with_a_shard_that_another_runs_says_so_and_ends(fleet: Fleet) -> None:
    await fleet.start_bot(0)
    command = fleet.bot_command("second", [0], IMPATIENT)
    # Off the event loop: this process is the Discord that both talk to.
    second = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=120
    )
    assert (second.returncode, second.stderr.splitlines()[-1]) == (
        1,
        "newsbot: Another process runs shard 0 of 2 or part of it: stop it, or give each process a share of "
        "its own in NEWS_SHARDS.",
    )
    assert await fleet.ask(0, "What happened?")
