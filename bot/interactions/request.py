"""Marks all log lines that one interaction or message causes, down to the database, with its id.

The id is kept in a context variable, which asyncio tasks and `Workers` copy. Imports structlog, as
`config.logging` does.
"""

from __future__ import annotations

from structlog.contextvars import bind_contextvars, clear_contextvars


def begin_request(id: int) -> None:
    """Log everything that this task does from now on with the id of an interaction or a message."""
    clear_contextvars()
    bind_contextvars(request=str(id))
