"""The change log: which passages came and went, numbered, for the search indexes that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from index.storage import schema
from index.storage.database import Database, meta, set_meta


@dataclass(frozen=True, slots=True)
class Changes:
    """A stretch of the change log up to `seq`: ids of passages to add and to remove."""

    seq: int
    added: Sequence[int]
    removed: Sequence[int]


class ChangeLog:
    """The changes of one database, numbered from 1 without gaps. Safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_seq(self) -> int:
        """Return the number of the last change; 0 before the first."""
        query = select(schema.meta.c.value).where(schema.meta.c.key == "seq")
        return int(self._database.scalar(query) or 0)

    def after(self, seq: int, limit: int) -> Changes | None:
        """Return at most `limit` changes after `seq`, as what is left to do about each passage.

        Returns None when the log does not reach back that far: older changes have been trimmed. The log may
        be trimmed between any two queries, so the rows themselves tell: numbers have no gaps, and a stretch
        is whole when it begins at `seq` + 1.
        """
        table = schema.changes.c
        query = select(schema.changes).where(table.seq > seq).order_by(table.seq).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        begins = rows[0].seq if rows else self.last_seq() + 1
        if begins != seq + 1:
            return None
        removed_by_id = {row.passage_id: row.removed for row in rows}
        added = [id for id, removed in removed_by_id.items() if not removed]
        removed = [id for id, removed in removed_by_id.items() if removed]
        return Changes(rows[-1].seq if rows else seq, added, removed)

    def trim(self, keep: int) -> None:
        """Forget all but the last `keep` changes; a follower that still needs older ones is rebuilt."""
        last = self.last_seq() - keep
        first = self._database.scalar(select(func.min(schema.changes.c.seq)))
        if first is None or last < first:
            return  # there is nothing to trim: do not wait for another process that is writing
        with self._database.writing() as connection:
            connection.execute(delete(schema.changes).where(schema.changes.c.seq <= last))


class ChangeWriter:
    """Collects the changes of one transaction and numbers them at its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: list[dict[str, int]] = []

    def add(self, passage_ids: Iterable[int], *, removed: bool) -> None:
        self._changes.extend({"passage_id": id, "removed": int(removed)} for id in passage_ids)

    def write(self) -> None:
        if not self._changes:
            return
        last = int(self._connection.execute(meta("seq")).scalar_one())
        numbered = [{"seq": last + i, **change} for i, change in enumerate(self._changes, 1)]
        self._connection.execute(insert(schema.changes), numbered)
        set_meta(self._connection, "seq", str(last + len(numbered)))
