"""The connection to the database: SQLite (in WAL mode) or PostgreSQL, one writer at a time.

The other modules of `index.storage`, such as `index.storage.articles`, each read and write tables of their
own. Only modules of `index.storage` import SQLAlchemy.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql import ColumnElement

from index.errors import BusyError, StoreError
from index.storage import founding, schema

logger = logging.getLogger(__name__)

# A writer holds the database for one batch. Other writers wait this long for it before they give up.
BUSY_SECONDS = 60
# A PostgreSQL server that has not answered after this counts as unreachable.
CONNECT_SECONDS = 10
# Connections that stay open, further ones when those are in use, and how many seconds a thread waits for one.
# There are more threads (for questions, records, sources and jobs), but each reads for milliseconds only.
# Those that write wait for the writer before them and hold a connection all the while, so they have a pool of
# their own: however many wait, whoever only reads gets a connection at once.
READERS = {"pool_size": 5, "max_overflow": 15, "pool_timeout": 30}
WRITERS = {"pool_size": 2, "max_overflow": 10, "pool_timeout": BUSY_SECONDS}
# PostgreSQL's settings that end a statement which runs or waits too long, and a transaction that stays open
# without doing anything and so may hold locks.
_POSTGRESQL_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")
# With these settings of libpq, a connection to a machine that has vanished is noticed after about half a
# minute (seconds, but `tcp_user_timeout` in milliseconds).
_KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
_BACKUP = "stop the bot and restore a backup with 'newsbot restore FILE --force'"
_BUSY = "somebody has been writing for long, so wait for that job, or stop the process that hangs"
_PERMISSION = "let this user write to it and its folder"
# A part of an error message of SQLite or PostgreSQL → what to do about the error.
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
# PostgreSQL's error code for a lock that was not free within `lock_timeout`.
_LOCK_NOT_AVAILABLE = "55P03"
# How long SQLite may wait for readers when its log is emptied, in seconds: writers wait, too.
_EMPTYING_SECONDS = 0.2
# A statement may have only so many parameters (32,766 in SQLite). Longer lists are split into several
# statements with this many.
CHUNK = 500


class _Threads(threading.local):
    """The connections that a thread keeps for several queries (`Database.snapshot`, `Database.writing`)."""

    reading: Connection | None = None
    writing: Connection | None = None


class Database:
    """One database. Safe to use from many threads; several processes may share it."""

    def __init__(self, engine: Engine, writer: Engine) -> None:
        """`engine` is for reading, `writer` for transactions that write, in the same database."""
        self._engine = engine
        self._writer = writer
        self._thread = _Threads()

    @classmethod
    def open(cls, url: str) -> Database:
        """Connect to the database at `url`, and bring its schema up to date. Raises StoreError."""
        with _errors_of(url):
            engines = _engines(_parse(url), BUSY_SECONDS)
            unknown = founding.migrate(*engines)
            if unknown:
                raise StoreError(f"The database was written by a newer newsbot (schema {unknown}): upgrade.")
            _initialise(*engines)
            return cls(*engines)

    @classmethod
    def look(cls, url: str, busy_seconds: float) -> Database:
        """Connect without changing the schema, for the doctor. Raises StoreError.

        In SQLite, writing waits at most `busy_seconds` for another writer.
        """
        with _errors_of(url):
            return cls(*_engines(_parse(url), busy_seconds))

    def revision(self) -> str | None:
        """Return the number of the database's schema, such as "0011"; None without one. Raises StoreError."""
        with _errors_of(self._engine.url.render_as_string()):
            return founding.revision(self._engine)

    def damage(self) -> str | None:
        """Return what SQLite finds wrong with the file; None where it finds nothing, and for PostgreSQL."""
        if self.name != "sqlite":
            return None
        with self.reading() as connection:
            result = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
            orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if result != "ok":
            return result.splitlines()[-1]
        return f"{orphan[0]} without its {orphan[2]}" if orphan else None

    def try_writing(self) -> None:
        """Begin a transaction that writes, and roll it back. Raises StoreError where that fails."""
        with _errors_of(self._engine.url.render_as_string()), self._writer.connect() as connection:
            connection.begin().rollback()

    @property
    def id(self) -> str:
        """The id by which search indexes recognise the database: 32 hexadecimal digits.

        It is read each time, because another process may restore a backup, which changes it.
        """
        return str(self.scalar(meta("store_id")))

    def rename(self) -> None:
        """Give the database a new id, so that search indexes are rebuilt."""
        with self.writing() as connection:
            set_meta(connection, "store_id", uuid.uuid4().hex)

    def empty_log(self) -> bool:
        """Empty SQLite's write-ahead log, which holds pages as they were before rows were deleted from them.

        Returns False where a reader needs the log just now, or another process empties it: then it is to be
        tried again. In PostgreSQL there is nothing to do. Raises StoreError.
        """
        if self.name != "sqlite" or self._thread.writing is not None:
            return self.name != "sqlite"
        file = str(self._engine.url.database)
        with (
            _errors_of(self._engine.url.render_as_string()),
            closing(sqlite3.connect(file, timeout=_EMPTYING_SECONDS, isolation_level=None)) as connection,
        ):
            try:
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError:  # such as "database table is locked"
                return False
        return not busy

    @property
    def name(self) -> str:
        """The kind of database: "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    def close(self) -> None:
        self._engine.dispose()
        self._writer.dispose()

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
        """Let all reads of this thread in the block share one connection.

        That is quicker, and in SQLite all of them see the state of one moment.
        """
        with self.reading() as connection, self._sharing(connection, self._thread.writing):
            yield

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection for a transaction: all of its changes are stored, or none. Raises StoreError.

        All reads and writes of this thread in the block belong to the transaction. Other writers wait.
        """
        with self.claiming() as connection:
            if self._thread.writing is None:
                # In PostgreSQL this row lock lets one writer in at a time. So changes become visible in the
                # order of their numbers, and two workers never store the same article twice.
                connection.execute(meta("seq").with_for_update())
            with self._sharing(connection, connection):
                yield connection

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """Give a connection for a transaction that does not wait for the writer of articles.

        It is for rows of tables such as leases, where the changed rows' own locks suffice. SQLite has one
        writer at a time, so there it waits all the same. Raises StoreError.
        """
        if self._thread.writing is not None:
            yield self._thread.writing
            return
        with _errors_of(self._engine.url.render_as_string()), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def locked(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock `name` for as long as the block runs: one process of this database at a time has it.

        With PostgreSQL that holds for processes on all machines. The lock is freed when its process ends.
        Raises BusyError when another process holds it for more than `seconds`, and StoreError.
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
        """Take the lock, and let `held` free it when it is closed. Raises Timeout."""
        if self.name == "sqlite":
            held.enter_context(
                FileLock(lock_file(Path(str(self._engine.url.database)), name), timeout=seconds)
            )
            return
        connection = held.enter_context(self._writer.connect())
        # Detached from the pool, so that closing ends the connection: then the server frees the lock.
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
        """Return the query's rows in which `column` is one of `values`, of which there may be any number."""
        listed = list(values)
        if not listed:
            return []
        with self.reading() as connection:
            if self.name == "sqlite":
                return list(connection.execute(query.where(column.in_(_LISTED)), {"listed": _json(listed)}))
            chunks = (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))
            return [row for chunk in chunks for row in connection.execute(query.where(column.in_(chunk)))]


# A list as one parameter, so that the statement is the same for any number of values. With a parameter for
# each of 200 values, a query took 0.91 to 0.99 ms of CPU time instead of 0.70 to 0.82.
_LISTED = select(func.json_each(bindparam("listed", type_=Text)).table_valued("value").c.value)


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def meta(key: str) -> Any:
    """Return the query for the value under `key` in the table `meta`."""
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


def lock_file(database: Path, name: str) -> Path:
    """Return the file of the lock `name` of a SQLite database (see `Database.locked`)."""
    return database.with_name(f"{database.name}.{name}.lock")


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, where there is none yet.

    SQLite gives the files that it puts beside a database the rights of the database.
    """
    with suppress(OSError):  # it exists; or it cannot be made, which SQLite explains
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # SQLAlchemy raises ValueError for a port that is no number
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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        parsed = parsed.set(database=str(path))
    return parsed


def _engines(url: URL, busy_seconds: float) -> tuple[Engine, Engine]:
    """Return an engine for reading and one for writing, each with connections of its own."""
    writer = _engine(url, busy_seconds, WRITERS).execution_options(write=True)
    return _engine(url, busy_seconds, READERS), writer


def _engine(url: URL, busy_seconds: float, pool: Mapping[str, Any]) -> Engine:
    if url.get_backend_name() != "sqlite":
        arguments = {"connect_timeout": CONNECT_SECONDS, **_KEEPALIVE}
        engine = create_engine(url, pool_pre_ping=True, connect_args=arguments, hide_parameters=True, **pool)
        event.listen(engine, "connect", _prepare_postgresql)
        return _logged(engine)
    make_private(Path(str(url.database)))
    engine = create_engine(
        url,
        connect_args={"timeout": busy_seconds},
        hide_parameters=True,
        json_deserializer=_from_json,
        **pool,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _logged(engine)


def _from_json(written: str) -> Any:
    # Most lists of an article are empty, and a question reads a hundred lists.
    return [] if written == "[]" else json.loads(written)


def _logged(engine: Engine) -> Engine:
    """Log each statement, without its values, where the log level is DEBUG."""
    if logger.isEnabledFor(logging.DEBUG):
        event.listen(engine, "before_cursor_execute", _log_statement)
    return engine


def _log_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    logger.debug("sql.execute statement=%r", " ".join(statement.split()))


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Set by statements and not as options of the connection, which the poolers of hosting platforms refuse.
    with connection.cursor() as cursor:
        for limit in _POSTGRESQL_LIMITS:
            cursor.execute(f"SET {limit} = '{BUSY_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # None: the driver begins no transactions, `_begin_sqlite` does. The driver would begin one at the first
    # write, so reads before it would not belong to the transaction.
    connection.isolation_level = None
    _use_wal(connection)
    # What is deleted is overwritten with zeros. Free pages are used again; the file never shrinks.
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Switch the database to WAL mode.

    When several connections do so at the same time, SQLite refuses some of them without waiting. Those try
    again here, for `BUSY_SECONDS`.
    """
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
    # A writer takes SQLite's write lock at the beginning. A transaction that has read before it takes the
    # lock would fail where another connection has written in between.
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _initialise(engine: Engine, writer: Engine) -> None:
    """Give a new database its id, and 0 as the number of its last change."""
    with engine.connect() as connection:
        if connection.execute(meta("store_id")).scalar() is not None:
            return  # checked first without a transaction that would wait for other writers
    with writer.begin() as connection:
        founding.lock(connection)
        if connection.execute(meta("store_id")).scalar() is None:
            connection.execute(insert(schema.meta).values(key="store_id", value=uuid.uuid4().hex))
            connection.execute(insert(schema.meta).values(key="seq", value="0"))


def remedy(reason: str) -> str:
    """Return what to do about an error of the database, given its message."""
    matching = (advice for part, advice in _REMEDIES.items() if part in reason.lower())
    return next(matching, "check DATABASE_URL and disk")


@contextmanager
def _errors_of(url: str) -> Iterator[None]:
    """Turn the errors of SQLAlchemy and its drivers into a StoreError that says what to do.

    The message never contains the password of `url`.
    """
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
