"""Editions: which origins each guild (Discord server) sees, which are read for it, and how much that is.

An origin is where articles come in: the address of a source, a file or a folder, or the uploads of a guild.
An article is stored and embedded once, however many origins bring it; its receipts say which did. What an
edition holds are the articles that one of its origins brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from index.storage import schema
from index.storage.database import CHUNK, Database, meta, set_meta
from index.types.edition import SHARED

# Editions whose origins are kept in memory. With 2,000 sources each takes 0.13 MB.
_REMEMBERED = 128

_table = schema.edition_origins.c

# Days whose counts are kept, so that the table does not grow.
KEPT_DAYS = 7

Unit = Literal["articles", "bytes"]

_usage = schema.usage


class Editions:
    """The editions of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._origins = lru_cache(_REMEMBERED)(self._read_origins)
        self._seen_in = lru_cache(1)(self._read_seen_in)

    def origins(self, edition: str | None) -> frozenset[int] | None:
        """Return the numbers of the origins that an edition sees; None where those are all there are."""
        return None if edition is None else self._origins(edition, self._version())

    def languages(self, edition: str | None) -> frozenset[str] | None:
        """Return the codes of the languages that a guild wants its news in; None where those are all.

        They are not kept in memory: to see whether they have changed would be a query as well.
        """
        if not edition:
            return None
        table = schema.guild_settings.c
        chosen = self._database.scalar(select(table.news_languages).where(table.guild == edition))
        return frozenset(chosen) if chosen else None

    def admitting(self, origin: int) -> frozenset[int] | None:
        """Return the origins that are seen by everybody who sees `origin`; None where those are all.

        An article that only some of them see must not stand for one that all of them are to see.
        """
        seen_in, total = self._seen_in(self._version())
        own = seen_in.get(origin, {SHARED})  # what no edition sees stands for nothing but the shared
        seen = {other for other, editions in seen_in.items() if SHARED in editions or own <= editions}
        seen.add(origin)
        return None if len(seen) == total else frozenset(seen)

    def add(self, name: str, edition: str = SHARED) -> int:
        """Return the number of the origin of this name, after giving it to an edition where it is not yet."""
        query = select(schema.origins.c.number).join(
            schema.edition_origins, schema.origins.c.number == _table.origin
        )
        known = self._database.scalar(query.where(schema.origins.c.name == name, _is_seen(edition)))
        if known is not None:
            return int(known)  # without waiting for whoever is writing
        with self._database.writing() as connection:
            return give(connection, [name], edition, self._clock(), read=False)[name]

    def dropped(self, guild: str) -> set[int]:
        """Return the shared origins that a guild has dropped."""
        query = select(_table.origin).where(_table.edition == guild, ~_table.kept)
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def payers(self, origin: int) -> list[str]:
        """Return the guilds whose quotas a reading of an origin counts for; none where it is shared.

        Those are the guilds that it is read for again and again; else, as with uploads, those that see it.
        """
        query = select(_table.edition, _table.read).where(_table.origin == origin, _table.kept)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_table.edition)).all()
        readers = [row.edition for row in rows if row.read] or [row.edition for row in rows]
        return [] if SHARED in readers else readers

    def _version(self) -> int:
        """Return a number that grows whenever an edition changes."""
        return int(self._database.scalar(meta("editions")) or 0)

    def _read_origins(self, edition: str, version: int) -> frozenset[int] | None:
        query = select(_table.edition, _table.origin, _table.kept)
        query = query.where(_table.edition.in_({SHARED, edition}))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            total = connection.execute(select(func.count()).select_from(schema.origins)).scalar_one()
        seen = {row.origin for row in rows if row.edition == SHARED and row.kept}
        seen |= {row.origin for row in rows if row.edition == edition and row.kept}
        seen -= {row.origin for row in rows if row.edition == edition and not row.kept}
        return None if len(seen) == total else frozenset(seen)

    def _read_seen_in(self, version: int) -> tuple[dict[int, set[str]], int]:
        """Return origin → the editions that see it, and how many origins there are in all."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_table.edition, _table.origin).where(_table.kept)).all()
            total = connection.execute(select(func.count()).select_from(schema.origins)).scalar_one()
        seen_in: dict[int, set[str]] = {}
        for row in rows:
            seen_in.setdefault(row.origin, set()).add(row.edition)
        return seen_in, total


def give(
    connection: Connection, names: Sequence[str], edition: str, now: datetime, *, read: bool
) -> dict[str, int]:
    """Give origins to an edition, new ones where they are not known; return name → number.

    `read` says whether they are read again and again for it from now on. A shared one that a guild had
    dropped is its own view of the shared one again.
    """
    numbers = _numbers(connection, names)
    held = _rows(connection, edition, numbers.values())
    shared = _rows(connection, SHARED, numbers.values()) if edition != SHARED else {}
    new, changed = [], False
    for number in numbers.values():
        row = held.get(number)
        if row is not None and not row.kept and number in shared:
            connection.execute(delete(schema.edition_origins).where(_is_row(edition, number)))
            changed = True
        elif row is None and (number not in shared or shared[number].read < read):
            new.append({"edition": edition, "origin": number, "kept": True, "read": read, "added_at": now})
        elif row is not None and (not row.kept or row.read < read):
            change = update(schema.edition_origins).where(_is_row(edition, number))
            connection.execute(change.values(kept=True, read=read))
            changed = True
    if new:
        connection.execute(insert(schema.edition_origins), new)
    if new or changed:  # not each time that a file is read again: every process would read the editions anew
        note_change(connection)
    return numbers


def take(connection: Connection, name: str, edition: str) -> str | None:
    """End the reading of an origin for an edition; return its name where no edition reads it any longer.

    The articles of a shared one stay for all; a guild no longer sees those of an origin of its own, nor those
    of a shared one, which it drops so.
    """
    number = connection.execute(select(schema.origins.c.number).where(schema.origins.c.name == name)).scalar()
    if number is None:
        return name
    own = schema.edition_origins
    if edition == SHARED:
        connection.execute(update(own).where(_is_row(edition, number)).values(read=False))
        note_change(connection)
        return _unread_name(connection, number)
    connection.execute(delete(own).where(_is_row(edition, number)))
    if _rows(connection, SHARED, [number]):
        dropped = {"edition": edition, "origin": number, "kept": False, "read": False}
        added_at = select(_table.added_at).where(_is_row(SHARED, number)).scalar_subquery()
        connection.execute(insert(own).values(**dropped, added_at=added_at))
    note_change(connection)
    return _unread_name(connection, number)


def drop_edition(connection: Connection, guild: str) -> list[str]:
    """Delete a guild's edition; return the names of its origins that no edition reads any longer."""
    origins = connection.execute(select(_table.origin).where(_table.edition == guild)).scalars().all()
    if not origins:
        return []
    connection.execute(delete(schema.edition_origins).where(_table.edition == guild))
    note_change(connection)
    return [name for origin in origins if (name := _unread_name(connection, origin))]


def rename(connection: Connection, name: str, new: str) -> None:
    """Note that an origin lies at another address. Where that is an origin already, it takes its place."""
    numbers = schema.origins.c
    old, other = (
        connection.execute(select(numbers.number).where(numbers.name == wanted)).scalar()
        for wanted in (name, new)
    )
    if old is None or old == other:
        return
    if other is None:
        connection.execute(update(schema.origins).where(numbers.number == old).values(name=new))
        return
    # Everybody who had the old one sees both: what the old one has brought stays.
    for row in connection.execute(select(schema.edition_origins).where(_table.origin == old)).all():
        if row.read and not _rows(connection, row.edition, [other]):
            connection.execute(insert(schema.edition_origins).values(row._asdict() | {"origin": other}))
    connection.execute(update(schema.edition_origins).where(_table.origin == old).values(read=False))
    note_change(connection)


def note_change(connection: Connection) -> None:
    """Let every process read the editions anew."""
    before = connection.execute(meta("editions")).scalar()
    if before is None:
        connection.execute(insert(schema.meta).values(key="editions", value="1"))
    else:
        set_meta(connection, "editions", str(int(before) + 1))


def _numbers(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """Return name → number of origins, after adding those that are not known."""
    known = _known_numbers(connection, names)
    if missing := [{"name": name} for name in dict.fromkeys(names) if name not in known]:
        connection.execute(insert(schema.origins), missing)
        known = _known_numbers(connection, names)
    return {name: known[name] for name in names}


def _known_numbers(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    table = schema.origins.c
    found: dict[str, int] = {}
    for start in range(0, len(names), CHUNK):
        query = select(table.name, table.number).where(table.name.in_(names[start : start + CHUNK]))
        found |= {row.name: row.number for row in connection.execute(query)}
    return found


def _rows(connection: Connection, edition: str, numbers: Iterable[int]) -> dict[int, Any]:
    listed = list(numbers)
    found: dict[int, Any] = {}
    for start in range(0, len(listed), CHUNK):
        origins = _table.origin.in_(listed[start : start + CHUNK])
        query = select(schema.edition_origins).where(_table.edition == edition, origins)
        found |= {row.origin: row for row in connection.execute(query)}
    return found


def _is_row(edition: str, number: int) -> Any:
    return (_table.edition == edition) & (_table.origin == number)


def _is_seen(edition: str) -> Any:
    return (_table.edition == edition) & _table.kept


def _unread_name(connection: Connection, number: int) -> str | None:
    """Return an origin's name where no edition reads it any longer, else None."""
    read = select(_table.origin).where(_table.origin == number, _table.read)
    if connection.execute(read).first() is not None:
        return None
    name: str | None = connection.execute(
        select(schema.origins.c.name).where(schema.origins.c.number == number)
    ).scalar()
    return name


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
            connection.execute(delete(_usage).where(_usage.c.day < _day(now - timedelta(days=KEPT_DAYS))))
            return min(wanted, share * len(payers))

    def add(self, guilds: Sequence[str], unit: Unit, amount: int, now: datetime) -> None:
        """Count what guilds have used, which share it equally, whatever they have left."""
        share = -(-amount // max(1, len(guilds)))
        with self._database.writing() as connection:
            for guild in guilds:
                _add(connection, guild, unit, share, now)


def _used(connection: Connection, guild: str, unit: Unit, now: datetime) -> int:
    query = select(_usage.c[unit]).where(_is_of(guild, now))
    return int(connection.execute(query).scalar() or 0)


def _add(connection: Connection, guild: str, unit: Unit, amount: int, now: datetime) -> None:
    change = update(_usage).where(_is_of(guild, now)).values({unit: _usage.c[unit] + amount})
    if not connection.execute(change).rowcount:
        values: dict[str, Any] = {"guild": guild, "day": _day(now), "articles": 0, "bytes": 0, unit: amount}
        connection.execute(insert(_usage).values(values))


def _is_of(guild: str, now: datetime) -> Any:
    return (_usage.c.guild == guild) & (_usage.c.day == _day(now))


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
