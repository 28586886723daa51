"""Other ids under which articles are known: of their entries in feeds, and of addresses that they had before.

An article keeps the id that it was first stored under. An entry of a feed that is read again is found by the
id of the entry, also where its address is new; an address by its key, also where the article's own id was
made in another way, as by earlier versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from index.storage import schema
from index.storage.database import Database
from index.text.normalize import FEED_CHARS


class IdentityStore:
    """The identities of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def articles_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Return id → id of the article that is known under it; an article's own id is not among them."""
        table = schema.identities.c
        rows = self._database.select_in(select(table.id, table.article_id), table.id, ids)
        return {row.id: row.article_id for row in rows}

    def feeds_of(self, article_ids: Iterable[str]) -> dict[str, set[str]]:
        """Return article id → the feeds that have an entry for it, as their part of the entry's id."""
        table = schema.identities.c
        found: dict[str, set[str]] = {}
        query = select(table.id, table.article_id)
        for row in self._database.select_in(query, table.article_id, article_ids):
            if len(row.id) > FEED_CHARS * 2:
                found.setdefault(row.article_id, set()).add(row.id[:FEED_CHARS])
        return found

    def note(self, identities: Mapping[str, str]) -> None:
        """Note ids under which articles are known from now on: id → id of the article."""
        if not identities:
            return
        with self._database.writing() as connection:
            connection.execute(delete(schema.identities).where(schema.identities.c.id.in_(list(identities))))
            rows = [{"id": id, "article_id": article_id} for id, article_id in identities.items()]
            connection.execute(insert(schema.identities), rows)


def drop_identities(connection: Connection, article_id: str) -> None:
    """Forget the other ids of an article and of its copies."""
    table, copies = schema.identities, schema.copies.c
    own = select(copies.id).where(copies.article_id == article_id)
    gone = (table.c.article_id == article_id) | table.c.article_id.in_(own)
    connection.execute(delete(table).where(gone))
