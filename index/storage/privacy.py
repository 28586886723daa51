"""Exports and deletes everything that is stored about a person.

A column called `person` holds a person's id in a face (such as Discord), and no other column does. The tables
with such a column are looked up in the schema, so that a table that is added later cannot be forgotten.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update

from index.storage import schema
from index.storage.database import Database


class Privacy:
    """People's own data in one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        it stays, without the person.
        """
        with self._database.writing() as connection:
            return sum(
                connection.execute(
                    update(table).where(table.c.person == person).values(person=None)
                    if table.c.person.nullable
                    else delete(table).where(table.c.person == person)
                ).rowcount
                for table in personal_tables()
            )


def personal_tables() -> list[Table]:
    """Return the tables with a column `person`; a table comes after those that its foreign keys refer to."""
    return [table for table in schema.metadata.sorted_tables if "person" in table.c]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
