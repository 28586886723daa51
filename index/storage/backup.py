"""Backs up and restores a SQLite database, while other processes go on using it.

A backup is one file, itself a SQLite database. It holds the state of a single moment, and gets its name only
after a check. Restoring replaces everything in one transaction and gives the database a new id. By that id
the search indexes of all processes notice the change, and rebuild themselves.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError, StoreError, UsageError
from index.storage.database import BUSY_SECONDS, Database, lock_file, make_private, sqlite_file, sqlite_url
from index.storage.people.privacy import DELETIONS_LOCK, Deletion, Privacy
from index.types.options import IndexOptions
from index.types.report import BackupReport

logger = logging.getLogger(__name__)

# Seconds between two attempts to copy while another process writes to the database.
_RETRY_SECONDS = 0.05
# Tables that every database of newsbot has had since the first version.
_TABLES = {"articles", "passages", "meta", "alembic_version"}


def write_backup(options: IndexOptions, path: Path, *, force: bool = False) -> BackupReport:
    """Write the whole database to the file `path`, readable by its owner only.

    Raises UsageError where `path` cannot be used or exists already (unless `force`), BusyError while another
    backup or restore runs, and StoreError where the database cannot be read or the copy does not pass its
    check.
    """
    source = _database_file(options)
    if not source.exists():
        raise UsageError("There is nothing to back up yet: add articles with 'newsbot ingest PATH'.")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path} cannot be a file: name one in a folder that exists.")
    if path.exists() and path.samefile(source):
        raise UsageError(f"{path} is the database itself: name another file.")
    if path.exists() and not force:
        raise UsageError(f"{path} exists already: name another file, or add --force to replace it.")
    with _only_backup(options), _unfinished(path, f"The backup {path} could not be written") as copy:
        _copy(source, copy)
        articles = _check(copy, source)
        _sync(copy)
        copy.replace(path)
        _sync(path.parent)
    return BackupReport(path, articles, path.stat().st_size)


def restore_backup(options: IndexOptions, path: Path, *, force: bool = False) -> BackupReport:
    """Replace everything in the database by the content of the backup `path`.

    What people had deleted after the backup was written is deleted from it again: the database that is
    replaced knows who did (`index.storage.people.privacy`).

    A database that is too damaged to be written to is renamed to `….damaged`. Raises UsageError where
    articles are stored already (unless `force`) and for a file that is no backup, BusyError while another
    backup or restore runs, and StoreError for a damaged backup. An unusable backup changes nothing.
    """
    target = _database_file(options)
    if not path.is_file():
        raise UsageError(f"There is no file {path}: name one that 'newsbot backup' wrote.")
    if target.exists() and path.samefile(target):
        raise UsageError(f"{path} is the database itself: name a backup of it.")
    articles = _check(path, path)
    stored = _count_articles(target)
    if stored and not force:
        there = "1 article is" if stored == 1 else f"{stored:,} articles are"
        raise UsageError(f"{there} stored: add --force to put the {articles:,} of the backup in their place.")
    with _only_backup(options), _unfinished(target, f"The backup {path} could not be restored") as copy:
        _copy(path, copy)
        database = Database.open(sqlite_url(copy))  # updates the schema of an older backup
        with closing(database), _no_deletions(target):
            database.rename()
            deleted = _repeat_deletions(target, database)
            database.empty_log()
            _replace(copy, target)
    return BackupReport(path, articles, path.stat().st_size, deleted)


@contextmanager
def _no_deletions(target: Path) -> Iterator[None]:
    """Keep other processes from deleting a person's data, which would be lost. Raises BusyError."""
    lock = FileLock(lock_file(target, DELETIONS_LOCK), timeout=BUSY_SECONDS)
    try:
        with lock:
            yield
    except Timeout:
        raise BusyError("A person's data is being deleted: try again in a minute.") from None


def _repeat_deletions(target: Path, database: Database) -> int | None:
    """Delete from a copy of a backup what people had deleted since it was written; return how many rows.

    None: the database that is to be replaced is missing or damaged, so nobody knows who had what deleted.
    """
    recorded = _recorded_deletions(target)
    privacy = Privacy(database)
    privacy.adopt(recorded or ())
    deleted = privacy.repeat_deletions()
    return None if recorded is None else deleted


def _recorded_deletions(file: Path) -> list[Deletion] | None:
    """Return who had their data deleted; none where the database is older than this record."""
    if not file.exists() or not file.stat().st_size:
        return None
    try:
        with closing(_reading(file)) as connection:
            if "deletions" not in _tables(connection):
                return [] if "articles" in _tables(connection) else None
            rows = connection.execute("SELECT digest, salt, deleted_at FROM deletions").fetchall()
    except sqlite3.DatabaseError as error:
        logger.warning("restore deletions=unknown why=%r", str(error))
        return None
    return [
        Deletion(digest, salt, datetime.fromisoformat(at).replace(tzinfo=UTC)) for digest, salt, at in rows
    ]


def _database_file(options: IndexOptions) -> Path:
    file = sqlite_file(options.database_url or sqlite_url(options.data_dir / "news.db"))
    if file is None:
        raise UsageError(
            "The database is PostgreSQL: back it up with pg_dump and restore it with pg_restore."
        )
    return file


@contextmanager
def _only_backup(options: IndexOptions) -> Iterator[None]:
    """Hold a lock during which no other backup or restore of the same library runs. Raises BusyError."""
    options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(options.data_dir / "backup.lock", timeout=0):
            yield
    except Timeout:
        raise BusyError("Another backup or restore is under way: wait until that is done.") from None


@contextmanager
def _unfinished(path: Path, failed: str) -> Iterator[Path]:
    """Give a path beside `path` to write a copy to. The copy is deleted at the end, unless it was renamed.

    A copy that an earlier run left behind is deleted at the beginning. Errors become a StoreError that begins
    with `failed`.
    """
    copy = path.with_name(f".{path.name}.unfinished")
    try:
        _delete(copy)
        yield copy
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{failed} ({error}): check the disk and try again.") from error
    finally:
        _delete(copy)


def _files(database: Path) -> list[Path]:
    """Return the paths of a database's file and of those that SQLite may put beside it."""
    return [Path(f"{database}{suffix}") for suffix in ("", "-wal", "-shm", "-journal")]


def _delete(database: Path) -> None:
    for file in _files(database):
        file.unlink(missing_ok=True)


def _copy(source: Path, copy: Path) -> None:
    """Write the database as it is at this moment to a new file, without stopping processes that write."""
    make_private(copy)  # SQLite writes into an empty file, and leaves it the rights that it has
    with closing(_reading(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _replace(copy: Path, target: Path) -> None:
    """Replace the content of the database `target` by that of `copy`, in one transaction.

    Other processes can read `target` during that time.
    """
    try:
        _overwrite(copy, target)
    except sqlite3.OperationalError:  # such as a full disk: the file itself is not damaged
        raise
    except sqlite3.DatabaseError:  # the file is too damaged to be written to
        for file in _files(target):
            with suppress(FileNotFoundError):
                file.replace(f"{file}.damaged")
        _overwrite(copy, target)


def _overwrite(copy: Path, target: Path) -> None:
    deadline = time.monotonic() + BUSY_SECONDS

    def progress(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise StoreError("The database is in use by a long job: try again when that has ended.")

    make_private(target)
    with closing(_reading(copy)) as source, closing(sqlite3.connect(target, timeout=1)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        source.backup(connection, progress=progress, sleep=_RETRY_SECONDS)
        # The log still holds what was replaced. Where another process reads it just now, that process empties
        # it, the next time that it deletes something.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _check(file: Path, named: Path) -> int:
    """Check a copy, and return how many articles it holds; `named` is the file that error messages name.

    Raises UsageError where the file is no database of newsbot, and StoreError where it is damaged.
    """
    try:
        with closing(_reading(file)) as connection:
            kinds = {kind for (kind,) in connection.execute("SELECT type FROM sqlite_master")}
            # newsbot has only tables and indexes. A trigger or a view in a file from outside could do harm.
            if _TABLES - _tables(connection) or kinds - {"table", "index"}:
                raise UsageError(f"{named} is no database of newsbot: name one that 'newsbot backup' wrote.")
            result = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if result != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise StoreError(f"{named} is damaged ({_first_line(result)}): restore another backup.")
            return _articles(connection)
    except sqlite3.Error as error:
        raise StoreError(f"{named} is damaged or no database ({error}): use another backup.") from error


def _count_articles(file: Path) -> int | None:
    """Return how many articles a database holds; None where it is missing or damaged. Raises StoreError."""
    if not file.exists():
        return None
    try:
        with closing(_reading(file)) as connection:
            return _articles(connection) if "articles" in _tables(connection) else 0
    except sqlite3.OperationalError as error:
        raise StoreError(f"The database {file} cannot be read ({error}): check the disk.") from error
    except sqlite3.DatabaseError:  # SQLite raises this for a damaged file, and for one that is no database
        return None


def _articles(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _reading(file: Path) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0]


def _sync(path: Path) -> None:
    """Wait until the content of a file, or a folder's list of files, has been written to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
