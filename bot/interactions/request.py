"""Marks all log lines that one interaction or message causes, down to the database, with its id, and tells
for whom it is done.

Both are kept in context variables, which asyncio tasks and `Workers` copy. Imports structlog, as
`config.logging` does.
"""

from __future__ import annotations

from contextvars import ContextVar

from structlog.contextvars import bind_contextvars, clear_contextvars

_asker: ContextVar[int] = ContextVar("asker", default=0)


def begin_request(id: int, asker: int = 0) -> None:
    """Log everything that this task does from now on with the id of an interaction or a message.

    `asker` is the guild, or in direct messages the person, for whom it is done.
    """
    clear_contextvars()
    bind_contextvars(request=str(id))
    _asker.set(asker)


def asker() -> int:
    """Return for which guild or person this task works; 0 for what the bot does by itself."""
    return _asker.get()
