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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from index import Article
from tests.discord.server import DiscordServer, Guild
from tests.fakes import article, write_jsonl
from tests.servers.milvus import MilvusLite
from tests.servers.postgres import start_postgres

ROOT = Path(__file__).parents[2]
PROMPT_SECONDS = 5.0

# Opens the library that all of them share; "hashing" stands for a model that is there at once.
_OPEN = """
import json, sys
from pathlib import Path
from index import IndexOptions, NewsIndex
from tests.fakes import HashingEmbedder

folder, database, search, model, *more = sys.argv[1:]

def opened():
    options = IndexOptions(Path(folder), database, index_url=search or None)
    return NewsIndex.open(options, HashingEmbedder() if model == "hashing" else None)
"""

# A bot with shards of its own, on the loopback Discord.
BOT = f"""{_OPEN}
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from bot.__main__ import _guarded
from bot.run import run_bot

Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, token = more[0], yarl.URL(more[1]), more[2]
share = json.loads(more[3]), int(more[4])
sys.exit(_guarded(lambda: run_bot(opened, token, Path(folder), share=share)))
"""

# Reads a file, and tells how many articles are done and in the end what became of them.
WORKER = f"""{_OPEN}
with opened() as news:
    report = news.ingest(more, lambda state: print(state.done, flush=True))
print(json.dumps([report.added, report.unchanged, report.duplicates, len(report.failed)]))
"""


def events(count: int) -> list[Article]:
    """Return short articles, each about something that happened at one place only."""
    return [
        article(
            f"event{i}",
            f"A ferry named Aurora {i} was launched in the harbour of Port {name_of(i)} on Tuesday. "
            f"It carries {i + 10} cars and {3 * i + 50} passengers, the shipyard of Port {name_of(i)} said.",
            title=f"Ferry launched in Port {name_of(i)}",
        )
        for i in range(count)
    ]


def name_of(number: int) -> str:
    """Return a name that no other number has."""
    syllables = "ba du ki lo ma ne pi ro su ta".split()
    return "".join(syllables[int(digit)] for digit in f"{number:05d}").capitalize()


@dataclass
class Fleet:
    """Bots and workers in processes of their own, and a guild for each shard of the bots."""

    folder: Path
    database: str
    search: str  # the address of Milvus; empty where each process has an index of its own
    server: DiscordServer
    shares: Sequence[Sequence[int]]  # the shards of each bot
    model: str = ""  # "hashing", or the real one
    bots: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    guilds: list[Guild] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Discord tells the shard of a guild by the upper bits of its id, which count milliseconds.
        numbers = range(1000 * self.shards, 1001 * self.shards)
        self.guilds = [self.server.add_guild(f"Guild {number}", str(number << 22)) for number in numbers]

    @property
    def shards(self) -> int:
        return sum(map(len, self.shares))

    async def start_bot(self, place: int) -> None:
        """Start a bot and wait until all of its shards are on the gateway."""
        share, gateway = self.shares[place], self.server.gateway
        before = [gateway.sessions.get(shard) for shard in share]
        command = self.bot_command(f"bot{place}", share)
        self.bots[place] = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

        def ready() -> bool:
            new = (gateway.sessions.get(shard) not in before for shard in share)
            return all(map(gateway.runs, share)) and all(new)

        await self.server.wait_for(ready, timeout=300)

    def bot_command(self, name: str, share: Sequence[int], code: str = BOT) -> list[str]:
        """Return what starts a bot with a data folder of that name."""
        places = [f"{self.server.url}/api/v10", self.server.gateway.url, self.server.token]
        return self._command(code, name, *places, json.dumps(list(share)), str(self.shards))

    def start_worker(self, number: int, path: Path) -> subprocess.Popen[str]:
        command = self._command(WORKER, f"worker{number}", str(path))
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def _command(self, code: str, name: str, *more: str) -> list[str]:
        places = [str(self.folder / name), self.database, self.search, self.model]
        return [sys.executable, "-c", code, *places, *more]

    async def ask(self, shard: int, question: str) -> str:
        """Ask in the guild of a shard, and return all that the answer shows."""
        asked = {"question": question}
        told = await self.server.slash("ask", asked, guild=self.guilds[shard], until=_answered, timeout=60)
        return told.text

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
    bots = range(len(fleet.shares))
    await asyncio.gather(*map(fleet.start_bot, bots))
    tell(f"{len(bots)} bots run")
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
    waits = await asyncio.gather(*(_wait(fleet, shard, last, stored_at) for shard in range(fleet.shards)))
    tell(f"each bot answers from the last after {', '.join(f'{each:.1f} s' for each in waits)}")
    assert max(waits) <= PROMPT_SECONDS


async def _wait(fleet: Fleet, shard: int, one: Article, since: float) -> float:
    """Ask until the answer is of an article; return how long after `since` that is so."""
    port = one.title.removeprefix("Ferry launched in ")
    while port not in await fleet.ask(shard, f"How many cars does the ferry launched in {port} carry?"):
        assert time.perf_counter() - since < 60, f"shard {shard} does not find {port}"
    return time.perf_counter() - since


async def run(count: int, folder: Path, database: str, search: str, tell: Callable[[str], None]) -> None:
    async with DiscordServer() as server:
        server.gateway.max_concurrency = 16  # each shard identifies when it likes
        fleet = Fleet(folder, database, search, server, [[shard] for shard in range(3)])
        try:
            await sail(fleet, events(count), tell)
        finally:
            fleet.close()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(count: int, milvus: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="newsbot-fleet-"))
    postgres = start_postgres()
    search = MilvusLite(folder / "milvus")
    try:
        if milvus:
            search.start()
        address = search.url if milvus else ""
        asyncio.run(run(count, folder, postgres.get_uri(driver="psycopg"), address, _tell))
    finally:
        search.stop()
        postgres.cleanup()
