"""Processes of newsbot that are told to stop while they wait for servers that never answer."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.discord.server import DiscordServer
from tests.fakes import article, open_news, write_jsonl

ROOT = Path(__file__).parents[3]
LIMIT_SECONDS = 10.0

# The real command line with the fake model, and Discord on this machine.
NEWSBOT = """
import sys
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pathlib import Path
from bot import __main__, cli, stopping
from index.ingest import pipeline as ingest
from tests.fakes import open_news

ingest.BATCH_ARTICLES = 1
rest, gateway, hanging, *arguments = sys.argv[1:]
if rest:
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, yarl.URL(gateway)
cli.open_index = lambda settings: open_news(Path.cwd(), fetch_private=True)
if hanging:
    import threading
    from index import NewsIndex
    stopping.SECONDS = 1.0
    NewsIndex.close = lambda self: threading.Event().wait()
__main__.main(arguments)
"""


class Silence:
    """A server that takes connections and never says a word."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.url = ""

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        await reader.read()  # until the other side has gone
        writer.close()

    @classmethod
    @asynccontextmanager
    async def kept(cls) -> AsyncIterator[Silence]:
        silence = cls()
        server = await asyncio.start_server(silence.hear, "127.0.0.1", 0)
        async with server:
            silence.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed.xml"
            yield silence


@asynccontextmanager
async def newsbot(
    folder: Path, *arguments: str, server: DiscordServer | None = None, closing_hangs: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command in a process of its own, with its data in a folder; killed where it does not end."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {"PYTHONPATH": str(ROOT), "NEWS_REFRESH": "off", "NEWS_LOG_LEVEL": "INFO"}
    places = [f"{server.url}/api/v10", server.gateway.url] if server else ["", ""]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", NEWSBOT, *places, "closing hangs" if closing_hangs else "", *arguments),
        cwd=folder,
        env=kept | settings | ({"DISCORD_TOKEN": server.token} if server else {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stop(process: asyncio.subprocess.Process) -> tuple[float, list[str]]:
    """Send SIGTERM; return how many seconds the process took, and what it said."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 3 * LIMIT_SECONDS)
    return time.monotonic() - began, said.decode().splitlines()


async def test_a_bot_whose_calls_hang_ends_in_time(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DiscordServer())
        tried, known = [await stack.enter_async_context(Silence.kept()) for _ in range(2)]
        with open_news(tmp_path, [article("harbour")]) as news:
            opml = f'<opml version="2.0"><body><outline xmlUrl="{known.url}"/></body></opml>'
            news.subscriptions.import_opml(opml.encode(), "x.opml")
        process = await stack.enter_async_context(newsbot(tmp_path, "run", server=server))
        await server.ready(commands=4, timeout=60)
        keeper = server.user("keeper", manage_guild=True)
        calls = [
            asyncio.create_task(server.slash("sources add", {"address": tried.url}, user=keeper)),
            asyncio.create_task(server.slash("reindex", {"source": known.url}, user=keeper)),
        ]
        await asyncio.wait_for(asyncio.gather(tried.asked.wait(), known.asked.wait()), 30)
        took, said = await stop(process)
        await asyncio.gather(*calls, return_exceptions=True)
    assert took < LIMIT_SECONDS
    assert process.returncode == 0
    assert "bot.stopping signal=SIGTERM" in "\n".join(said)
    assert said[-1].endswith("bot.closed")
    with open_news(tmp_path) as news:
        assert news.status().articles == 1


async def test_an_ingest_that_waits_for_a_server_keeps_what_it_has_read(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "articles.jsonl", [article("harbour"), article("bridge")])
    async with Silence.kept() as silence, newsbot(tmp_path, "ingest", str(file), silence.url) as process:
        await asyncio.wait_for(silence.asked.wait(), 60)
        took, _ = await stop(process)
    assert took < LIMIT_SECONDS
    assert process.returncode == 128 + signal.SIGTERM
    with open_news(tmp_path) as news:
        assert news.status().articles == 2
        assert news.ingest([str(file)]).unchanged == 2


@pytest.mark.parametrize("arguments", [("watch",), ("run",)])
async def test_a_closing_that_hangs_is_cut_short(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    async with (
        DiscordServer() as server,
        newsbot(tmp_path, *arguments, server=server, closing_hangs=True) as process,
    ):
        if arguments == ("run",):
            await server.ready(commands=4, timeout=60)
        else:
            assert process.stderr
            while b"Watching" not in await asyncio.wait_for(process.stderr.readline(), 60):
                pass
        took, said = await stop(process)
    assert took < LIMIT_SECONDS
    assert process.returncode == 1
    assert "process.ending late_seconds=1.0" in said[-1]
