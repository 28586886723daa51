"""A copy of the whole database as one file, and back: both while other processes go on working.

A backup is a SQLite database of its own, made in one moment and checked before it gets its name. Restoring
replaces what is stored in one transaction, under a new name for followers, so that each of them, in any
process, recognises the change and rebuilds.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError, StoreError, UsageError
from index.storage.database import BUSY_SECONDS, Database, sqlite_file, sqlite_url
from index.types.options import IndexOptions
from index.types.report import BackupReport

# How often it is looked whether whoever writes to the database has finished, in seconds.
_RETRY_SECONDS = 0.05
# What every database of newsbot has had from the first version on.
_TABLES = {"articles", "passages", "meta", "alembic_version"}


def write_backup(options: IndexOptions, path: Path, *, force: bool = False) -> BackupReport:
    """Write everything that is stored to one file, readable by its owner only.

    Raises UsageError for a place that cannot be used, among them a file that exists unless `force`, and
    StoreError where the database cannot be read or the copy does not pass its check.
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
    with _alone(options), _unfinished(path, f"The backup {path} could not be written") as copy:
        _copy(source, copy)
        articles = _check(copy, source)
        copy.chmod(0o600)
        _sync(copy)
        copy.replace(path)
        _sync(path.parent)
    return BackupReport(path, articles, path.stat().st_size)


def restore_backup(options: IndexOptions, path: Path, *, force: bool = False) -> BackupReport:
    """Replace what is stored by what a backup holds.

    A database that is damaged itself is kept beside the new one, as `….damaged`. Raises UsageError where
    articles are stored already, unless `force`, and for a file that is no backup, StoreError for a damaged
    one: then nothing has changed.
    """
    target = _database_file(options)
    if not path.is_file():
        raise UsageError(f"There is no file {path}: name one that 'newsbot backup' wrote.")
    if target.exists() and path.samefile(target):
        raise UsageError(f"{path} is the database itself: name a backup of it.")
    articles = _check(path, path)
    stored = _count_articles(target)
    if stored and not force:
        raise UsageError(
            f"{stored:,} articles are stored: add --force to replace them by the {articles:,} of the backup."
        )
    with _alone(options), _unfinished(target, f"The backup {path} could not be restored") as copy:
        _copy(path, copy)
        database = Database.open(sqlite_url(copy))  # brings an older backup up to date
        database.rename()
        database.close()
        _replace(copy, target)
    return BackupReport(path, articles, path.stat().st_size)


def _database_file(options: IndexOptions) -> Path:
    file = sqlite_file(options.database_url or sqlite_url(options.data_dir / "news.db"))
    if file is None:
        raise UsageError(
            "The database is PostgreSQL: back it up with pg_dump and restore it with pg_restore."
        )
    return file


@contextmanager
def _alone(options: IndexOptions) -> Iterator[None]:
    """Keep other backups and restores of the same library away."""
    options.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(options.data_dir / "backup.lock", timeout=0):
            yield
    except Timeout:
        raise BusyError("Another backup or restore is under way: wait until that is done.") from None


@contextmanager
def _unfinished(path: Path, failed: str) -> Iterator[Path]:
    """Give the path for a copy beside `path`; what is left of it afterwards, or of an earlier one, goes."""
    copy = path.with_name(f".{path.name}.unfinished")
    try:
        _delete(copy)
        yield copy
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{failed} ({error}): check the disk and try again.") from error
    finally:
        _delete(copy)


def _files(database: Path) -> list[Path]:
    """Return a database's file and those that SQLite puts beside it, whether they exist or not."""
    return [Path(f"{database}{suffix}") for suffix in ("", "-wal", "-shm", "-journal")]


def _delete(database: Path) -> None:
    for file in _files(database):
        file.unlink(missing_ok=True)


def _copy(source: Path, copy: Path) -> None:
    """Write the database as it is at this moment to a new file, without stopping whoever writes to it."""
    with closing(_reading(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _replace(copy: Path, target: Path) -> None:
    """Make everything in a database another's, in one transaction; its readers go on meanwhile."""
    try:
        _overwrite(copy, target)
    except sqlite3.OperationalError:  # no fault of what is in the file
        raise
    except sqlite3.DatabaseError:  # too damaged to be written to
        for file in _files(target):
            with suppress(FileNotFoundError):
                file.replace(f"{file}.damaged")
        _overwrite(copy, target)


def _overwrite(copy: Path, target: Path) -> None:
    deadline = time.monotonic() + BUSY_SECONDS

    def progress(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise StoreError("The database is in use by a long job: try again when that has ended.")

    with closing(_reading(copy)) as source, closing(sqlite3.connect(target, timeout=1)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        source.backup(connection, progress=progress, sleep=_RETRY_SECONDS)


def _check(file: Path, named: Path) -> int:
    """Return how many articles a copy holds. Raises UsageError for another file, StoreError if damaged."""
    try:
        with closing(_reading(file)) as connection:
            kinds = {kind for (kind,) in connection.execute("SELECT type FROM sqlite_master")}
            # A trigger or a view would be somebody else's code.
            if _TABLES - _tables(connection) or kinds - {"table", "index"}:
                raise UsageError(f"{named} is no database of newsbot: name one that 'newsbot backup' wrote.")
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise StoreError(f"{named} is damaged ({_first_line(found)}): restore another backup.")
            return _articles(connection)
    except sqlite3.Error as error:
        raise StoreError(f"{named} is damaged or no database ({error}): use another backup.") from error


def _count_articles(file: Path) -> int | None:
    """Return how many articles a database holds; None where it is missing, or cannot be read any more."""
    if not file.exists():
        return None
    try:
        with closing(_reading(file)) as connection:
            return _articles(connection) if "articles" in _tables(connection) else 0
    except sqlite3.OperationalError as error:
        raise StoreError(f"The database {file} cannot be read ({error}): check the disk.") from error
    except sqlite3.DatabaseError:  # so SQLite says that a file is damaged, or never was a database
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
    """Wait until a file or a folder's list of files is on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
