"""Exports and deletes everything that is stored about a person.

A column called `person` holds a person's id in a face (such as Discord), and no other column does. The tables
with such a column are looked up in the schema, so that a table that is added later cannot be forgotten.

Each deletion is recorded as a hash of the person's id and its time, so that it can be repeated where a backup
that was written before it is restored. The hash is made with a random salt: it says who a person is only to
those who try out ids on this database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from index.clock import utc_now
from index.storage import schema
from index.storage.database import Database
from index.storage.people.follow_ups import forget_words

# The lock under which a person's data is deleted. A restore holds it, so that no deletion falls between
# reading the record of deletions and replacing the database.
DELETIONS_LOCK = "deletions"
# How long a deletion waits for a restore.
WAIT_SECONDS = 10.0

# When a person's row of each table was made. A deletion that is repeated spares what is newer than it; of a
# digest, which stays anyway, only who set it is forgotten.
_MADE_AT = ("posted_at", "given_at", "done_at", "started_at", "seen_at")


class Deletion(NamedTuple):
    """That a person had their data deleted. `digest` is a hash of their id with `salt`."""

    digest: str
    salt: str
    deleted_at: datetime

    def is_of(self, person: str) -> bool:
        return _digest(person, self.salt) == self.digest


class Privacy:
    """People's own data in one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def export(self, person: str) -> dict[str, list[dict[str, Any]]]:
        """Return table → the person's rows, as values that JSON can hold: times are ISO 8601 texts in UTC."""
        with self._database.reading() as connection:
            return {
                table.name: [
                    {key: _plain(value) for key, value in row._mapping.items()}
                    for row in connection.execute(select(table).where(table.c.person == person))
                ]
                for table in personal_tables()
            }

    def delete(self, person: str) -> int:
        """Delete a person's rows; return how many rows were theirs.

        Where the column may be empty, the row concerns others too, as an entry of a guild's audit trail does:
        it stays, without the person. Their words are also taken out of follow-ups that others asked. In
        SQLite what was deleted is overwritten. Raises BusyError while a backup is being restored.
        """
        with self._database.locked(DELETIONS_LOCK, WAIT_SECONDS):
            with self._database.writing() as connection:
                deleted = _delete(connection, person)
                # Recorded even where nothing is stored now: a backup may hold what has been deleted in time.
                _record(connection, person, self._clock())
            self._database.empty_log()
        return deleted

    def deletions(self) -> list[Deletion]:
        """Return the deletions that are recorded."""
        with self._database.reading() as connection:
            return [Deletion(*row) for row in connection.execute(select(schema.deletions))]

    def adopt(self, deletions: Iterable[Deletion]) -> None:
        """Add to the record deletions of another state of this database. Of one person's the last counts."""
        table = schema.deletions
        with self._database.writing() as connection:
            for deletion in deletions:
                known = connection.execute(
                    select(table.c.deleted_at).where(table.c.digest == deletion.digest)
                ).scalar()
                if known is None or known < deletion.deleted_at:
                    connection.execute(delete(table).where(table.c.digest == deletion.digest))
                    connection.execute(insert(table).values(deletion._asdict()))

    def repeat_deletions(self) -> int:
        """Delete what people had deleted and a restored backup has brought back; return how many rows.

        What a person did after their deletion stays.
        """
        recorded = self.deletions()
        salts = {deletion.salt for deletion in recorded}
        by_digest = {deletion.digest: deletion.deleted_at for deletion in recorded}
        deleted = 0
        for person in self._persons() if recorded else ():
            moments = [by_digest.get(_digest(person, salt)) for salt in salts]
            last = max((moment for moment in moments if moment), default=None)
            if last is not None:
                with self._database.writing() as connection:
                    deleted += _delete(connection, person, last)
        if deleted:
            self._database.empty_log()
        return deleted

    def _persons(self) -> set[str]:
        """Return everybody of whom something is stored."""
        with self._database.reading() as connection:
            columns = [table.c.person for table in personal_tables()]
            found = {row[0] for column in columns for row in connection.execute(select(column).distinct())}
        return found - {None}


def personal_tables() -> list[Table]:
    """Return the tables with a column `person`; a table comes after those that its foreign keys refer to."""
    return [table for table in schema.metadata.sorted_tables if "person" in table.c]


def _delete(connection: Connection, person: str, until: datetime | None = None) -> int:
    """Delete a person's rows, with `until` only those that were made until then; return how many."""
    answers = schema.posted_answers
    theirs = connection.execute(select(answers.c.id).where(_made_by(answers, person, until))).scalars().all()
    forget_words(connection, theirs)
    digests = schema.digests
    sent_to_them = delete(digests).where(_made_by(digests, person, until), digests.c.direct.is_(True))
    return connection.execute(sent_to_them).rowcount + sum(
        connection.execute(
            update(table).where(_made_by(table, person, until)).values(person=None)
            if table.c.person.nullable
            else delete(table).where(_made_by(table, person, until))
        ).rowcount
        for table in personal_tables()
    )


def _made_by(table: Table, person: str, until: datetime | None) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = table.c.person == person
    moments: Sequence[Any] = [table.c[name] for name in _MADE_AT if name in table.c]
    return mine & (moments[0] <= until) if until is not None and moments else mine


def _record(connection: Connection, person: str, now: datetime) -> None:
    """Note that a person had their data deleted. One salt serves all, so that a restore tries out few."""
    table = schema.deletions
    salt = connection.execute(select(table.c.salt).limit(1)).scalar() or secrets.token_hex(16)
    digest = _digest(person, salt)
    connection.execute(delete(table).where(table.c.digest == digest))
    connection.execute(insert(table).values(digest=digest, salt=salt, deleted_at=now))


def _digest(person: str, salt: str) -> str:
    return hashlib.blake2b(person.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
