"""The digests of channels, and what was sent in them.

Guilds, channels and persons are opaque names that a face gives. Before a digest is sent it is claimed, so
that of several processes only one sends it; afterwards it is noted as sent, released where that failed for
now, or halted where it always will. What it holds is chosen once: whoever takes it over sends the very same
message, which Discord recognises should it have arrived before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, or_, select, update
from sqlalchemy.sql import ColumnElement

from index.errors import UsageError
from index.storage import schema
from index.storage.database import Database
from index.types.digest import LATE, WEEK, Digest, DigestPlan, Schedule

MAX_DIGESTS = 10
# A claim that is neither sent nor released after so long is of a process that ended in between.
ABANDONED = timedelta(minutes=2)
# What was sent longer ago lies before everything that a digest looks at.
FORGOTTEN = WEEK + 2 * LATE
_FREE: dict[str, Any] = {"claimed_at": None, "chosen": None, "chosen_at": None}


class DigestStore:
    """The digests of one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, guild: str, channel: str, person: str, plan: DigestPlan) -> Digest:
        """Give a channel its digest, instead of the one that it had; what was sent is not sent again.

        Raises UsageError when the guild has too many.
        """
        table, values = schema.digests, _values(plan)
        values |= {"person": person, "guild": guild, "stopped": None, **_FREE}
        values |= {"next_at": plan.schedule.after(self._clock())}
        with self._database.writing() as connection:
            change = update(table).where(table.c.channel == channel).values(values).returning(table)
            changed = connection.execute(change).one_or_none()
            if changed is not None:
                return _digest(changed)
            counted = select(func.count()).select_from(table).where(table.c.guild == guild)
            if connection.execute(counted).scalar_one() >= MAX_DIGESTS:
                raise UsageError(f"{MAX_DIGESTS} channels have a digest already: stop one first.")
            adding = insert(table).values(channel=channel, **values).returning(table)
            return _digest(connection.execute(adding).one())

    def of(self, guild: str) -> list[Digest]:
        """Return the digests of a guild, in the order in which they were set first."""
        return self._select(schema.digests.c.guild == guild)

    def stop(self, guild: str, channel: str) -> bool:
        """End a channel's digest; tell whether there was one."""
        table = schema.digests
        mine = (table.c.guild == guild) & (table.c.channel == channel)
        with self._database.writing() as connection:
            return bool(connection.execute(delete(table).where(mine)).rowcount)

    # -- what is sent ----------------------------------------------------------------------------------

    def due(self) -> list[Digest]:
        """Return the digests whose time has come, outside of their quiet hours."""
        now, table = self._clock(), schema.digests.c
        waiting = self._select(table.stopped.is_(None) & (table.next_at <= now))
        return [digest for digest in waiting if digest.is_due(now)]

    def claim(self, digest: Digest) -> bool:
        """Take on the sending of a digest that is due; False where somebody else has done that."""
        now, table = self._clock(), schema.digests.c
        free = or_(table.claimed_at.is_(None), table.claimed_at <= now - ABANDONED)
        return self._change(digest, free & table.stopped.is_(None), claimed_at=now)

    def choose(
        self, digest: Digest, choice: Callable[[], Sequence[Sequence[str]]]
    ) -> Sequence[Sequence[str]]:
        """Return the articles of each story that a claimed digest holds: by `choice` where none are yet."""
        query = select(schema.digests.c.chosen).where(_is(digest))
        chosen = self._database.scalar(query)
        if chosen is None:
            values = {"chosen": [list(story) for story in choice()], "chosen_at": self._clock()}
            self._change(digest, schema.digests.c.chosen.is_(None), **values)
            chosen = self._database.scalar(query)  # another may have been quicker
        return chosen or ()

    def sent(self, digest: Digest, articles: Iterable[str]) -> None:
        """Note which articles a claimed digest held, and when the next one is due."""
        now, table = self._clock(), schema.digest_articles
        rows = [{"digest_id": digest.id, "article_id": id, "sent_at": now} for id in dict.fromkeys(articles)]
        with self._database.writing() as connection:
            # What came out since the choice is for the next one, however late this one is sent.
            looked_at = func.coalesce(schema.digests.c.chosen_at, literal(now, schema.UtcDateTime()))
            done = {"last_at": looked_at, "next_at": digest.plan.schedule.after(now), **_FREE}
            if not connection.execute(update(schema.digests).where(_is(digest)).values(done)).rowcount:
                return  # stopped or set anew meanwhile
            stale = table.c.sent_at <= now - FORGOTTEN
            connection.execute(delete(table).where(table.c.digest_id == digest.id, stale))
            if rows:
                connection.execute(insert(table), rows)

    def release(self, digest: Digest) -> None:
        """Give a claimed digest back, because sending it failed for now."""
        self._change(digest, claimed_at=None)

    def halt(self, digest: Digest, why: str) -> None:
        """Send nothing more to a channel, for a reason that is told in the list."""
        self._change(digest, claimed_at=None, stopped=why)

    def known(self, id: int) -> set[str]:
        """Return the articles that a digest has sent and that could come again."""
        table = schema.digest_articles.c
        with self._database.reading() as connection:
            return set(connection.execute(select(table.article_id).where(table.digest_id == id)).scalars())

    def _change(self, digest: Digest, *conditions: ColumnElement[bool], **values: Any) -> bool:
        change = update(schema.digests).where(_is(digest), *conditions).values(values)
        with self._database.writing() as connection:
            return bool(connection.execute(change).rowcount)

    def _select(self, condition: ColumnElement[bool]) -> list[Digest]:
        query = select(schema.digests).where(condition).order_by(schema.digests.c.id)
        with self._database.reading() as connection:
            return [_digest(row) for row in connection.execute(query)]


def _is(digest: Digest) -> ColumnElement[bool]:
    """The very digest, for the time that it was due at: not what it has become since."""
    table = schema.digests.c
    return (table.id == digest.id) & (table.next_at == digest.next_at)


def _values(plan: DigestPlan) -> dict[str, Any]:
    schedule = plan.schedule
    quiet_from, quiet_until = schedule.quiet or (None, None)
    return {
        "hour": schedule.hour,
        "timezone": schedule.timezone,
        "weekday": schedule.weekday,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "topics": list(plan.topics),
        "sources": list(plan.sources),
        "number": plan.number,
    }


def _digest(row: Row[Any]) -> Digest:
    quiet = None if row.quiet_from is None else (row.quiet_from, row.quiet_until)
    schedule = Schedule(row.hour, row.timezone, row.weekday, quiet)
    plan = DigestPlan(schedule, tuple(row.topics), tuple(row.sources), row.number)
    return Digest(row.id, row.guild, row.channel, row.person, plan, row.next_at, row.last_at, row.stopped)
