"""What is older than its lifetime is deleted in small portions, and what a guild leaves behind with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from index import AuditEntry, Digest, DigestPlan, Lifetimes, Schedule
from index.storage import expiry, schema
from index.storage.database import Database, sqlite_url
from index.storage.editions import UsageStore, give
from index.storage.expiry import PORTION, Expiry
from index.storage.follows import FollowStore
from index.storage.guilds import Guilds, guild_tables
from index.storage.people.digests import DigestStore
from index.storage.people.posted import Posted
from index.storage.people.visits import Visits
from tests.fakes import NOW, Clock
from tests.index.storage.test_posted import an_answer

KEPT = Lifetimes(questions=10, trail=20, revisions=30, left=5, deletions=40)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def count(database: Database, name: str) -> int:
    return int(database.scalar(select(func.count()).select_from(schema.metadata.tables[name])))


def counts(database: Database, *names: str) -> list[int]:
    return [count(database, name) for name in names]


def put(database: Database, name: str, *rows: dict[str, Any]) -> None:
    with database.writing() as connection:
        connection.execute(insert(schema.metadata.tables[name]), list(rows))


def run(database: Database, clock: Clock, lifetimes: Lifetimes = KEPT) -> int:
    """Delete all that is due; return how many portions that took."""
    due, portions = Expiry(database, clock, lifetimes), 1
    while due.delete_some():
        portions += 1
    return portions


def stored_article(database: Database, id: str) -> None:
    values = {"url": id, "title": id, "text": id, "source": "Wire", "content_hash": "0", "text_hash": "0"}
    lists = {"highlights": [], "authors": [], "topics": []}
    row = {"id": id, "revision": 2, "published_at": NOW, "read_at": NOW, **values, **lists}
    put(database, "articles", row)


def old_and_new(days: int) -> Iterator[tuple[str, datetime]]:
    """Yield a name and a time on each side of a lifetime."""
    yield "old", NOW - timedelta(days=days, seconds=1)
    yield "new", NOW - timedelta(days=days - 1)


def test_each_kind_has_its_lifetime_and_what_is_newer_stays(database: Database, clock: Clock) -> None:
    posted = Posted(database)
    for name, moment in old_and_new(KEPT.questions):
        posted.remember(an_answer(name, posted_at=moment))
        posted.give_feedback(name, "bob", "wrong", moment)
    for _, moment in old_and_new(KEPT.trail):
        Guilds(database, lambda at=moment: at).note("g", "boss", "settings")  # type: ignore[misc]
    stored_article(database, "a")
    revision = {"article_id": "a", "title": "t", "text": "x", "highlights": [], "content_hash": "0"}
    times = [moment for _, moment in old_and_new(KEPT.revisions)]
    rows = [{**revision, "revision": i, "published_at": NOW, "replaced_at": at} for i, at in enumerate(times)]
    put(database, "revisions", *rows)
    FollowStore(database, clock).start("ann", None, None, "Oslo")
    quote = {"follow_id": 1, "start": 0, "text": "x", "alerted": True}
    times = [moment for _, moment in old_and_new(KEPT.questions)]
    put(database, "follow_quotes", *({**quote, "article_id": str(at), "claimed_at": at} for at in times))
    deletions = [
        {"digest": name, "salt": "00", "deleted_at": moment} for name, moment in old_and_new(KEPT.deletions)
    ]
    put(database, "deletions", *deletions)
    names = ("posted_answers", "feedback", "audit_trail", "revisions", "follow_quotes", "deletions")
    assert counts(database, *names) == [2] * 6
    run(database, clock)
    assert counts(database, *names) == [1] * 6
    assert posted.find("new") is not None
    assert Guilds(database, clock).trail("g", 5) == [
        AuditEntry("boss", "settings", "", NOW - timedelta(days=KEPT.trail - 1))
    ]
    assert count(database, "follows") == 1  # what is followed stays until it is stopped


def test_what_nobody_comes_back_for_is_deleted(database: Database, clock: Clock) -> None:
    """Ids of deleted articles, leases of killed processes, sources that are gone, digests that stopped."""
    stored_article(database, "a")
    put(database, "copies", {"id": "c", "article_id": "a", "url": "u", "source": "s", "published_at": NOW})
    identities = {"1": "a", "2": "c", "3": "deleted", "4": "deleted"}
    put(database, "identities", *({"id": id, "article_id": article} for id, article in identities.items()))
    long_ago = NOW - timedelta(days=400)
    lease = {"holder": "h", "process": "p"}
    put(
        database,
        "leases",
        {"name": "dead", "until": long_ago, **lease},
        {"name": "held", "until": NOW, **lease},
    )
    states = {"u1": ("gone", long_ago), "u2": ("gone", NOW), "u3": ("failing", long_ago)}
    sources = [
        {"uri": uri, "kind": "feed", "state": state, "added_at": long_ago, "read_at": read}
        for uri, (state, read) in states.items()
    ]
    put(database, "sources", *sources)
    digests = DigestStore(database, clock)
    for channel in ("c1", "c2"):
        digests.put("g", channel, "ann", DigestPlan(Schedule(8)))
    stopped, going = digests.of("g")
    digests.halt(stopped, "the channel is gone")
    sent = [{"digest_id": one.id, "article_id": "a", "sent_at": long_ago} for one in (stopped, going)]
    put(database, "digest_articles", *sent)
    run(database, clock)
    assert counts(database, "identities", "leases", "sources", "digest_articles") == [2, 1, 2, 1]


def test_the_words_of_private_questions_are_kept_for_a_day_and_then_counted(
    database: Database, clock: Clock
) -> None:
    posted = Posted(database)
    for name, private, hours in (("p1", True, 25), ("p2", True, 23), ("open", False, 25)):
        moment = NOW - timedelta(hours=hours)
        posted.remember(an_answer(name, private=private, posted_at=moment, typed=f"Where is {name}?"))
    due = Expiry(database, clock, KEPT)
    while due.delete_some():
        pass
    assert posted.find("p1") is None
    assert posted.find("p2") is not None
    assert posted.find("open") is not None
    with database.reading() as connection:
        query = select(schema.posted_answers).where(schema.posted_answers.c.id == "p1")
        row = connection.execute(query).one()
    assert (row.typed, row.question, row.card, row.channel, row.message) == ("", "", {}, "", "")
    clock.advance(hours=2)
    assert due.delete_some() == 1
    assert posted.find("p2") is None
    assert posted.quality("g1", NOW - timedelta(days=5)).private == 2


def test_private_words_go_although_the_clock_was_ahead_for_a_while(database: Database, clock: Clock) -> None:
    due = Expiry(database, clock, KEPT)
    clock.advance(days=400)
    due.delete_some()
    clock.advance(days=-400)
    private = an_answer("p", private=True, posted_at=NOW - timedelta(hours=25))
    Posted(database).remember(private)
    assert due.delete_some() == 1
    assert Posted(database).find("p") is None


def test_private_words_of_a_restored_backup_go_without_a_restart(database: Database, clock: Clock) -> None:
    due = Expiry(database, clock, KEPT)
    due.delete_some()
    private = an_answer("p", private=True, posted_at=NOW - timedelta(days=3))
    Posted(database).remember(private)  # as a backup of that day brings it back
    database.rename()
    assert due.delete_some() == 1
    assert Posted(database).find("p") is None


def test_it_is_deleted_in_portions_between_which_others_write(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 35 old questions with 10 in a portion, 4 portions; a writer gets in after each, within a second."""
    monkeypatch.setattr(expiry, "PORTION", 10)
    posted, long_ago = Posted(database), NOW - timedelta(days=400)
    for number in range(35):
        posted.remember(an_answer(f"a{number}", posted_at=long_ago))
    due, left = Expiry(database, clock, KEPT), []
    while due.delete_some():
        left.append(count(database, "posted_answers"))
        began = time.monotonic()
        Guilds(database, clock).note("g", "boss", "settings")
        assert time.monotonic() - began < 1
    assert left == [25, 15, 5, 0]
    assert PORTION == 100


# -- guilds that the bot was removed from ----------------------------------------------------------------


def fill(database: Database, clock: Clock, guild: str) -> None:
    """Store something of a guild in each table that names one."""
    Guilds(database, clock).change(guild, "boss", lambda now: replace(now, private=True))
    posted = Posted(database)
    for number in range(3):
        posted.remember(an_answer(f"{guild}-{number}", guild=guild))
        posted.give_feedback(f"{guild}-{number}", "bob", "wrong", NOW)
    follows = FollowStore(database, clock)
    follows.start("ann", guild, f"channel of {guild}", "Oslo")
    follows.start("ann", guild, None, f"Lima in {guild}")
    feed = f"https://{guild}.example/feed"
    with database.writing() as connection:
        give(connection, [feed], guild, NOW, read=True)
    put(database, "sources", {"uri": feed, "kind": "feed", "state": "ok", "added_at": NOW})
    DigestStore(database, clock).put(guild, f"channel of {guild}", "ann", DigestPlan(Schedule(8)))
    UsageStore(database).add([guild], "articles", 7, NOW)
    Visits(database, clock).note("ann", guild)


def of_guild(database: Database, guild: str) -> dict[str, int]:
    with database.reading() as connection:
        return {
            table.name: connection.execute(
                select(func.count()).select_from(table).where(column == guild)
            ).scalar_one()
            for table, column in guild_tables()
        }


def test_a_guild_that_removed_the_bot_is_forgotten_after_its_time_all_of_it(
    database: Database, clock: Clock
) -> None:
    """Of every table that names a guild 0 rows are left, and of another guild none is missing."""
    fill(database, clock, "g1")
    fill(database, clock, "g2")
    before = of_guild(database, "g2")
    assert all(before.values())
    guilds = Guilds(database, clock)
    guilds.note_left(["g1"])
    clock.advance(days=KEPT.left - 1)
    run(database, clock)
    assert of_guild(database, "g1") == before  # a removal by mistake costs nothing
    guilds.note_left(["g1"])  # said again, as at the next start: the first time counts
    clock.advance(days=1, seconds=1)
    run(database, clock)
    assert set(of_guild(database, "g1").values()) == {0}
    assert of_guild(database, "g2") == before
    assert guilds.left() == {}
    assert counts(database, "feedback", "sources") == [3, 1]


def test_a_guild_that_the_bot_comes_back_to_keeps_everything(database: Database, clock: Clock) -> None:
    fill(database, clock, "g1")
    before, guilds = of_guild(database, "g1"), Guilds(database, clock)
    guilds.note_left(["g1", "g9"])
    guilds.note_present(["g1"])
    clock.advance(days=KEPT.left * 2 - 1)
    assert guilds.forget("g1", 100) == 0
    run(database, clock)
    assert of_guild(database, "g1") == before
    assert guilds.stored() == {"g1"}


def test_while_the_bot_is_away_nothing_is_sent_to_a_guild(database: Database, clock: Clock) -> None:
    fill(database, clock, "g1")
    digests, follows, guilds = (
        DigestStore(database, clock),
        FollowStore(database, clock),
        Guilds(database, clock),
    )
    clock.advance(days=1)

    def due() -> tuple[list[Digest], list[str | None]]:
        return digests.due(), [follow.channel for follow in follows.active(range(100)).values()]

    present = due()
    assert len(present[0]) == 1
    guilds.note_left(["g1"])
    assert due() == ([], [None])  # what a person follows for themselves goes on
    guilds.note_present(["g1"])
    assert due() == present


def test_every_table_that_names_a_guild_is_among_those_that_are_emptied() -> None:
    looks_like = {
        table.name
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if any(name in column.name for name in ("guild", "server", "edition"))
    }
    assert {table.name for table, _ in guild_tables()} == looks_like - {"guilds_left"}


def test_the_database_stops_growing(tmp_path: Path, clock: Clock) -> None:
    """30 days of 40 questions with a lifetime of 10: no larger after day 30 than after day 15 (10 %)."""
    database = Database.open(sqlite_url(tmp_path / "news.db"))
    posted, due, sizes = Posted(database), Expiry(database, clock, KEPT), []
    pages = text("SELECT page_count FROM pragma_page_count")
    for day in range(30):
        clock.advance(days=1)
        with database.writing():
            for number in range(40):
                card = {"heading": "x" * 2000}
                posted.remember(an_answer(f"{day}-{number}", posted_at=clock.now, card=card))
        due.delete_some()
        sizes.append(int(database.scalar(pages)) * 4096)
    database.close()
    assert sizes[9] > sizes[2] * 1.5
    assert sizes[29] <= sizes[14] * 1.1, f"{sizes[14]:,} bytes after 15 days, {sizes[29]:,} after 30"
