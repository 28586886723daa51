"""Receipts: which origins brought which articles and copies (see `index.storage.editions`).

Nearly all articles of a feed were brought by the same origins. So an article has the code of its set of
origins, and each set is stored once: a query for what an edition holds looks up the codes of the sets that
the edition sees, once, and compares one number an article. Counting 200,000 articles of an edition takes 5
times as long as counting all of them; with a row for each receipt instead, it took 37 times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, true, update
from sqlalchemy.sql import ColumnElement

from index.storage import schema
from index.storage.changes import ChangeWriter
from index.storage.database import Database
from index.types.edition import SHARED

# An article's or a copy's id, and the number of an origin that brought it.
Receipt = tuple[str, int]

# The code of the set without origins.
NONE = 0

_TABLES = (schema.articles, schema.copies)


class ReceiptStore:
    """The receipts of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def origins_of(self, ids: Iterable[str]) -> dict[str, frozenset[int]]:
        """Return id of an article or a copy → the origins that brought it."""
        listed = list(ids)
        codes: dict[str, int] = {}
        for table in _TABLES:
            query = select(table.c.id, table.c.origin_set)
            codes |= {row.id: row.origin_set for row in self._database.select_in(query, table.c.id, listed)}
        members = self.members(codes.values())
        return {id: members[code] for id, code in codes.items()}

    def members(self, codes: Iterable[int]) -> dict[int, frozenset[int]]:
        """Return code → the origins in that set."""
        table = schema.origin_sets.c
        rows = self._database.select_in(select(schema.origin_sets), table.code, set(codes))
        return {row.code: _numbers(row.members) for row in rows}

    def names(self, origins: Iterable[int]) -> list[tuple[int, str]]:
        """Return (number, name) of origins; the name of a source is its address."""
        table = schema.origins.c
        rows = self._database.select_in(select(table.number, table.name), table.number, set(origins))
        return [(row.number, row.name) for row in rows]

    def count_passages(self, origins: frozenset[int] | None) -> int:
        """Return how many passages the articles have that one of the origins brought."""
        joined = schema.passages.join(schema.articles)
        received = is_received(schema.articles.c.origin_set, origins)
        return int(self._database.scalar(select(func.count()).select_from(joined).where(received)))

    def missing(self, receipts: Iterable[Receipt]) -> list[Receipt]:
        """Return those of the receipts that are not stored yet."""
        wanted = list(dict.fromkeys(receipts))
        known = self.origins_of(id for id, _ in wanted)
        return [(id, origin) for id, origin in wanted if origin not in known.get(id, ())]

    def add(self, receipts: Sequence[Receipt], now: datetime) -> None:
        """Note receipts, at the moment `now`, of articles and copies that are stored already."""
        if not self.missing(receipts):
            return  # without waiting for whoever is writing
        with self._database.writing() as connection:
            log = ChangeWriter(connection)
            self.put(connection, receipts, log, now)
            log.write()

    def put(
        self, connection: Connection, receipts: Sequence[Receipt], log: ChangeWriter, now: datetime
    ) -> None:
        """Note receipts, and tell followers of the passages of articles whose origins have changed.

        An article that only single guilds had is news to the others: its passages get new ids, so that it is
        compared with what people follow there. `connection` is that of the transaction that writes.
        """
        known = self.origins_of({id for id, _ in receipts})
        changed: dict[str, frozenset[int]] = {}
        for id, origin in receipts:
            if id in known and origin not in known[id]:
                changed[id] = changed.get(id, known[id]) | {origin}
        codes = _codes(connection, set(changed.values()))
        for table in _TABLES:
            for id, members in changed.items():
                own = update(table).where(table.c.id == id)
                connection.execute(own.values(origin_set=codes[members]))
        before = {id for id in changed if known[id]}
        shared = _shared(connection) if before else frozenset()
        for id in before:
            if known[id] & shared:
                log.add(connection.execute(_passages_of(id)).scalars(), removed=False)
            else:
                _renew_passages(connection, id, log, now)


def _passages_of(article_id: str) -> Any:
    return select(schema.passages.c.id).where(schema.passages.c.article_id == article_id)


def _shared(connection: Connection) -> frozenset[int]:
    """Return the origins that all editions see unless they have dropped them."""
    table = schema.edition_origins.c
    query = select(table.origin).where(table.edition == SHARED, table.kept)
    return frozenset(connection.execute(query).scalars())


def _renew_passages(connection: Connection, article_id: str, log: ChangeWriter, now: datetime) -> None:
    """Give the passages of an article new ids, as if it had been read only now."""
    old = connection.execute(_passages_of(article_id)).scalars().all()
    if not old:
        return
    table, articles = schema.passages, schema.articles
    names = [column.name for column in table.c if column.name != "id"]
    same = select(*(table.c[name] for name in names)).where(table.c.id.in_(old)).order_by(table.c.id)
    connection.execute(insert(table).from_select(names, same))
    connection.execute(delete(table).where(table.c.id.in_(old)))
    connection.execute(update(articles).where(articles.c.id == article_id).values(read_at=now))
    log.add(old, removed=True)
    log.add(connection.execute(_passages_of(article_id)).scalars(), removed=False)


def set_code(connection: Connection, id: str) -> int:
    """Return the code of the set of origins that brought a copy; `NONE` where there is no such copy."""
    table = schema.copies.c
    code = connection.execute(select(table.origin_set).where(table.id == id)).scalar()
    return NONE if code is None else int(code)


def is_received(origin_set: ColumnElement[int], origins: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition that one of the origins is in the set; None admits all."""
    if origins is None:
        return true()
    table = schema.origin_set_members.c
    return origin_set.in_(select(table.code).where(table.origin.in_(sorted(origins))))


def _codes(connection: Connection, sets: Collection[frozenset[int]]) -> Mapping[frozenset[int], int]:
    """Return set → its code, after giving new ones a code."""
    table, found = schema.origin_sets, {}
    for members in sets:
        name = ",".join(map(str, sorted(members)))
        code = connection.execute(select(table.c.code).where(table.c.members == name)).scalar()
        if code is None:
            adding = insert(table).values(members=name).returning(table.c.code)
            code = connection.execute(adding).scalar_one()
            rows = [{"code": code, "origin": origin} for origin in members]
            connection.execute(insert(schema.origin_set_members), rows)
        found[members] = int(code)
    return found


def _numbers(members: str) -> frozenset[int]:
    return frozenset(map(int, members.split(","))) if members else frozenset()
