"""Asks newsbot questions for minutes while it reads sources and ingests: `make soak SECONDS=600`.

First a quiet minute tells what a question takes when nothing else happens; then sources that change are
refreshed and files are ingested one after the other, in the same process. Everything is real: model,
database, search and HTTP. In the end ten Discord servers ask, one of which attacks: that part is
`tests.long_runs.soak_servers`.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from index import Article, IndexOptions, NewsIndex, Question
from tests.fakes import article, resident, write_jsonl
from tests.long_runs import soak_servers
from tests.servers.news_documents import rss, rss_item
from tests.servers.news_site import NewsSite

PER_SECOND, QUIET_SECONDS = 5, 60.0
ARTICLES, SOURCES, ENTRIES = 400, 6, 3
# Threads that ask, as many as the bot has.
THREADS = 4
# An hour of news of a busy library: so many articles a file, and a pause before the next.
FILE_ARTICLES, FILE_PAUSE = 20, 5.0
# A minute at the start and at the end, or a fifth of a shorter run.
SAMPLE_SECONDS, SAMPLE_SHARE = 60.0, 0.2
# So long ten servers ask without an attack, and so long with one, of the seconds of the run.
PHASE_SHARE = 1 / 3

_WHO = "council ministry hospital union museum court airline bank team university".split()
_DID = "opened closed fined praised sold repaired flooded visited elected rebuilt".split()
_WHAT = "harbour bridge school stadium railway library factory theatre market tunnel".split()
_WHERE = "Oslo Lima Perth Turin Quito Dakar Osaka Malmo Graz Leeds".split()


def generated(number: int) -> Article:
    """Return an article of fifteen sentences whose facts no other has."""
    chance = random.Random(number)

    def sentence(place: int) -> str:
        who, did, what, where = (chance.choice(words) for words in (_WHO, _DID, _WHAT, _WHERE))
        people = chance.randint(2, 999)
        return f"In report {number}, part {place}, the {who} of {where} {did} a {what} for {people} people."

    when = datetime.now(UTC) - timedelta(minutes=chance.randint(1, 40_000))
    text = " ".join(sentence(place) for place in range(15))
    return article(f"soak{number}", text, title=f"Report {number}", published_at=when)


def question(chance: random.Random) -> Question:
    what, where = chance.choice(_WHAT), chance.choice(_WHERE)
    return Question(f"How many people was the {what} in {where} {chance.choice(_DID)} for?")


@dataclass
class Soak:
    """What was measured: milliseconds of each answer, memory in MiB by second, and what went wrong."""

    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, news: NewsIndex, seconds: float, took: list[float]) -> None:
        """Ask so many questions a second, whether the earlier ones are answered or not."""
        chance = random.Random(7)

        def one(asked: Question, due: float) -> None:
            try:
                news.ask(asked)
            except Exception as error:
                self.errors.append(repr(error))
            took.append((time.monotonic() - due) * 1000)

        began, tick = time.monotonic(), threading.Event()
        with ThreadPoolExecutor(THREADS) as pool:
            for number in range(int(seconds * PER_SECOND)):
                due = began + number / PER_SECOND
                tick.wait(max(0.0, due - time.monotonic()))
                pool.submit(one, question(chance), due)
                if number % PER_SECOND == 0:
                    self.memory.append(resident() / 2**20)

    def figures(self, seconds: float, added: int) -> str:
        quiet, busy, grown = p99(self.quiet), p99(self.busy), self.growth(seconds)
        return (
            f"seconds={seconds:.0f} questions={len(self.busy)} errors={len(self.errors)} "
            f"quiet_median_ms={statistics.median(self.quiet):.0f} quiet_p99_ms={quiet:.0f} "
            f"median_ms={statistics.median(self.busy):.0f} p99_ms={busy:.0f} ratio={busy / quiet:.2f} "
            f"memory_mib={self.memory[-1]:.0f} memory_growth={grown:.1%} articles_added={added}"
        )

    def growth(self, seconds: float) -> float:
        """Return how much more memory the last minute took than the first, as a share."""
        sample = max(1, int(min(SAMPLE_SECONDS, seconds * SAMPLE_SHARE)))
        return statistics.mean(self.memory[-sample:]) / statistics.mean(self.memory[:sample]) - 1


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]


@contextmanager
def busy(news: NewsIndex, site: NewsSite, folder: Path, errors: list[str]) -> Iterator[None]:
    """Refresh sources, and ingest file after file, until left."""
    stop = threading.Event()

    def ingest() -> None:
        number = 100_000
        while not stop.wait(FILE_PAUSE):
            file = write_jsonl(folder / "more.jsonl", map(generated, range(number, number + FILE_ARTICLES)))
            number += FILE_ARTICLES
            try:
                errors.extend(failure.why for failure in news.ingest([str(file)]).failed)
                change(site, number)
            except Exception as error:
                errors.append(repr(error))

    for source in range(SOURCES):
        news.subscriptions.add(site.url(f"/{source}"))
    news.subscriptions.start()
    thread = threading.Thread(target=ingest, name="soak-ingest")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def change(site: NewsSite, number: int) -> None:
    """Let every source have other entries than before."""
    for source in range(SOURCES):
        entries = (generated(1_000_000 * (source + 1) + number + entry) for entry in range(ENTRIES))
        items = [
            rss_item(
                f"/{one.id}", one.title, content=f"<p>{one.text}</p>", date=format_datetime(one.published_at)
            )
            for one in entries
        ]
        site.serve(f"/{source}", rss(*items, title=f"Wire {source}"), "application/rss+xml")


def soak(folder: Path, seconds: float, quiet: float) -> tuple[Soak, int]:
    """Return what was measured, and how many articles came in meanwhile."""
    done = Soak()
    options = IndexOptions(folder / "data", fetch_private=True, refresh_shortest=5.0)
    with NewsSite() as site, NewsIndex.open(options) as news:
        change(site, 0)
        news.ingest([str(write_jsonl(folder / "first.jsonl", map(generated, range(ARTICLES))))])
        done.ask(news, 5.0, [])  # what is loaded with the first questions is loaded then
        done.ask(news, quiet, done.quiet)
        before = news.status().articles
        with busy(news, site, folder, done.errors):
            done.ask(news, 5.0, [])
            done.memory.clear()
            done.ask(news, seconds, done.busy)
        status = news.status()
        done.errors.extend(fault.why for fault in status.faults)
        done.errors.extend(source.error or "" for source in status.failing)
        return done, status.articles - before


def main(seconds: float, quiet: float = QUIET_SECONDS) -> int:
    """Print what went wrong, and figures; fail unless nothing did, memory is flat and questions quick."""
    with tempfile.TemporaryDirectory() as folder:
        done, added = soak(Path(folder), seconds, quiet)
    sys.stdout.write("\n".join([*done.errors[:10], done.figures(seconds, added), ""]))
    flat = abs(done.growth(seconds)) <= 0.05
    held = not done.errors and flat and p99(done.busy) <= 2 * p99(done.quiet)
    with tempfile.TemporaryDirectory() as folder:
        attacked = soak_servers.run(Path(folder), seconds * PHASE_SHARE)
    return attacked if held else 1
