"""Thousands of guilds and a steady rate of questions against several bots: `make simulation`.

Real processes with the real model share a PostgreSQL and talk to the loopback Discord, which spreads guilds
over shards as Discord does. What happens is set against what `tests.long_runs.sizing` says beforehand,
from what one question at a time and the first third of the guilds have taken.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.discord.server import DiscordServer, Guild
from tests.fakes import resident, write_jsonl
from tests.long_runs.fleet import Fleet, events, name_of
from tests.long_runs.sizing import DAY, Load, Rates, shard_of, size
from tests.servers.postgres import start_postgres

SHARES = ((0, 1), (2, 3), (4, 5))
# Of a guild, as far as a bot keeps them.
CHANNELS = 20
QUIET_QUESTIONS = 40
PEOPLE = 200
# So many guilds are joined before the bots are waited for, and an answer that takes longer never comes.
AT_ONCE, SECONDS = 150, 60.0
# Of so many questions one is asked by mentioning the bot, the others with /ask.
MENTIONED = 5


@dataclass(frozen=True)
class Asked:
    """One question: how long until its answer was there, whether that was right, and how it was asked."""

    seconds: float
    right: bool
    mentioned: bool


class Simulation:
    def __init__(self, fleet: Fleet, articles: int, chance: random.Random) -> None:
        self.fleet = fleet
        self.server = fleet.server
        self.guilds: list[Guild] = list(fleet.guilds)
        self._articles = articles
        self._chance = chance
        self._people = [self.server.user(f"person{number}") for number in range(PEOPLE)]

    async def grow(self, count: int) -> None:
        """Let the bots join more guilds, until they have read of so many."""
        while len(self.guilds) < count:
            for _ in range(min(AT_ONCE, count - len(self.guilds))):
                number = self._chance.randrange(1 << 40)
                guild = self.server.add_guild(f"Guild {number}", str(number << 22), channels=CHANNELS)
                self.guilds.append(guild)
            for guild in self.fleet.guilds:  # a shard answers when it has read what it was told before
                await self.server.slash("help", guild=guild, timeout=60)

    async def ask(self, *, mentioned: bool) -> Asked:
        """Let somebody ask about one article somewhere, and wait for the answer."""
        port = name_of(self._chance.randrange(self._articles))
        question = f"How many cars does the ferry launched in Port {port} carry?"
        where, who = self._chance.choice(self.guilds), self._chance.choice(self._people)
        began = time.perf_counter()
        if mentioned:
            said = await self.server.say(
                question, user=who, guild=where, until=lambda said: bool(said.replies), timeout=SECONDS
            )
            text = said.text
        else:
            options = {"question": question}
            text = (await self.server.slash("ask", options, user=who, guild=where, timeout=SECONDS)).text
        return Asked(time.perf_counter() - began, port in text, mentioned)

    async def quietly(self) -> list[Asked]:
        return [await self.ask(mentioned=_is_mention(number)) for number in range(QUIET_QUESTIONS)]

    async def steadily(self, per_second: float, seconds: float) -> list[Asked]:
        """Ask at random moments, so many questions a second in the mean, whoever waits for an answer."""
        asking: list[asyncio.Task[Asked]] = []
        began = due = time.perf_counter()
        while (due := due + self._chance.expovariate(per_second)) < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.append(asyncio.create_task(self.ask(mentioned=_is_mention(len(asking)))))
        return await asyncio.gather(*asking)

    # -- what the bots take ----------------------------------------------------------------------------

    def memory(self) -> list[int]:
        return [resident(bot.pid) for bot in self.fleet.bots.values()]

    def core_seconds(self) -> float:
        return sum(map(_core_seconds, self.fleet.bots.values()))

    def requests(self) -> Counter[bool]:
        """Return how many requests there were, by whether they count against Discord's limit of a bot."""
        paths = (each.path for each in self.server.requests)
        return Counter(not each.startswith(("/interactions/", "/webhooks/")) for each in paths)


def _is_mention(number: int) -> bool:
    return number % MENTIONED == 0


def _core_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return how long a process has kept cores busy (Linux)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Table:
    """Lines of what was predicted and what was measured."""

    tell: Callable[[str], None]

    def line(self, what: str, predicted: float, measured: float) -> None:
        self.tell(f"{what:42} {predicted:10.2f} {measured:10.2f} {measured / predicted:5.2f}")

    def figure(self, what: str, measured: float) -> None:
        self.tell(f"{what:42} {'':10} {measured:10.3f}")


async def simulate(
    simulation: Simulation, guilds: int, per_second: float, seconds: float, tell: Callable[[str], None]
) -> None:
    """Start the bots, let guilds join and people ask, and tell what that took."""
    fleet, table = simulation.fleet, Table(tell)
    tell(f"{'what':42} {'predicted':>10} {'measured':>10} ratio")
    for place in range(len(SHARES)):  # one after the other, as Discord wants their shards
        await fleet.start_bot(place)
    table.line("shards that identified", fleet.shards, fleet.server.gateway.identifies)
    await simulation.quietly()  # what is loaded with the first questions is loaded then
    before, quiet = simulation.core_seconds(), await simulation.quietly()
    question_seconds = (simulation.core_seconds() - before) / len(quiet)
    process_bytes, guild_bytes = await _join(simulation, guilds, table)
    rates = Rates(question_seconds, 0.0, 0.0, process_bytes, guild_bytes)
    await _ask(simulation, rates, quiet, per_second, seconds, table)


async def _join(simulation: Simulation, guilds: int, table: Table) -> tuple[float, float]:
    """Let guilds join; return the bytes of a process without any, and of a guild in the first third."""
    before = simulation.memory()
    await simulation.grow(guilds // 3)
    grown = sum(simulation.memory()) - sum(before)
    process_bytes, guild_bytes = statistics.mean(before), grown / (guilds // 3)
    await simulation.grow(guilds)
    rates = Rates(0.0, 0.0, 0.0, process_bytes, guild_bytes)
    needed = size(Load(guilds, 0.0, 0, 0.0), rates, least_processes=len(SHARES))
    shards = simulation.fleet.shards
    counts = Counter(shard_of(int(each.id), shards) for each in simulation.guilds)
    table.line("guilds of the fullest shard", guilds / shards, max(counts.values()))
    table.figure("MiB of a process without guilds", process_bytes / 2**20)
    table.figure("MiB of 1,000 guilds", guild_bytes * 1000 / 2**20)
    held = statistics.mean(simulation.memory()) / 2**20
    table.line("MiB of a process with its guilds", needed.process_bytes / 2**20, held)
    return process_bytes, guild_bytes


async def _ask(
    simulation: Simulation,
    rates: Rates,
    quiet: Sequence[Asked],
    per_second: float,
    seconds: float,
    table: Table,
) -> None:
    cores, counted, began = simulation.core_seconds(), simulation.requests(), time.perf_counter()
    asked = await simulation.steadily(per_second, seconds)
    took = time.perf_counter() - began
    used, counted = simulation.core_seconds() - cores, simulation.requests() - counted
    load = Load(len(simulation.guilds), len(asked) / took * DAY, 0, 0.0, 1 / MENTIONED, peak=1.0)
    needed = size(load, rates)
    table.line("questions answered", len(asked), sum(each.right for each in asked))
    for name, place in (("median", 49), ("99th percentile", 98)):
        alone, together = (_percentiles(each)[place] for each in (quiet, asked))
        table.line(f"ms until an answer, {name}", alone, together)
    table.line("requests a second that count, of 50", needed.requests_per_second, counted[True] / took)
    table.line("requests a second that do not", needed.interaction_requests_per_second, counted[False] / took)
    table.figure("seconds of a core for a question", rates.question_seconds)
    table.line("cores busy", needed.question_cores, used / took)


def _percentiles(asked: Sequence[Asked]) -> list[float]:
    return statistics.quantiles([each.seconds * 1000 for each in asked], n=100, method="inclusive")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def run(
    database: str, folder: Path, guilds: int, articles: int, per_second: float, seconds: float
) -> None:
    async with DiscordServer() as server:
        fleet = Fleet(folder, database, "", server, SHARES)
        try:
            worker = fleet.start_worker(1, write_jsonl(folder / "news.jsonl", events(articles)))
            await asyncio.to_thread(worker.communicate)
            simulation = Simulation(fleet, articles, random.Random(7))
            await simulate(simulation, guilds, per_second, seconds, _tell)
        finally:
            fleet.close()


def main(guilds: int, articles: int, per_second: float, seconds: float) -> None:
    folder = Path(tempfile.mkdtemp(prefix="newsbot-simulation-"))
    postgres = start_postgres()
    try:
        database = postgres.get_uri(driver="psycopg")
        asyncio.run(run(database, folder, guilds, articles, per_second, seconds))
    finally:
        postgres.cleanup()
