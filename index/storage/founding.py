"""How a database gets its tables: a new one all at once, an older one by the migrations it lacks."""

from __future__ import annotations

import threading

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)

from index.clock import utc_now
from index.storage.schema import edition_origins, metadata, origin_sets, origins
from index.types.edition import LIBRARY, LIBRARY_NAME, SHARED

REVISIONS = tuple(f"{number:04}" for number in range(1, 24))
HEAD = REVISIONS[-1]

_LOCK = 0x6E657773  # names the lock that writers of the schema take in PostgreSQL: any number will do
_migrating = threading.Lock()  # Alembic keeps the migration that is running in module globals


def revision(engine: Engine) -> str | None:
    """Return the name of the database's schema; None before it has one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = Table("alembic_version", MetaData(), Column("version_num", String))
        current: str | None = connection.execute(select(version.c.version_num)).scalar_one_or_none()
        return current


def migrate(engine: Engine, writer: Engine) -> str | None:
    """Bring the database to the newest schema; return the revision it is at when that is unknown here.

    `engine` is for reading, so that nothing waits where nothing is to be done; `writer` for the changes.
    """
    current = revision(engine)
    if current == HEAD:
        return None
    if current is not None and current not in REVISIONS:
        return current
    with _migrating, writer.begin() as connection:
        lock(connection)  # another process may be migrating: then there is nothing left to do
        if not inspect(connection).has_table("alembic_version"):
            _make(connection)
            return None
        if connection.dialect.name == "postgresql":  # a large table takes its time
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        from alembic import command  # imported here: it takes 0.2 s, and few starts migrate anything
        from alembic.config import Config

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "index:migrations")
        config.set_main_option("recursive_version_locations", "true")  # the first ones have their own folder
        command.upgrade(config, "head")
    return None


def _make(connection: Connection) -> None:
    """Give a new database all tables at once: one migration after the other takes three times as long."""
    metadata.create_all(connection)
    version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(insert(version).values(version_num=HEAD))
    held = {"edition": SHARED, "origin": LIBRARY, "kept": True, "read": False, "added_at": utc_now()}
    connection.execute(insert(origins).values(number=LIBRARY, name=LIBRARY_NAME))
    connection.execute(insert(origin_sets).values(code=0, members=""))
    connection.execute(insert(edition_origins).values(held))


def lock(connection: Connection) -> None:
    """Keep others from founding the same database until the transaction ends; SQLite's writers are alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
