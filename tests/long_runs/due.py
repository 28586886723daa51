"""What the bot asks its database every few seconds, on a database as large as years make it: `make due`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, event, insert

from index.storage import schema
from index.storage.database import Database, sqlite_url
from index.storage.follows import FollowStore
from index.storage.guilds import Guilds
from index.storage.leases import Leases
from index.storage.people.digests import DigestStore
from index.storage.people.posted import Posted
from index.storage.sources import SourceStore
from tests.fakes import NOW, fixed_clock
from tests.servers.postgres import postgres_server

# Five years of 110 answers a day, with three quotes each; one article in a hundred has changed since.
ANSWERS: Final = 200_000
QUOTES_PER_ANSWER: Final = 3
MOST_MS: Final = 20.0
_AT_ONCE: Final = 10_000


def duties(database: Database) -> dict[str, Callable[[], object]]:
    """Return what is asked again and again, by what it is for."""
    clock = fixed_clock()
    posted, leases, sources = Posted(database), Leases(database, clock), SourceStore(database)
    return {
        "quotes to compare": lambda: posted.to_compare(100),
        "answers to correct": lambda: posted.to_correct(20),
        "alerts that were left": lambda: FollowStore(database, clock).take_over(lambda _: {}),
        "digests that are due": DigestStore(database, clock).due,
        "settings that changed": Guilds(database, clock).version,
        "leases": lambda: leases.holds("nobody", ["correcting"]),
        "sources that are due": lambda: sources.lease("owner", NOW - timedelta(days=9999), 60.0, 1),
        "leases of sources": lambda: sources.renew("nobody", NOW, 60.0),
    }


def fill(database: Database, answers: int) -> None:
    """Store so many answers with their quotes, and fewer follows, digests, settings and sources."""
    with database.writing() as connection:
        _put(connection, schema.articles, answers // 10, _article)
        _put(connection, schema.posted_answers, answers, _answer)
        _put(connection, schema.posted_quotes, answers * QUOTES_PER_ANSWER, _quote)
        _put(connection, schema.follows, max(1, answers // 100), _follow)
        _put(connection, schema.follow_quotes, answers, _follow_quote)
        _put(connection, schema.digests, answers // 100, _digest)
        _put(connection, schema.guild_settings, answers // 100, _guild)
        _put(connection, schema.sources, answers // 100, _source)


def _put(connection: Connection, table: Table, count: int, row: Callable[[int], dict[str, Any]]) -> None:
    for start in range(0, count, _AT_ONCE):
        rows = [row(number) for number in range(start, min(start + _AT_ONCE, count))]
        connection.execute(insert(table), rows)


def _article(number: int) -> dict[str, Any]:
    return {
        "id": f"a{number}",
        "revision": 2,
        "url": f"https://wire.example/{number}",
        "title": "Headline",
        "text": "The council opened the bridge on Monday. " * 40,
        "source": "Wire",
        "published_at": NOW,
        "highlights": [],
        "authors": [],
        "topics": [],
        "content_hash": "0" * 64,
        "text_hash": "0" * 64,
        "read_at": NOW,
    }


def _answer(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "person": str(number % 5000),
        "channel": "1",
        "message": str(number),
        "private": False,
        "typed": "Who opened the bridge?",
        "question": "Who opened the bridge?",
        "as_of": NOW,
        "answered": True,
        "confidence": 0.9,
        "posted_at": NOW,
        "card": {"heading": "Who opened the bridge?", "notices": ["x" * 300]},
    }


def _quote(number: int) -> dict[str, Any]:
    answer, place = divmod(number, QUOTES_PER_ANSWER)
    changed = answer % 20_000 == 7
    return {
        "answer_id": f"{answer:016x}",
        "place": place,
        "article_id": f"a{answer // 10}",
        "start": 0,
        "text": "The council opened the bridge on Monday.",
        "revision": 1 if changed else 2,
        "state": "stands",
        "shown": not changed,
        "due": changed,
    }


def _follow(number: int) -> dict[str, Any]:
    return {"id": number + 1, "person": str(number), "what": f"topic {number}", "started_at": NOW}


def _follow_quote(number: int) -> dict[str, Any]:
    follow = number // 100 + 1
    return {
        "follow_id": follow,
        "article_id": f"a{number}",
        "start": 0,
        "text": "The council opened the bridge on Monday.",
        "claimed_at": NOW,
        "sent_at": NOW,
        "alerted": True,
    }


def _digest(number: int) -> dict[str, Any]:
    return {
        "guild": str(number // 10),
        "channel": str(number),
        "hour": 7,
        "timezone": "UTC",
        "topics": [],
        "sources": [],
        "number": 5,
        "next_at": NOW + timedelta(hours=19),
    }


def _guild(number: int) -> dict[str, Any]:
    moment = NOW - timedelta(seconds=number)
    return {
        "guild": str(number),
        "channels": [],
        "reindex_roles": [],
        "private": False,
        "changed_at": moment,
    }


def _source(number: int) -> dict[str, Any]:
    return {
        "uri": f"https://wire{number}.example/feed",
        "added_at": NOW,
        "read_at": NOW,
        "kind": "rss",
        "next_fetch": NOW + timedelta(seconds=number),
    }


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are executed in the block, with their values."""
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def whole_tables(database: Database, statement: str, values: Any) -> list[str]:
    """Return the steps of a statement's plan that read a whole table, as the database names them."""
    with database.reading() as connection:
        if database.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [str(row.detail) for row in rows]
            return [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
        # PostgreSQL reads small tables whole; so it is told not to do so where it has a choice.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        steps = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        return [step for step in steps if "Seq Scan" in step]


def milliseconds(call: Callable[[], object], times: int = 20) -> float:
    """Return the median time of a call, the first not counted."""
    call()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[times // 2]


def measure(url: str, answers: int) -> dict[str, float]:
    """Return duty → its milliseconds on a new database with so many answers."""
    database = Database.open(url)
    try:
        fill(database, answers)
        return {name: milliseconds(call) for name, call in duties(database).items()}
    finally:
        database.close()


def main(answers: int = ANSWERS) -> int:
    """Print how long each duty takes in SQLite and in PostgreSQL; fail where one takes over `MOST_MS`."""
    slow = False
    with tempfile.TemporaryDirectory() as folder, postgres_server() as create:
        for url in (sqlite_url(Path(folder) / "news.db"), create()):
            for name, took in measure(url, answers).items():
                sys.stdout.write(f"{url.partition(':')[0]} {took:7.2f} ms {name}\n")
                slow = slow or took > MOST_MS
    return int(slow)
