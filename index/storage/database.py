"""The connection to the database: SQLite (in WAL mode) or PostgreSQL, one writer at a time.

The modules that own its tables, such as `index.storage.articles`, know what is kept in it. Only modules of
`index.storage` import SQLAlchemy.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, Row, create_engine, event, func, insert, make_url, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql import ColumnElement

from index.errors import BusyError, StoreError
from index.storage import schema

logger = logging.getLogger(__name__)

# A writer holds the database for one batch; others wait this long for it before giving up.
BUSY_SECONDS = 60
# A PostgreSQL server that does not answer by then is away.
CONNECT_SECONDS = 10
# Questions, records, sources and jobs have more threads than that, but hold a connection for milliseconds.
CONNECTIONS, MORE_CONNECTIONS, POOL_SECONDS = 5, 15, 30
# Of PostgreSQL: a statement that runs or waits too long is given up, as is whoever holds a lock in silence.
_POSTGRESQL_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")
# A connection whose other end is gone without a word is noticed after about half a minute.
_KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
_BACKUP = "stop the bot and restore a backup with 'newsbot restore FILE --force'"
_BUSY = "somebody has been writing for long, so wait for that job, or stop the process that hangs"
_PERMISSION = "let this user write to it and its folder"
# What an error of SQLite or PostgreSQL says of itself, and what to do then.
_REMEDIES = {
    "locked": _BUSY,
    "statement timeout": _BUSY,
    "connection": "start its server or correct DATABASE_URL",
    "readonly": _PERMISSION,
    "read-only": _PERMISSION,
    "unable to open": _PERMISSION,
    "full": "make room on the disk",
    "no space": "make room on the disk",
    "malformed": _BACKUP,
    "not a database": _BACKUP,
}
# What PostgreSQL calls a lock that was not free in time.
_LOCK_NOT_AVAILABLE = "55P03"
# SQLite allows 32,766 values in a statement; lists are cut well below that.
_CHUNK = 500


class _Threads(threading.local):
    """The connections that each thread has for longer than a query: to read from, and to write to."""

    reading: Connection | None = None
    writing: Connection | None = None


class Database:
    """One database. Safe to use from many threads; several processes may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = _Threads()

    @classmethod
    def open(cls, url: str) -> Database:
        """Connect and bring the schema up to date. Raises StoreError."""
        with _errors_of(url):
            engine = _engine(_parse(url), BUSY_SECONDS)
            unknown = schema.migrate(engine)
            if unknown:
                raise StoreError(f"The database was written by a newer newsbot (schema {unknown}): upgrade.")
            _found(engine)
            return cls(engine)

    @classmethod
    def look(cls, url: str, busy_seconds: float) -> Database:
        """Return a database as it is, for whoever only wants to know its condition. Raises StoreError."""
        with _errors_of(url):
            return cls(_engine(_parse(url), busy_seconds))

    def revision(self) -> str | None:
        """Return the name of its schema; None before it has one. Raises StoreError."""
        with _errors_of(self._engine.url.render_as_string()):
            return schema.revision(self._engine)

    def damage(self) -> str | None:
        """Return what SQLite finds wrong with its file; None where nothing is. PostgreSQL sees to its own."""
        if self.name != "sqlite":
            return None
        with self.reading() as connection:
            found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
            orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if found != "ok":
            return found.splitlines()[-1]
        return f"{orphan[0]} without its {orphan[2]}" if orphan else None

    def try_writing(self) -> None:
        """Begin to write, and leave it at that. Raises StoreError where that is not possible now."""
        engine = self._engine.execution_options(write=True)
        with _errors_of(self._engine.url.render_as_string()), engine.connect() as connection:
            connection.begin().rollback()

    @property
    def id(self) -> str:
        """The name that followers know it by: read each time, as another process may restore a backup."""
        return str(self.scalar(meta("store_id")))

    def rename(self) -> None:
        """Take another name, so that followers do not take this for the database that they know."""
        with self.writing() as connection:
            set_meta(connection, "store_id", uuid.uuid4().hex)

    @property
    def name(self) -> str:
        """The kind of database, for people."""
        return self._engine.dialect.name

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading. Raises StoreError."""
        with _errors_of(self._engine.url.render_as_string()):
            if self._thread.reading is not None:
                yield self._thread.reading
            else:
                with self._engine.connect() as connection:
                    yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that this thread reads meanwhile share a connection: quicker, of one moment in SQLite."""
        with self.reading() as connection, self._sharing(connection, self._thread.writing):
            yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together or not at all. Raises StoreError.

        What this thread reads and writes meanwhile belongs to it.
        """
        with self.claiming() as connection:
            if self._thread.writing is None:
                # One writer at a time, so that changes become visible in the order of their numbers and two
                # workers never store the same article twice.
                connection.execute(meta("seq").with_for_update())
            with self._sharing(connection, connection):
                yield connection

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """Give a connection for changing rows that it locks itself, without waiting for who stores articles.

        In SQLite that is every writer. Raises StoreError.
        """
        if self._thread.writing is not None:
            yield self._thread.writing
            return
        engine = self._engine.execution_options(write=True)
        with _errors_of(self._engine.url.render_as_string()), engine.begin() as connection:
            yield connection

    @contextmanager
    def locked(self, name: str, seconds: float) -> Iterator[None]:
        """Keep all others that use this database out of the same, on whatever machine; its end frees it.

        Raises BusyError when another holds it for longer than so many seconds, StoreError.
        """
        with ExitStack() as held:
            with _errors_of(self._engine.url.render_as_string()):
                try:
                    self._lock(name, seconds, held)
                except Timeout as error:
                    raise BusyError(
                        f"Another process is at work on the {name}: wait until it is done."
                    ) from error
            yield

    def _lock(self, name: str, seconds: float, held: ExitStack) -> None:
        """Lock until `held` is closed. Raises Timeout."""
        if self.name == "sqlite":
            held.enter_context(FileLock(f"{self._engine.url.database}.{name}.lock", timeout=seconds))
            return
        connection = held.enter_context(self._engine.connect())
        # Not for the pool any more: the server frees the lock when this connection ends, for whatever reason.
        connection.detach()
        connection.execute(select(func.set_config("lock_timeout", f"{seconds:.0f}s", False)))
        try:
            connection.execute(select(func.pg_advisory_lock(func.hashtext(name))))
            connection.commit()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Timeout(name) from error
            raise

    @contextmanager
    def _sharing(self, reading: Connection, writing: Connection | None) -> Iterator[None]:
        thread = self._thread
        before = thread.reading, thread.writing
        thread.reading, thread.writing = reading, writing
        try:
            yield
        finally:
            thread.reading, thread.writing = before

    def scalar(self, query: Any) -> Any:
        """Return the first value of the first row, None where there is none."""
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def select_in(self, query: Any, column: ColumnElement[Any], values: Iterable[Any]) -> list[Row[Any]]:
        """Return the rows in which `column` is one of `values`, however many those are."""
        listed = list(values)
        rows: list[Row[Any]] = []
        with self.reading() as connection:
            for start in range(0, len(listed), _CHUNK):
                chunk = listed[start : start + _CHUNK]
                rows.extend(connection.execute(query.where(column.in_(chunk))))
        return rows


def meta(key: str) -> Any:
    """Return the query for a single value that the database keeps under `key`."""
    return select(schema.meta.c.value).where(schema.meta.c.key == key)


def set_meta(connection: Connection, key: str, value: str) -> None:
    change = update(schema.meta).where(schema.meta.c.key == key).values(value=value)
    if not connection.execute(change).rowcount:
        connection.execute(insert(schema.meta).values(key=key, value=value))


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite address; None for another database. Raises StoreError."""
    parsed = _parse(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        message = "DATABASE_URL is no database address: use sqlite:///FILE or postgresql://…"
        raise StoreError(message) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"DATABASE_URL names {parsed.get_backend_name()!r}, but only sqlite and postgresql are supported."
        )
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise StoreError("DATABASE_URL names no file, which would keep nothing: use sqlite:///FILE.")
        path = Path(str(parsed.database)).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        parsed = parsed.set(database=str(path))
    return parsed


def _engine(url: URL, busy_seconds: float) -> Engine:
    pool = {"pool_size": CONNECTIONS, "max_overflow": MORE_CONNECTIONS, "pool_timeout": POOL_SECONDS}
    if url.get_backend_name() != "sqlite":
        arguments = {"connect_timeout": CONNECT_SECONDS, **_KEEPALIVE}
        engine = create_engine(url, pool_pre_ping=True, connect_args=arguments, **pool)
        event.listen(engine, "connect", _prepare_postgresql)
        return _logged(engine)
    engine = create_engine(url, connect_args={"timeout": busy_seconds}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _logged(engine)


def _logged(engine: Engine) -> Engine:
    """Log each statement, without its values, where somebody wants to see everything."""
    if logger.isEnabledFor(logging.DEBUG):
        event.listen(engine, "before_cursor_execute", _log_statement)
    return engine


def _log_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    logger.debug("sql.execute statement=%r", " ".join(statement.split()))


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Not as options of the connection: the poolers of hosting platforms refuse those.
    with connection.cursor() as cursor:
        for limit in _POSTGRESQL_LIMITS:
            cursor.execute(f"SET {limit} = '{BUSY_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by `_begin_sqlite`: the driver would begin them too late to be consistent.
    connection.isolation_level = None
    _use_wal(connection)
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Switch to WAL mode. Of several that do so at once, SQLite refuses some at once: they try again."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once; upgrading a reader later would fail where another wrote meanwhile.
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _found(engine: Engine) -> None:
    """Give a new database its name and the number of its last change."""
    with engine.connect() as connection:
        if connection.execute(meta("store_id")).scalar() is not None:
            return  # without waiting for whoever is writing
    with engine.execution_options(write=True).begin() as connection:
        schema.lock(connection)
        if connection.execute(meta("store_id")).scalar() is None:
            connection.execute(insert(schema.meta).values(key="store_id", value=uuid.uuid4().hex))
            connection.execute(insert(schema.meta).values(key="seq", value="0"))


def remedy(reason: str) -> str:
    """Return what to do about an error of the database, by what it says of itself."""
    found = (advice for sign, advice in _REMEDIES.items() if sign in reason.lower())
    return next(found, "check DATABASE_URL and disk")


@contextmanager
def _errors_of(url: str) -> Iterator[None]:
    """Turn what the database layer raises into a StoreError that says what to do; no password in it."""
    try:
        yield
    except NoSuchModuleError as error:
        raise StoreError(f"The driver for this database is not installed: {error}.") from error
    except ImportError as error:
        raise StoreError(f"{error}: install it with: pip install 'psycopg[binary]'") from error
    except DBAPIError as error:
        reason = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
        place = make_url(url).render_as_string(hide_password=True)
        raise StoreError(f"The database {place} failed ({reason}): {remedy(reason)}.") from error
    except (PoolTimeout, OSError) as error:
        raise StoreError(f"The database cannot be reached ({error}): check DATABASE_URL.") from error
