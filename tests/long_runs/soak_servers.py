"""Ten Discord servers of different editions, one of which attacks: the second part of `make soak`.

The bot is a process of its own with the real model, and people use it through the loopback Discord. First
nine ask and the sources of all ten change; then the tenth attacks: it asks as fast as it is let, uploads
files and adds sources that are made to be slow, gives lists of thousands of feeds, and forges stories. What
is measured are the times of the nine, before, during and after the attack.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from index import SHARED, Article, IndexOptions, NewsIndex, Quotas
from index.storage import schema
from index.storage.receipts import is_received
from tests.discord.server import DiscordServer, File, Guild
from tests.fakes import article, record, stored, write_jsonl
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

ROOT = Path(__file__).parents[2]
SERVERS, ATTACKER = 10, 9
# Questions a second of the nine, and of the one that attacks: more than a server may ask (300 a minute).
PER_SECOND, FLOOD_PER_SECOND = 3.0, 8.0
PEOPLE, FLOODERS = 200, 100
# An answer that takes longer never comes.
SECONDS = 60.0
# Not measured: at the start, and after an attack has begun or ended.
WARM_SECONDS, SETTLE_SECONDS = 15.0, 10.0
# Within this the nine may become slower.
MOST_GROWTH = 1.5
ARTICLES, SHARED_SOURCES, ENTRIES, CHANGE_SECONDS = 400, 4, 3, 5.0
QUOTAS = Quotas(sources=20, feeds=50, articles=150, bytes=64 * 2**20)
# A word that only stands in what the attacker forges or uploads.
FORGED = "towerblock"
# What is made once for an attack has this where each time another number stands.
NUMBER = "0000000"

_WHO = "council ministry hospital union museum court airline bank team university".split()
_DID = "opened closed fined praised sold repaired flooded visited elected rebuilt".split()
_WHAT = "harbour bridge school stadium railway library factory theatre market tunnel".split()
_WHERE = "Oslo Lima Perth Turin Quito Dakar Osaka Malmo Graz Leeds".split()

# A bot on the loopback Discord that reads its sources.
BOT = """
import sys
from pathlib import Path

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.__main__ import _guarded
from bot.run import run_bot
from index import NewsIndex
from tests.long_runs.soak_servers import options

folder, api, gateway, token = sys.argv[1:]
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)

def opened():
    news = NewsIndex.open(options(Path(folder)))
    news.subscriptions.start()
    return news

sys.exit(_guarded(lambda: run_bot(opened, token, Path(folder) / "data")))
"""


def options(folder: Path) -> IndexOptions:
    return IndexOptions(folder / "data", fetch_private=True, refresh_shortest=CHANGE_SECONDS, quotas=QUOTAS)


def written(number: int, outlet: str) -> Article:
    """Return an article of ten sentences whose facts no other has, and which name its outlet."""
    chance = random.Random(f"{number} {outlet}")

    def sentence(place: int) -> str:
        who, did, what, where = (chance.choice(words) for words in (_WHO, _DID, _WHAT, _WHERE))
        people = chance.randint(2, 999)
        return f"In {outlet} {number}, part {place}, the {who} of {where} {did} a {what} for {people} people."

    when = datetime.now(UTC) - timedelta(minutes=chance.randint(1, 2_000))
    url = f"https://{outlet}.example/{number}"
    text = " ".join(sentence(place) for place in range(10))
    return article(str(number), text, url=url, title=f"{outlet} {number}", source=outlet, published_at=when)


def feed(articles: list[Article], title: str) -> str:
    items = (
        rss_item(one.url, one.title, content=f"<p>{one.text}</p>", date=format_datetime(one.published_at))
        for one in articles
    )
    return rss(*items, title=title)


# -- what the attacker sends -------------------------------------------------------------------------------


def line(text: str, path: str) -> str:
    values = record(article("attack", "x", url=f"https://attack.example/{path}")) | {"text": text}
    return json.dumps(values) + "\n"


def uploads() -> Iterator[File]:
    """Return files that are made to be slow, for ever, with other words and addresses each time.

    All but a number in them is made here, once: what an attacker spends on them must not be measured.
    """
    name = f"{FORGED} {NUMBER}. "
    empty = gzip.compress(b"\n", mtime=0) * 20_000
    last = line(name, f"{NUMBER}/last")
    files = {
        "points.jsonl": line(name + "A." * 20_000, f"{NUMBER}/points"),
        "paragraph.jsonl": line(name + "word and " * 500_000, f"{NUMBER}/paragraph"),
        "many.jsonl": "".join(line(f"{name} {n} " * 40, f"{NUMBER}/{n}") for n in range(2_000)),
        "list.opml": opml(30_000),
        "table.rss": rss(rss_item(content=f"{name}{table(4_000)}")),
    }

    def numbered() -> Iterator[File]:
        for number in count():
            written = f"{number:0{len(NUMBER)}}"
            for file, content in files.items():
                yield File(file, content.replace(NUMBER, written).encode())
            yield File("members.jsonl.gz", empty + gzip.compress(last.replace(NUMBER, written).encode()))

    return numbered()


def opml(feeds: int) -> str:
    outlines = (f'<outline xmlUrl="https://list.example/{number}"/>' for number in range(feeds))
    return f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'


def table(rows: int) -> str:
    return f"<table>{'<tr><td>one</td><td>two</td></tr>' * rows}</table>"


def attacking_sources(site: NewsSite, stories: list[Article]) -> Iterator[str]:
    """Return addresses that are made to be slow or that forge stories, each another one, for ever.

    What is served there is made here, once.
    """

    def drip() -> Iterator[bytes]:
        while not site.stopping.wait(0.5):
            yield b"<"

    forged = [
        article(one.id, f"{FORGED} {one.text}", url=one.url, title=one.title, published_at=one.published_at)
        for one in stories
    ]
    html = "<!doctype html><html><body><article><h1>Report</h1>{}</article></body></html>"
    documents = [
        ("forged", feed(forged, "Forger"), "application/rss+xml"),
        ("table", html.format(table(3_000)), "text/html"),
        ("breaks", html.format("<br>" * 100_000), "text/html"),
        ("broken", rss(*("<item><title>x</title><b>" for _ in range(200_000))), "application/rss+xml"),
        ("list", opml(30_000), "text/x-opml"),
        ("names", rss(rss_item(content=f"<p>{FORGED} {'A.' * 20_000}</p>")), "application/rss+xml"),
    ]

    def served() -> Iterator[str]:
        for number in count():
            for name, content, kind in documents:
                yield site.serve(f"/{name}/{number}", content, kind)
            yield site.stream(f"/drip/{number}", drip)

    return served()


# -- asking ------------------------------------------------------------------------------------------------


@dataclass
class Measured:
    """Milliseconds of each answer of the nine, and what the attacker was answered, by its first words.

    `late_ms` is the 99th percentile of how late the measuring process itself was: no time is more exact.
    """

    calm: list[float] = field(default_factory=list)
    attacked: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    attacks: Counter[str] = field(default_factory=Counter)
    late_ms: float = 0.0
    own_sources: int = 0
    own_articles: int = 0

    @property
    def ratio(self) -> float:
        return p99(self.attacked) / p99(self.calm)

    def problems(self) -> list[str]:
        """Return what a run fails for."""
        found = [*self.errors]
        if self.ratio > MOST_GROWTH:
            found.append(f"the 99th percentile of the others grew {self.ratio:.2f} times")
        if self.own_sources > QUOTAS.sources or self.own_articles > QUOTAS.articles:
            found.append("the attacker has more than its quotas allow")
        return found

    def figures(self) -> str:
        attacks = " ".join(f"{name}={count}" for name, count in sorted(self.attacks.items()))
        return (
            f"questions={len(self.calm)}+{len(self.attacked)} errors={len(self.errors)} "
            f"calm_median_ms={statistics.median(self.calm):.0f} calm_p99_ms={p99(self.calm):.0f} "
            f"attacked_median_ms={statistics.median(self.attacked):.0f} "
            f"attacked_p99_ms={p99(self.attacked):.0f} ratio={self.ratio:.2f} "
            f"late_p99_ms={self.late_ms:.0f} "
            f"attacker_sources={self.own_sources} attacker_articles={self.own_articles} {attacks}"
        )


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


class Servers:
    """Ten guilds and the people in them."""

    def __init__(self, server: DiscordServer, measured: Measured) -> None:
        self.server = server
        self.measured = measured
        more = [server.add_guild(f"Server {number}") for number in range(1, SERVERS)]
        self.guilds: list[Guild] = [server.guild, *more]
        self.boss = server.user("boss", manage_guild=True)
        self._people = [server.user(f"person{number}") for number in range(PEOPLE)]
        self._flooders = [server.user(f"flooder{number}") for number in range(FLOODERS)]
        self._flooding: set[asyncio.Task[None]] = set()
        self._chance = random.Random(7)

    @property
    def attacker(self) -> Guild:
        return self.guilds[ATTACKER]

    async def ask(self, seconds: float, took: list[float]) -> None:
        """Let the nine ask at random moments, whoever waits for an answer, and note how long each took."""
        asking: list[asyncio.Task[None]] = []
        began = due = time.perf_counter()
        while (due := due + self._chance.expovariate(PER_SECOND)) < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.append(asyncio.create_task(self._ask(len(asking), took)))
        await asyncio.gather(*asking)

    async def _ask(self, number: int, took: list[float]) -> None:
        place, who = number % (SERVERS - 1), self._people[number % PEOPLE]
        what, where, did = (self._chance.choice(words) for words in (_WHAT, _WHERE, _DID))
        outlet = f"gazette{place}" if number % 2 else "wire"
        question = {"question": f"For how many people was the {what} in {where} {did}, says the {outlet}?"}
        began = time.perf_counter()
        try:
            told = await self.server.slash(
                "ask", question, user=who, guild=self.guilds[place], timeout=SECONDS
            )
        except AssertionError as error:
            self.measured.errors.append(f"no answer: {str(error)[:200]}")
            return
        took.append((time.perf_counter() - began) * 1000)
        text = told.text.lower()
        others = [f"gazette{other}" for other in range(SERVERS) if other != place]
        if "went wrong" in text or "`/ask`" in text or not text:
            self.measured.errors.append(told.text[:200])
        if leaked := [word for word in (FORGED, *others) if word in text.replace("\\", "")]:
            self.measured.errors.append(f"server {place} sees {leaked}")

    @contextmanager
    def attack(self, files: Iterator[File], addresses: Iterator[str]) -> Iterator[None]:
        """Let the tenth attack until left."""
        tasks = [
            asyncio.create_task(self._flood()),
            asyncio.create_task(self._upload(files)),
            asyncio.create_task(self._add(addresses)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                if task.done() and not task.cancelled() and task.exception():
                    self.measured.errors.append(f"the attack broke off: {task.exception()!r}")
                task.cancel()

    async def answered(self) -> None:
        """Wait until the attacker's questions are answered that still wait in the bot."""
        if self._flooding:
            await asyncio.wait(self._flooding)

    async def _flood(self) -> None:
        """Ask long questions, more of them than are let through."""
        for number in count():
            text = f"Who was the {FORGED} of {'A.' * 500} and what what what {number}?"
            asked = {"question": text}
            who = self._flooders[number % FLOODERS]
            task = asyncio.create_task(self._use("ask", asked, who.name))
            self._flooding.add(task)
            task.add_done_callback(self._flooding.discard)
            await asyncio.sleep(1 / FLOOD_PER_SECOND)

    async def _upload(self, files: Iterator[File]) -> None:
        for file in files:
            await self._use("reindex", {"file": file}, "boss")
            await asyncio.sleep(1)

    async def _add(self, addresses: Iterator[str]) -> None:
        for address in addresses:
            await self._use("sources add", {"address": address}, "boss")
            await asyncio.sleep(0.5)

    async def _use(self, command: str, given: dict[str, object], person: str) -> None:
        who = self.server.user(person)
        until: Callable[..., bool] = lambda it: bool(it.text)  # noqa: E731
        try:
            told = await self.server.slash(
                command, given, user=who, guild=self.attacker, until=until, timeout=SECONDS
            )
        except AssertionError:
            self.measured.attacks[f"{command.replace(' ', '_')}_unanswered"] += 1
            return
        if "went wrong" in told.text:
            self.measured.errors.append(f"{command}: {told.text[:200]}")
        kind = "refused" if told.ephemeral and command == "ask" else "answered"
        self.measured.attacks[f"{command.replace(' ', '_')}_{kind}"] += 1


# -- the news ----------------------------------------------------------------------------------------------


def change(site: NewsSite, number: int) -> None:
    """Let every source have other entries than before."""
    for source in range(SHARED_SOURCES):
        entries = [written(1_000_000 * (source + 1) + number + entry, "wire") for entry in range(ENTRIES)]
        site.serve(f"/shared/{source}", feed(entries, f"Wire {source}"), "application/rss+xml")
    for place in range(SERVERS):
        entries = [written(number + entry, f"gazette{place}") for entry in range(ENTRIES)]
        site.serve(f"/own/{place}", feed(entries, f"Gazette {place}"), "application/rss+xml")


@asynccontextmanager
async def watched(measured: Measured) -> AsyncIterator[None]:
    """Note how late this process is at its work while the block runs."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.perf_counter() + 0.02
            await asyncio.sleep(0.02)
            late.append((time.perf_counter() - due) * 1000)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        measured.late_ms = p99(late)


async def changing(site: NewsSite) -> None:
    for number in range(1_000, 1_000_000, ENTRIES):
        await asyncio.sleep(CHANGE_SECONDS)
        change(site, number)


def prepare(folder: Path, site: NewsSite, guilds: list[Guild], stories: list[Article]) -> None:
    """Store the news, and give each guild a source of its own; each drops a shared one."""
    change(site, 0)
    with NewsIndex.open(options(folder)) as news:
        news.ingest([str(write_jsonl(folder / "first.jsonl", stories))])
        for source in range(SHARED_SOURCES):
            news.subscriptions.add(site.url(f"/shared/{source}"))
        for place, guild in enumerate(guilds):
            news.subscriptions.add(site.url(f"/own/{place}"), guild.id)
            news.subscriptions.remove(site.url(f"/shared/{place % SHARED_SOURCES}"), guild.id)


def audit(folder: Path, guild: Guild, measured: Measured) -> None:
    """Note what the attacker has in the end."""
    with NewsIndex.open(options(folder)) as news:
        measured.own_sources = sum(not source.shared for source in news.subscriptions.all(guild.id))
        own = (news.editions.origins(guild.id) or frozenset()) - (
            news.editions.origins(SHARED) or frozenset()
        )
    table = schema.articles.c
    counted = select(func.count()).where(is_received(table.origin_set, own))
    with stored(folder) as store, store.database.reading() as connection:
        measured.own_articles = connection.execute(counted).scalar_one()


async def soak(folder: Path, seconds: float) -> Measured:
    """Measure `seconds` with the attack, and half of them before and half after it without.

    Where another program slows the machine down for a while, one half alone would mislead.
    """
    measured = Measured()
    stories = [written(number, "wire") for number in range(ARTICLES)]
    async with DiscordServer() as server:
        servers = Servers(server, measured)
        with NewsSite() as site:
            await asyncio.to_thread(prepare, folder, site, servers.guilds, stories)
            files, addresses = uploads(), attacking_sources(site, stories[:50])
            places = [f"{server.url}/api/v10", server.gateway.url, server.token]
            with (folder / "bot.log").open("wb") as log:
                bot = subprocess.Popen(
                    [sys.executable, "-c", BOT, str(folder), *places], cwd=ROOT, stderr=log
                )
            try:
                await server.ready(commands=10, timeout=120)
                news = asyncio.create_task(changing(site))
                await servers.ask(WARM_SECONDS, [])  # what is loaded with the first questions is loaded then
                await servers.ask(seconds / 2, measured.calm)
                with servers.attack(files, addresses):
                    await servers.ask(SETTLE_SECONDS, [])
                    async with watched(measured):
                        await servers.ask(seconds, measured.attacked)
                await servers.answered()
                await servers.ask(SETTLE_SECONDS, [])
                await servers.ask(seconds / 2, measured.calm)
                news.cancel()
                if bot.poll() is not None:
                    measured.errors.append(f"the bot has ended with {bot.returncode}")
            finally:
                bot.terminate()
                await asyncio.to_thread(bot.wait, 60)
            measured.errors.extend(server.world.record.complaints())
    await asyncio.to_thread(audit, folder, servers.attacker, measured)
    return measured


def run(folder: Path, seconds: float) -> int:
    """Print what went wrong, and figures; fail where anything did."""
    measured = asyncio.run(soak(folder, seconds))
    problems = measured.problems()
    sys.stdout.write("\n".join([*problems[:10], measured.figures(), ""]))
    return 1 if problems else 0
