"""The opened news library of the bot, and the threads in which its blocking calls run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.services.workers import Workers
from bot.text.language import _
from index import BusyError, Deadline, ModelError

if TYPE_CHECKING:
    from index import NewsIndex

# Four questions run at once. More threads would only wait for each other, because the model and the search
# use all cores for a single question.
THREADS, WAITING = 4, 256
# A question takes 0.1 seconds, its wait in a full queue 20 seconds. A call that takes longer than this hangs.
CALL_SECONDS = 120.0
# A process manager waits ten seconds between SIGTERM and SIGKILL. All calls that are running when the bot
# closes share these seconds; what is left of the ten is for closing the library.
CLOSE_SECONDS = 5.5

log = logging.getLogger(__name__)


class Library:
    """A `NewsIndex` that `open_index` opens in a thread, and the worker threads that call it.

    `workers` run questions and everything else that searches. `records` runs small reads and writes in a
    thread of its own, so that these and questions do not wait for each other.
    """

    def __init__(self, open_index: Callable[[], NewsIndex]) -> None:
        self.workers = Workers("index", THREADS, WAITING, CALL_SECONDS)
        self.records = Workers("records", 1, 4 * WAITING, CALL_SECONDS)
        self._open_index = open_index
        self._index: NewsIndex | None = None
        self._closing: Deadline | None = None

    @property
    def index(self) -> NewsIndex:
        """The opened `NewsIndex`. Its methods block: call them through `workers` or `records`.

        Raises BusyError until it has been opened.
        """
        if self._index is None:
            raise BusyError(_("The news library is still being opened: try again in a few seconds."))
        return self._index

    @property
    def patience(self) -> float:
        """How many seconds running calls may still take when the bot, or one of its cogs, closes."""
        return self._closing.left() if self._closing else CLOSE_SECONDS

    async def open(self) -> None:
        """Open the index and load its model in a worker thread. Raises what `open_index` raises."""
        await self.workers.run(self._open)

    def _open(self) -> None:
        # Stored by the thread itself: `close` then finds the index even where the bot was closed before
        # `open` returned.
        self._index = self._open_index()
        # Without its model the index answers by words alone, and tries to load the model again later.
        with suppress(ModelError):
            self._index.load_model()

    def begin_closing(self) -> None:
        """Start the `CLOSE_SECONDS` that all running calls share from now on."""
        self._closing = Deadline(CLOSE_SECONDS)

    async def close(self) -> None:
        """Drop the calls that wait, give those that run `patience` seconds, and close the index."""
        for workers in (self.workers, self.records):
            if not await workers.close(self.patience):
                log.warning("bot.close calls=unfinished")
        if self._index is not None:
            await asyncio.to_thread(self._index.close)
