"""Stores when people were here last, so that "what did I miss?" has a beginning.

A visit is what a person does here without a pause of `PAUSE`. The time before it is kept until the next one
begins, so that the question can be asked at any moment of a visit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from index.storage import schema
from index.storage.database import Database

PAUSE = timedelta(hours=1)
# Within a visit its time is not written down again before so much time has passed.
WRITTEN = timedelta(minutes=5)


class Visits:
    """The visits of one database. Safe to use from many threads; every call blocks.

    `guild` is that of the place, empty for direct messages and wherever the bot is not a member.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def note(self, person: str, guild: str) -> datetime | None:
        """Note that a person is here now; return when they were here before, None where that is not known."""
        now, table = self._clock(), schema.visits
        mine = (table.c.person == person) & (table.c.guild == guild)
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(mine)).one_or_none()
        if row is not None and timedelta(0) <= now - row.seen_at < WRITTEN:
            return _moment(row.before_at)
        with self._database.writing() as connection:
            row = connection.execute(select(table).where(mine).with_for_update()).one_or_none()
            if row is None:
                connection.execute(insert(table).values(person=person, guild=guild, seen_at=now))
                return None
            before = _moment(row.seen_at if now - row.seen_at >= PAUSE else row.before_at)
            connection.execute(update(table).where(mine).values(seen_at=now, before_at=before))
            return before

    def caught_up(self, person: str, guild: str) -> None:
        """Note that a person was shown all that they had missed: it begins again now."""
        now, table = self._clock(), schema.visits
        mine = (table.c.person == person) & (table.c.guild == guild)
        with self._database.writing() as connection:
            connection.execute(update(table).where(mine).values(seen_at=now, before_at=now))


def _moment(value: datetime | None) -> datetime | None:
    return value
