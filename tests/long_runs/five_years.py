"""Measures what a database holds after years of articles and questions, with and without lifetimes.

`make sizes` builds two SQLite databases day by day, from rows as long as real ones, and prints what each
table takes with its indexes, extrapolated to the full load. The first keeps everything. In the second,
articles are kept for a year and all else for its lifetime: each day ends with the deletions that are due.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert

from index.ingest.writer import DELETED_AT_ONCE
from index.storage import schema
from index.storage.articles import Store
from index.storage.database import Database, sqlite_url
from index.storage.expiry import Expiry
from index.storage.guilds import Guilds
from index.types.lifetimes import Lifetimes

ARTICLES, QUESTIONS, YEAR = 1000, 500, 365
# What comes in beside each day's articles and questions, and how long rows are (characters, bytes).
PASSAGES, VECTOR_BYTES, BANDS = 11, 768, 21
TEXT, TITLE, QUOTE, CARD = 4400, 70, 220, 2600
REVISED, COPIED, IDENTIFIED = 0.2, 0.05, 1.2  # rows for each article
SENT, ENTRIES = 500, 50  # quotes to follows, and entries of trails
GUILDS, GUILD_LEAVES_EVERY = 1000, 10  # days
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Days:
    """The days of a database, at a share of the full load."""

    database: Database
    article_share: float
    question_share: float
    random: random.Random = field(default_factory=lambda: random.Random(0))
    now: datetime = BEGIN

    def __post_init__(self) -> None:
        words = [
            "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=length)) for length in range(3, 12)
        ]
        self._text = " ".join(self.random.choices(words, k=40_000))
        self._count = 0

    def text(self, length: int) -> str:
        start = self.random.randrange(len(self._text) - length)
        return self._text[start : start + length]

    def live(self, day: int) -> None:
        """Store what comes in on a day."""
        self.now = BEGIN + timedelta(days=day)
        with self.database.writing() as connection:
            for table, rows in self._articles(round(ARTICLES * self.article_share)):
                _insert(connection, table, rows)
            for table, rows in self._questions(round(QUESTIONS * self.question_share)):
                _insert(connection, table, rows)

    def _articles(self, count: int) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        ids = [self._id() for _ in range(count)]
        common = {
            "title": self.text(TITLE),
            "highlights": [],
            "published_at": self.now,
            "content_hash": "0" * 64,
        }
        yield (
            schema.articles,
            [
                {
                    **common,
                    "id": id,
                    "revision": 1,
                    "url": f"https://wire.example/2025/{id}/{self.text(50).replace(' ', '-')}",
                    "text": self.text(TEXT),
                    "source": f"Wire {self.random.randrange(100)}",
                    "authors": [self.text(15)],
                    "topics": [],
                    "text_hash": id * 4,
                    "read_at": self.now,
                }
                for id in ids
            ],
        )
        length = TEXT // PASSAGES
        yield (
            schema.passages,
            [
                {
                    "article_id": id,
                    "start": number * length,
                    "end": (number + 1) * length,
                    "sentences": [
                        [number * length + 100 * part, number * length + 100 * part + 99] for part in range(4)
                    ],
                    "fingerprint": "0" * 16,
                    "vector": self.random.randbytes(VECTOR_BYTES),
                }
                for id in ids
                for number in range(PASSAGES)
            ],
        )
        yield schema.bands, [{"band": self._id(), "article_id": id} for id in ids for _ in range(BANDS)]
        revised = ids[: round(count * REVISED)]
        revision = {**common, "revision": 1, "replaced_at": self.now}
        yield schema.revisions, [{**revision, "article_id": id, "text": self.text(TEXT)} for id in revised]
        copies = [
            {
                "id": self._id(),
                "article_id": id,
                "url": self.text(90),
                "source": "Other",
                "published_at": self.now,
            }
            for id in ids[: round(count * COPIED)]
        ]
        yield schema.copies, copies
        known = self.random.choices(ids, k=round(count * IDENTIFIED))
        yield schema.identities, [{"id": self._id() * 2, "article_id": id} for id in known]

    def _questions(self, count: int) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        ids = [self._id() for _ in range(count)]
        yield (
            schema.posted_answers,
            [
                {
                    "id": id,
                    "person": str(10**17 + self.random.randrange(20_000)),
                    "guild": str(10**17 + self.random.randrange(GUILDS)),
                    "channel": "1" * 18,
                    "message": "1" * 18,
                    "private": number % 5 == 0,
                    "typed": self.text(60),
                    "question": self.text(60),
                    "as_of": self.now,
                    "answered": number % 4 > 0,
                    "confidence": 0.8,
                    "posted_at": self.now,
                    "card": {"heading": self.text(60), "notices": [], "blocks": [[self.text(CARD), ""]]},
                    "continues": ids[number - 1] if number % 10 == 1 else None,
                }
                for number, id in enumerate(ids)
            ],
        )
        quotes = {"start": 0, "revision": 1, "state": "stands", "shown": True}
        yield (
            schema.posted_quotes,
            [
                {
                    **quotes,
                    "answer_id": id,
                    "place": place,
                    "article_id": self._id(),
                    "text": self.text(QUOTE),
                }
                for id in ids
                for place in range(3)
            ],
        )
        verdict = {"person": "1" * 18, "verdict": "helpful", "given_at": self.now}
        yield schema.feedback, [{"answer_id": id, **verdict} for id in ids[::10]]
        share = self.question_share
        entry = {"person": "1" * 18, "action": "settings", "detail": "private=True", "done_at": self.now}
        guild = str(10**17)
        yield schema.audit_trail, [{"guild": guild, **entry} for _ in range(round(ENTRIES * share))]
        sent = {"follow_id": 1, "start": 0, "claimed_at": self.now, "sent_at": self.now, "alerted": True}
        yield (
            schema.follow_quotes,
            [
                {**sent, "article_id": self._id(), "text": self.text(QUOTE)}
                for _ in range(round(SENT * share))
            ],
        )

    def _id(self) -> str:
        self._count += 1
        return f"{self._count * 0x9E3779B97F4A7C15 % 2**64:016x}"


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def build(
    path: Path, days: int, article_share: float, question_share: float, lifetimes: Lifetimes | None
) -> tuple[dict[str, float], dict[int, int], list[float]]:
    """Build a database; return table → bytes at the full load, year → size, and how long each portion took.

    With `lifetimes`, each day ends with the deletions that are due, and articles are kept for a year. The
    size is that of the file in bytes, as it is.
    """
    database = Database.open(sqlite_url(path))
    built = Days(database, article_share, question_share)
    with database.writing() as connection:
        follow = {"id": 1, "person": "1" * 18, "what": "troops", "started_at": BEGIN}
        connection.execute(insert(schema.follows).values(follow))
    sizes: dict[int, int] = {}
    portions: list[float] = []
    expiry = Expiry(database, lambda: built.now, lifetimes or Lifetimes())
    guilds, store = Guilds(database, lambda: built.now), Store(database)
    for day in range(days):
        built.live(day)
        if lifetimes:
            if day % GUILD_LEAVES_EVERY == 0:
                guilds.note_left([str(10**17 + 1 + day // GUILD_LEAVES_EVERY % (GUILDS - 1))])
            while _timed(portions, expiry.delete_some):
                pass
            while ids := store.ids_before(built.now - timedelta(days=YEAR), DELETED_AT_ONCE):
                store.delete_articles(ids)
            store.changes.trim(1000)
        if day % YEAR == YEAR - 1:
            database.empty_log()
            sizes[day // YEAR + 1] = path.stat().st_size
    database.close()
    of_articles = {"articles", "passages", "bands", "revisions", "copies", "identities"}
    tables = {
        name: size / (article_share if name in of_articles else question_share)
        for name, size in table_bytes(path).items()
    }
    return tables, sizes, portions


def _timed(portions: list[float], call: Callable[[], int]) -> int:
    began = time.perf_counter()
    deleted = call()
    portions.append(time.perf_counter() - began)
    return deleted


def table_bytes(path: Path) -> dict[str, int]:
    """Return table → bytes of its pages and those of its indexes (SQLite's dbstat)."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat('main', 1) s"
            " LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1"
        )
        return {name: int(size) for name, size in rows.fetchall()}


def report(kept: dict[str, float], deleted: dict[str, float]) -> Iterable[str]:
    """Yield the table of the README, the largest first; what takes less than 1 MB is left out."""
    yield "| table | everything kept | with lifetimes |"
    yield "|---|---:|---:|"
    for name in sorted(kept, key=lambda name: -kept[name]):
        if kept[name] >= 1e6:
            yield f"| `{name}` | {kept[name] / 1e9:.2f} GB | {deleted.get(name, 0) / 1e9:.2f} GB |"
    yield f"| all | {sum(kept.values()) / 1e9:.1f} GB | {sum(deleted.values()) / 1e9:.1f} GB |"


def main(years: int, article_share: float, question_share: float) -> int:
    results = []
    for lifetimes in (None, Lifetimes()):
        with tempfile.TemporaryDirectory(prefix="newsbot-sizes-") as folder:
            began = time.perf_counter()
            path = Path(folder) / "news.db"
            tables, sizes, portions = build(path, years * YEAR, article_share, question_share, lifetimes)
            seconds = time.perf_counter() - began
        results.append(tables)
        grown = ", ".join(f"{year}: {size / 1e6:.0f} MB" for year, size in sizes.items())
        tell(f"{'with lifetimes' if lifetimes else 'everything kept'}: {seconds:.0f} s; after year {grown}")
        if portions:
            milliseconds = sorted(portion * 1000 for portion in portions)
            middle, high = (milliseconds[int(len(portions) * share)] for share in (0.5, 0.99))
            tell(f"{len(portions)} portions: median {middle:.0f} ms, 99th percentile {high:.0f} ms")
    tell(f"At {article_share:g} of the articles and {question_share:g} of the questions, extrapolated:")
    for line in report(*results):
        tell(line)
    return 0


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
