"""Kills newsbot at random moments and checks all that is stored after each: `make torture N=200`.

A round does one of six jobs in a process of its own, which is killed somewhere between its start and end; on
PostgreSQL one of four, because its backups are made with its own tools. Now and then a file of the search
index is cut in half on top, as a power cut does. Then the library is opened as at any start, and everything
in it is compared with what has to be there.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path

from index import Article, IndexOptions, NewsIndex, Progress, restore_backup, write_backup
from index.embeddings.base import Embedder
from index.ingest import pipeline
from index.search.local import LocalIndex, condition
from index.search.sync import catch_up
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.types.article import IndexedPassage
from index.types.question import Filters
from tests.fakes import HashingEmbedder, article, open_news, stored, story, until, write_jsonl
from tests.servers.postgres import others_connected, postgres_server

# Small transactions: a kill lands between two of them as often as inside one.
BATCH = 3
# Beyond what any job takes; the kill comes within the time that the job took undisturbed.
PATIENCE_SECONDS = 60
# How often a file of the search index is cut on top.
CUT = 0.2

Tell = Callable[[object], None]


@dataclass(frozen=True)
class Place:
    """Where a library is: a folder, and its database."""

    folder: Path
    database_url: str

    @property
    def options(self) -> IndexOptions:
        return IndexOptions(self.folder / "data")

    @property
    def index(self) -> Path:
        return self.folder / "data" / "index"

    def stored(self) -> AbstractContextManager[Store]:
        return stored(self.folder, self.database_url)

    def open(self) -> NewsIndex:
        return open_news(self.folder, database_url=self.database_url)

    def elsewhere(self) -> NewsIndex:
        """Open the same database with a search index of its own, as another machine does."""
        return open_news(self.folder, database_url=self.database_url, data_dir=self.folder / "elsewhere")


def read_articles(place: Place, tell: Tell) -> None:
    with place.open() as news:
        tell("started")
        _ingest(news, place, tell)


def follow(place: Place, tell: Tell) -> None:
    """Follow the change log, which grows meanwhile, to its end."""
    with place.open(), place.elsewhere() as writer:
        tell("started")
        _ingest(writer, place, tell)
        with place.stored() as store:
            end = store.changes.last_seq()
        until(lambda: _seq(place) >= end)


def _seq(place: Place) -> int:
    """Return how far the word index got, which is brought up to date after the vectors."""
    position = condition(place.index).position
    return position.seq if position else 0


def _ingest(news: NewsIndex, place: Place, tell: Tell) -> None:
    pipeline.BATCH_ARTICLES = BATCH

    def reached(progress: Progress) -> None:
        tell(progress.done)

    news.ingest([str(place.folder / "round.jsonl")], reached)


def index_again(place: Place, tell: Tell) -> None:
    with place.open() as news:
        tell("started")
        news.reindex(full=True)


def rebuild(place: Place, tell: Tell) -> None:
    tell("started")
    shutil.rmtree(place.folder / "data" / "index")
    with place.open():
        pass


def back_up(place: Place, tell: Tell) -> None:
    tell("started")
    write_backup(place.options, place.folder / "kept.newsbot", force=True)


def restore(place: Place, tell: Tell) -> None:
    tell("started")
    restore_backup(place.options, place.folder / "before.newsbot", force=True)


EVERYWHERE = (read_articles, follow, index_again, rebuild)
SQLITE_ONLY = (back_up, restore)
JOBS = {job.__name__: job for job in (*EVERYWHERE, *SQLITE_ONLY)}


def run(job: str, place: Place, pipe: Connection) -> None:
    """Do a job in the process that will be killed."""
    JOBS[job](place, pipe.send)
    pipe.send("done")


@dataclass
class Torture:
    """One library and what has to be in it: of each article the texts that it may have, None for absence."""

    place: Place
    chance: random.Random
    _may_be: dict[str, set[Article | None]] = field(default_factory=dict)
    _round: list[Article] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.long_runs.torture"])
        self._processes = context
        with self.place.open():
            pass
        for job in self.jobs:  # undisturbed, to know how long each takes
            self.round(job, killed=False)

    @property
    def folder(self) -> Path:
        return self.place.folder

    @property
    def on_sqlite(self) -> bool:
        return self.place.database_url.startswith("sqlite")

    @property
    def jobs(self) -> list[str]:
        return [job.__name__ for job in (*EVERYWHERE, *(SQLITE_ONLY if self.on_sqlite else ()))]

    def round(self, job: str, *, killed: bool = True) -> None:
        """Do a job, kill it unless it is to end, and check everything."""
        if job in ("read_articles", "follow"):
            self._write_articles()
        if job == "restore":
            self._prepare_restore()
        for one in self._round:  # an index made again reads the last file again, too
            self._may_be.setdefault(one.id, {None}).add(one)
        reported = self._run(job, killed)
        for one in self._round[:reported]:
            self._may_be[one.id] = {one}
        if not self.on_sqlite:
            until(lambda: not others_connected(self.place.database_url))
        if killed and self.chance.random() < CUT:
            self._cut_a_file()
        self._check(job)
        self.counts["rounds"] += killed

    def _run(self, job: str, killed: bool) -> int:
        """Return how many articles the process reported as stored before it ended."""
        ours, its = self._processes.Pipe()
        process = self._processes.Process(target=run, args=(job, self.place, its))
        process.start()
        its.close()
        reported, ended = 0, False
        with suppress(EOFError):
            ours.recv()  # "started"
            began = time.monotonic()
            process.join(self.chance.uniform(0, self.took[job]) if killed else PATIENCE_SECONDS)
            process.kill()
            process.join()
            self.took.setdefault(job, time.monotonic() - began)
            while True:
                told = ours.recv()
                ended = told == "done"
                reported = reported if ended else int(told)
        self.counts["finished" if ended else f"killed in {job}"] += killed
        if not killed and not ended:
            self.problems.append(f"{job} did not end")
        return reported

    def _write_articles(self) -> None:
        """Write the next file: some articles that are new, some that have changed."""
        number = len(self._may_be)
        new = [article(f"n{number + i}", story(f"place {number + i}", 6)) for i in range(6)]
        old = [one for may in self._may_be.values() if len(may) == 1 for one in may if one]
        changed = [
            replace(one, text=f"Corrected {self.chance.random()}. {one.text}")
            for one in self.chance.sample(old, min(3, len(old)))
        ]
        self._round = [*new, *changed]
        self.chance.shuffle(self._round)
        write_jsonl(self.folder / "round.jsonl", self._round)

    def _prepare_restore(self) -> None:
        """Back up what is there, then store more, so that what was restored can be told from what was not."""
        before = self._stored()
        write_backup(self.place.options, self.folder / "before.newsbot", force=True)
        self._write_articles()
        with self.place.open() as news:
            news.ingest([str(self.folder / "round.jsonl")])
        after = self._stored()
        self._either = (before, after)

    def _cut_a_file(self) -> None:
        files = [path for path in self.place.index.rglob("*") if path.is_file() and path.suffix != ".lock"]
        if files:
            file = self.chance.choice(files)
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
            self.counts["index files cut"] += 1

    def _stored(self) -> dict[str, Article]:
        with self.place.stored() as store:
            return {one.id: one for batch in store.all_articles(500) for one in batch}

    def _check(self, job: str) -> None:
        with self.place.open():  # which makes anew what is damaged
            pass
        stored = self._stored()
        with self.place.stored() as store:
            if damage := store.database.damage():
                self._complain("corrupted", f"{job}: {damage}")
            if not self._follows(store):
                self._complain("followers", f"{job}: the search index differs from one that is made anew")
        if job == "restore":
            if stored not in self._either:
                self._complain("lost", "restore: neither what was there nor what is in the backup")
        elif lost := [id for id, may in self._may_be.items() if stored.get(id) not in may]:
            self._complain("lost", f"{job}: {' '.join(lost)}")
        self._may_be = {id: {one} for id, one in stored.items()}
        kept = self.folder / "kept.newsbot"
        if job == "back_up" and kept.exists():
            restore_backup(IndexOptions(self.folder / "scratch"), kept)  # which checks it
            shutil.rmtree(self.folder / "scratch")

    def _follows(self, store: Store) -> bool:
        """Tell whether the search index holds and finds what one does that is made anew."""
        embedder = HashingEmbedder()
        kept = LocalIndex(self.place.index, embedder.dimension)
        batches = store.all_indexed_passages(embedder.fingerprint, 1000)
        passages = [passage for batch in batches for passage in batch]
        ids = {passage.id for passage in passages}
        if len(ids) != store.count_passages() or kept.ids() != (ids, ids):
            return False
        with tempfile.TemporaryDirectory() as folder:
            anew = LocalIndex(Path(folder), embedder.dimension)
            for follower in anew.followers:
                catch_up(store, follower, embedder.fingerprint)
            asked = self.chance.sample(passages, min(5, len(passages)))
            return all(_found(kept, embedder, one) == _found(anew, embedder, one) for one in asked)

    def _complain(self, kind: str, problem: str) -> None:
        self.counts[kind] += 1
        self.problems.append(problem)

    def figures(self) -> str:
        """Return one line of what happened."""
        counts = self.counts
        killed = sum(count for name, count in counts.items() if name.startswith("killed"))
        return (
            f"rounds={counts['rounds']} killed={killed} finished={counts['finished']} "
            f"index_files_cut={counts['index files cut']} articles={len(self._may_be)} lost={counts['lost']} "
            f"corrupted={counts['corrupted']} followers_differing={counts['followers']}"
        )


def _found(index: LocalIndex, embedder: Embedder, passage: IndexedPassage) -> dict[int, float]:
    """Return what a search for a passage finds: passage id → similarity, to four places."""
    hits = index.search(embedder.embed_question(passage.text), passage.title, Filters(), 10_000)
    return {hit.passage_id: round(hit.dense, 4) for hit in hits}


def torture(place: Place, rounds: int, seed: int) -> Torture:
    """Torture a new library for so many rounds."""
    done = Torture(place, random.Random(seed))
    for _ in range(rounds):
        done.round(done.chance.choice(done.jobs))
    return done


def on_sqlite(folder: Path) -> Place:
    """Return a place for a library with the database that it has where none is named."""
    return Place(folder, str(sqlite_url(folder / "data" / "news.db")))


def short_run(place: Place) -> None:
    """Torture a new library for ten rounds; AssertionError where something was wrong, or too little killed.

    Whether what follows the change log is killed before it ends depends on the machine: it is tried again.
    """
    done = torture(place, rounds=10, seed=7)
    assert done.counts["rounds"] == 10
    assert done.counts["finished"] < 10
    for _ in range(10):
        if not done.counts["killed in follow"]:
            done.round("follow")
    assert done.counts["killed in follow"]
    assert not done.problems, done.problems


def main(rounds: int, seed: int) -> int:
    """Torture a library on each database; print the seed that repeats a run, what went wrong, and figures."""
    sys.stdout.write(f"seed={seed}\n")
    problems = 0
    with postgres_server() as database:
        for name, place_in in (
            ("sqlite", on_sqlite),
            ("postgresql", lambda path: Place(path, database())),
        ):
            with tempfile.TemporaryDirectory() as folder:
                done = torture(place_in(Path(folder)), rounds, seed)
            sys.stdout.write("\n".join([*done.problems, f"database={name} {done.figures()}", ""]))
            sys.stdout.flush()
            problems += len(done.problems)
    return 1 if problems else 0
