"""What is stored about a person, in whatever table: handed out, and deleted.

A column called `person` holds the name by which a face knows somebody, and no other column does. So the
tables are found by looking, and one that is added later cannot be forgotten.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update

from index.storage import schema
from index.storage.database import Database


class Privacy:
    """Every person's own data in one database. Safe to use from many threads; every call blocks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def export(self, person: str) -> dict[str, list[dict[str, Any]]]:
        """Return a person's rows by table, as values that JSON knows: times in ISO 8601, UTC."""
        with self._database.reading() as connection:
            return {
                table.name: [
                    {key: _plain(value) for key, value in row._mapping.items()}
                    for row in connection.execute(select(table).where(table.c.person == person))
                ]
                for table in personal_tables()
            }

    def delete(self, person: str) -> int:
        """Delete a person's rows; return how many were theirs.

        Where the row concerns others as well, as an entry in a guild's trail does, it stays without its
        person: there the column may be empty.
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
    """Return the tables with a column for a person, those first that others depend on."""
    return [table for table in schema.metadata.sorted_tables if "person" in table.c]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
