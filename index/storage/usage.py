"""Counts what is read and stored for each guild on each day in UTC; quotas hold over all processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from index.storage import schema
from index.storage.database import Database

# Days whose counts are kept, so that the table does not grow.
KEPT_DAYS = 7

Unit = Literal["articles", "bytes"]

_table = schema.usage


class UsageStore:
    """The counts of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def used(self, guild: str, unit: Unit, now: datetime) -> int:
        """Return how much of a unit a guild has used on the day of `now`."""
        with self._database.reading() as connection:
            return _used(connection, guild, unit, now)

    def take(self, guilds: Sequence[str], unit: Unit, wanted: int, most: int, now: datetime) -> int:
        """Take up to `wanted` of a unit for guilds that share it equally; return how much they may have.

        None of them gets more than `most` in a day. Those that have nothing left do not take part.
        """
        with self._database.writing() as connection:
            left = {guild: most - _used(connection, guild, unit, now) for guild in guilds}
            payers = [guild for guild, rest in left.items() if rest > 0]
            if not payers:
                return 0
            share = min(-(-wanted // len(payers)), *(left[guild] for guild in payers))
            for guild in payers:
                _add(connection, guild, unit, share, now)
            connection.execute(delete(_table).where(_table.c.day < _day(now - timedelta(days=KEPT_DAYS))))
            return min(wanted, share * len(payers))

    def add(self, guilds: Sequence[str], unit: Unit, amount: int, now: datetime) -> None:
        """Count what guilds have used, which share it equally, whatever they have left."""
        share = -(-amount // max(1, len(guilds)))
        with self._database.writing() as connection:
            for guild in guilds:
                _add(connection, guild, unit, share, now)


def _used(connection: Connection, guild: str, unit: Unit, now: datetime) -> int:
    query = select(_table.c[unit]).where(_is_row(guild, now))
    return int(connection.execute(query).scalar() or 0)


def _add(connection: Connection, guild: str, unit: Unit, amount: int, now: datetime) -> None:
    change = update(_table).where(_is_row(guild, now)).values({unit: _table.c[unit] + amount})
    if not connection.execute(change).rowcount:
        values: dict[str, Any] = {"guild": guild, "day": _day(now), "articles": 0, "bytes": 0, unit: amount}
        connection.execute(insert(_table).values(values))


def _is_row(guild: str, now: datetime) -> Any:
    return (_table.c.guild == guild) & (_table.c.day == _day(now))


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
