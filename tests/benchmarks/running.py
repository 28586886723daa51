"""How much memory a bot on the loopback Discord takes, all its processes, while nothing is read or asked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from index.runtime.rest import REST_SECONDS
from tests.discord.server import DiscordServer, Interaction
from tests.fakes import resident

ROOT = Path(__file__).parents[2]
# A bot is asked so many questions before its memory is read.
QUESTIONS = 20

BOT = """
import sys
from pathlib import Path

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.run import run_bot
from index import IndexOptions, NewsIndex

data, folder, api, gateway, token = sys.argv[1:]
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)

def opened():
    news = NewsIndex.open(IndexOptions(data_dir=Path(data)))
    news.subscriptions.start()
    return news

run_bot(opened, token, Path(folder))
"""


def running_bytes(store: Path) -> int:
    """Return the resident memory of a bot with the library in `store`, after some questions."""
    return asyncio.run(_running_bytes(store))


async def _running_bytes(store: Path) -> int:
    async with DiscordServer() as server:
        places = [f"{server.url}/api/v10", server.gateway.url, server.token]
        with tempfile.TemporaryDirectory() as folder:
            bot = subprocess.Popen([sys.executable, "-c", BOT, str(store), folder, *places], cwd=ROOT)
            try:
                await server.ready(commands=10, timeout=120)
                for number in range(QUESTIONS):
                    await server.slash(
                        "ask",
                        {"question": f"What happened in the last {number + 2} weeks?"},
                        user=server.user(f"reader {number}"),  # one person may not ask so much
                        until=_answered,
                        timeout=60,
                    )
                # It runs on, and gives back the memory that it needs no longer.
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(bot.wait, 2 * REST_SECONDS)
                return sum(map(resident, _family(bot.pid)))
            finally:
                bot.terminate()
                await asyncio.to_thread(bot.wait, 60)


def _answered(interaction: Interaction) -> bool:
    return bool(interaction.text)


def _family(process: int) -> list[int]:
    """Return a process and its children, and theirs (Linux)."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]
