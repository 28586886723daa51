"""Receipts: which origins brought which articles and copies (see `index.storage.editions`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, insert, select, true
from sqlalchemy.sql import ColumnElement

from index.storage import schema
from index.storage.changes import ChangeWriter
from index.storage.database import CHUNK, Database

# An article's or a copy's id, and the number of an origin that brought it.
Receipt = tuple[str, int]


class ReceiptStore:
    """The receipts of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def origins_of(self, ids: Iterable[str]) -> dict[str, set[int]]:
        """Return id of an article or a copy → the origins that brought it."""
        table = schema.receipts.c
        found: dict[str, set[int]] = {}
        for row in self._database.select_in(select(schema.receipts), table.id, ids):
            found.setdefault(row.id, set()).add(row.origin)
        return found

    def missing(self, receipts: Iterable[Receipt]) -> list[Receipt]:
        """Return those of the receipts that are not stored yet."""
        wanted = list(dict.fromkeys(receipts))
        known = self.origins_of(id for id, _ in wanted)
        return [(id, origin) for id, origin in wanted if origin not in known.get(id, ())]

    def add(self, receipts: Sequence[Receipt]) -> None:
        """Note receipts of articles and copies that are stored already; followers are told."""
        if not self.missing(receipts):
            return  # without waiting for whoever is writing
        with self._database.writing() as connection:
            log = ChangeWriter(connection)
            put_receipts(connection, self.missing(receipts), log)
            log.write()


def put_receipts(connection: Connection, missing: Sequence[Receipt], log: ChangeWriter) -> None:
    """Insert receipts that are not stored yet, and tell followers of the passages whose origins change."""
    if not missing:
        return
    connection.execute(insert(schema.receipts), [{"id": id, "origin": origin} for id, origin in missing])
    ids, passages = list({id for id, _ in missing}), schema.passages.c
    for start in range(0, len(ids), CHUNK):
        query = select(passages.id).where(passages.article_id.in_(ids[start : start + CHUNK]))
        log.add(connection.execute(query).scalars().all(), removed=False)


def is_received(id: ColumnElement[str], origins: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition that one of the origins brought the article or copy `id`; None admits all."""
    if origins is None:
        return true()
    table = schema.receipts.c
    return select(table.origin).where(table.id == id, table.origin.in_(sorted(origins))).exists()
