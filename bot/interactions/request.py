"""What belongs together in the log: all that one interaction or message brings about, down to the database.

The id travels in a context variable, which tasks and `Workers` take along. Imports structlog, as
`config.logging` does.
"""

from __future__ import annotations

from structlog.contextvars import bind_contextvars, clear_contextvars


def begin_request(id: int) -> None:
    """Name the request that this task works for from now on: by Discord's id of what was sent."""
    clear_contextvars()
    bind_contextvars(request=str(id))
