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
# Guilds that may have so many questions waiting at the same time. They take turns, and each has one thread
# while others ask, or did lately, so that a question never shares the cores with several of one guild.
GUILDS_WAITING, THREADS_EACH = 8, 1
# A question takes 0.1 seconds, its wait in a full queue 20 seconds. A call that takes longer than this hangs.
CALL_SECONDS = 120.0
# Small reads take milliseconds; a second thread goes on where one of them takes long, as a large export does.
RECORD_THREADS = 2
# A writer waits up to a minute for another process that writes, and those behind it are done in no time.
WRITE_SECONDS = 150.0
# A process manager waits ten seconds between SIGTERM and SIGKILL. All calls that are running when the bot
# closes share these seconds; what is left of the ten is for closing the library.
CLOSE_SECONDS = 5.5

log = logging.getLogger(__name__)


class Library:
    """A `NewsIndex` that `open_index` opens in a thread, and the worker threads that call it.

    Three lanes, each with threads of its own, so that none waits for another: `workers` run questions and
    everything else that searches, `records` run small reads, `writes` runs all that changes something. Where
    another process keeps the database locked, only `writes` waits.
    """

    def __init__(self, open_index: Callable[[], NewsIndex]) -> None:
        self.workers = Workers(
            "index", THREADS, GUILDS_WAITING * WAITING, CALL_SECONDS, at_once=THREADS_EACH, each=WAITING
        )
        self.records = Workers("records", RECORD_THREADS, 4 * WAITING, CALL_SECONDS)
        self.writes = Workers("writes", 1, 4 * WAITING, WRITE_SECONDS)
        self._open_index = open_index
        self._index: NewsIndex | None = None
        self._closing: Deadline | None = None

    @property
    def index(self) -> NewsIndex:
        """The opened `NewsIndex`. Its methods block: call them through `workers`, `records` or `writes`.

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
        for workers in (self.workers, self.records, self.writes):
            if not await workers.close(self.patience):
                log.warning("bot.close calls=unfinished")
        if self._index is not None:
            await asyncio.to_thread(self._index.close)
