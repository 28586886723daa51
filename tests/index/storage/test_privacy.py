"""What is stored about a person can be had and deleted, whatever table it is in."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Table, insert, select
from sqlalchemy.types import JSON

from index.storage import schema
from index.storage.database import Database, sqlite_url
from index.storage.people.privacy import Privacy, personal_tables
from index.storage.rows import UtcDateTime

ME, OTHER = "person-1", "person-2"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(sqlite_url(tmp_path / "news.db"))
    yield database
    database.close()


def value_of(kind: Any, person: str) -> Any:
    for types, value in (
        (JSON, []),
        (Boolean, True),
        (Float, 0.5),
        (Integer, 1),
        (LargeBinary, b""),
        (UtcDateTime, datetime(2025, 6, 7, tzinfo=UTC)),
    ):
        if isinstance(kind, types):
            return value
    return f"of {person}"


def fill(database: Database, person: str) -> None:
    """Put a row of a person into every table that can hold one."""
    with database.writing() as connection:
        for table in personal_tables():
            row = {column.name: value_of(column.type, person) for column in table.columns}
            row |= {"person": person}
            row.pop("id" if isinstance(table.c.get("id", table.c.person).type, Integer) else "", None)
            connection.execute(insert(table).values(row))


def everything(database: Database) -> str:
    with database.reading() as connection:
        tables = schema.metadata.sorted_tables
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


def looks_personal(table: Table) -> list[str]:
    return [
        column.name
        for column in table.columns
        if re.search(r"user|member(?!s)|person|people|asker", column.name)
    ]


def test_persons_are_in_columns_of_one_name() -> None:
    named = {table.name: looks_personal(table) for table in schema.metadata.sorted_tables}
    assert {tuple(names) for names in named.values()} <= {(), ("person",)}
    assert "audit_trail" in [table.name for table in personal_tables()]


def test_an_export_holds_the_rows_of_every_table_and_nobody_elses(database: Database) -> None:
    fill(database, ME)
    fill(database, OTHER)
    exported = Privacy(database).export(ME)
    assert exported.keys() == {table.name for table in personal_tables()}
    assert all(len(rows) == 1 for rows in exported.values())
    written = json.dumps(exported)
    assert "2025-06-07T00:00:00+00:00" in written
    assert OTHER not in written


def test_deleting_leaves_no_name_and_nobody_elses_rows_alone(database: Database) -> None:
    fill(database, ME)
    fill(database, OTHER)
    privacy = Privacy(database)
    assert privacy.delete(ME) >= len(personal_tables()) - 1  # what hangs on a deleted row goes with it
    assert not re.search(rf"'{ME}'", everything(database))
    assert all(len(rows) == 1 for rows in privacy.export(OTHER).values())
    assert not any(privacy.export(ME).values())
    assert privacy.delete(ME) == 0
