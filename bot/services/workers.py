"""Runs blocking calls in a few threads, with a queue of limited length."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from bot.text.language import _
from index import BusyError

# A caller that waits longer is told its place in the queue.
QUEUE_SECONDS = 1.5

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """Runs `threads` calls at once and lets `waiting` more wait; further ones get BusyError.

    With `seconds`, a caller that waits longer gets BusyError, and the threads are replaced, so that a call
    that hangs does not keep a thread from other calls.
    """

    def __init__(self, name: str, threads: int, waiting: int, seconds: float | None = None) -> None:
        self._name = name
        self._new_pool = partial(concurrent.futures.ThreadPoolExecutor, threads, thread_name_prefix=name)
        self._pool = self._new_pool()
        self._limit = threads + waiting
        self._seconds = seconds
        # Ordered by when they were submitted; the values are not used.
        self._unfinished: dict[concurrent.futures.Future[Any], None] = {}

    def __len__(self) -> int:
        """Return how many calls run or wait."""
        return len(self._unfinished)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `call` in a thread and return what it returns.

        Raises BusyError where too many calls wait already or this one takes too long. A cancelled caller
        stops waiting, but a call that has begun runs to its end and counts until then: threads cannot be
        interrupted.
        """
        return await self.run_queued(None, call, *args, **kwargs)

    async def run_queued(
        self,
        on_queued: Callable[[int], Awaitable[None]] | None,
        call: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do as `run`, and call `on_queued` with the place in the queue, from 1, while the call waits."""
        # The call gets the caller's context variables, such as the language of the texts that it draws.
        called = partial(contextvars.copy_context().run, call, *args, **kwargs)
        pool = self._pool
        future = asyncio.wrap_future(submitted := self._submit(called))
        shown_place = 0
        try:
            async with asyncio.timeout(self._seconds) as waiting:
                while on_queued and not (await asyncio.wait({future}, timeout=QUEUE_SECONDS))[0]:
                    place = self._place(submitted)
                    if place > 0 and place != shown_place:
                        await on_queued(shown_place := place)
                return await future
        except TimeoutError:
            if not waiting.expired():
                raise
            self._replace(pool)
            raise BusyError(_("This takes too long at the moment: try again in a minute.")) from None

    def _replace(self, pool: concurrent.futures.ThreadPoolExecutor) -> None:
        """Replace a pool in which a call does not end, because its threads may hang or be dead."""
        if self._pool is not pool:
            return
        log.error("workers.hang name=%s unfinished=%d", self._name, len(self))
        pool.shutdown(wait=False)
        self._pool = self._new_pool()
        self._unfinished.clear()

    def _place(self, future: concurrent.futures.Future[Any]) -> int:
        waiting = [call for call in list(self._unfinished) if not call.running()]
        return waiting.index(future) + 1 if future in waiting else 0

    def _submit(self, call: Callable[[], T]) -> concurrent.futures.Future[T]:
        if len(self._unfinished) >= self._limit:
            raise BusyError(_("Too many requests are waiting: try again in a few seconds."))
        try:
            future = self._pool.submit(call)
        except RuntimeError:  # raised by a pool that has been shut down
            raise BusyError(_("The bot is shutting down: try again in a minute.")) from None
        self._unfinished[future] = None
        future.add_done_callback(lambda done: self._unfinished.pop(done, None))
        return future

    async def close(self, seconds: float) -> bool:
        """Take no further calls, drop those that wait, and give those that run `seconds` to end.

        Returns whether all have ended.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, late = await asyncio.to_thread(concurrent.futures.wait, list(self._unfinished), seconds)
        return not late
