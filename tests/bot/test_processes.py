"""Bots in processes of their own on one database: what one was killed over is sent by another, once."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index import DigestPlan, Schedule
from index.storage.database import Database
from index.storage.people.digests import DigestStore
from tests.discord.server import DiscordServer
from tests.discord.world import message_title
from tests.fakes import article, open_news, quotes_sent, story, write_jsonl

ROOT = Path(__file__).parents[2]

# Looks for what to send all the time, takes over after two seconds, and is killed where it is told to be.
BOT = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from bot.cogs.background import alert_sender, digest_sender
from bot.run import run_bot
from index.clock import utc_now
from index.storage import follows
from index.storage.people import digests
from tests.fakes import open_news

folder, database, rest, gateway, token, shard, killed = sys.argv[1:]
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, yarl.URL(gateway)
alert_sender.EVERY_SECONDS = digest_sender.EVERY_SECONDS = 0.2
follows.ABANDONED = digests.ABANDONED = timedelta(seconds=2)

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if killed == "before sending":
    alert_sender.deliver = digest_sender.deliver_digest = die
if killed == "after sending":
    follows.FollowStore.sent = digests.DigestStore.sent = die

def opened():
    return open_news(Path(folder), database_url=database, clock=utc_now, threshold=0.0)

run_bot(opened, token, Path(folder), share=([int(shard)], 2))
"""


def start(
    folder: Path, database: str, server: DiscordServer, shard: int, killed: str
) -> subprocess.Popen[bytes]:
    own = str(folder / str(shard))
    places = [own, database, f"{server.url}/api/v10", server.gateway.url, server.token]
    return subprocess.Popen([sys.executable, "-c", BOT, *places, str(shard), killed], cwd=ROOT)


@pytest.mark.parametrize("killed", ["before sending", "after sending"])
async def test_what_a_bot_was_killed_over_is_sent_by_another_and_shown_once(
    tmp_path: Path, postgres: Callable[[], str], killed: str
) -> None:
    database_url = postgres()
    now = datetime.now(UTC)
    async with DiscordServer() as server:
        server.gateway.max_concurrency = 16  # each shard identifies when it likes
        channel, guild = server.guild.channels[0].id, server.guild.id
        with open_news(tmp_path / "setup", database_url=database_url, clock=lambda: now) as news:
            follow = news.follows.start("1", guild, channel, "harbour")
            database = Database.open(database_url)
            yesterday = DigestStore(database, lambda: now - timedelta(days=1))
            yesterday.put(guild, channel, "1", DigestPlan(Schedule((now - timedelta(hours=1)).hour)))
            new = article("harbour", story("the harbour"), published_at=now)
            news.ingest([str(write_jsonl(tmp_path / "new.jsonl", [new]))])
            first = start(tmp_path, database_url, server, 0, killed)
            assert await asyncio.to_thread(first.wait, 120) == -signal.SIGKILL
            # The other of the two may be on its way at the same moment.
            assert bool(server.messages()) == (killed == "after sending")
            second = start(tmp_path, database_url, server, 1, "never")
            try:
                await server.wait_for(lambda: len(server.messages()) == 2, timeout=120)
                await server.wait_for(lambda: quotes_sent(database, follow.id) > 0, timeout=120)
                await server.wait_for(lambda: news.digests.of(guild)[0].last_at is not None, timeout=120)
                assert sorted(message_title(message) for message in server.messages()) == [
                    "Daily digest",
                    "harbour",
                ]
            finally:
                second.terminate()
                assert await asyncio.to_thread(second.wait, 60) == 0
                database.close()
        server.assert_clean()
