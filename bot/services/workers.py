"""Blocking calls off the event loop: a few threads, and a queue that may not grow without end."""

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

# Whoever waits longer is told how many are before them.
QUEUE_SECONDS = 1.5

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """`threads` calls run at once and `waiting` more may wait; whoever comes then is told to come later.

    Nobody waits longer than `seconds`, where that is given; a call that hangs takes no thread from others.
    """

    def __init__(self, name: str, threads: int, waiting: int, seconds: float | None = None) -> None:
        self._name = name
        self._new_pool = partial(concurrent.futures.ThreadPoolExecutor, threads, thread_name_prefix=name)
        self._pool = self._new_pool()
        self._limit = threads + waiting
        self._seconds = seconds
        # In the order in which they are done; the values mean nothing.
        self._unfinished: dict[concurrent.futures.Future[Any], None] = {}

    def __len__(self) -> int:
        """Return how many calls run or wait."""
        return len(self._unfinished)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call` returns. Raises BusyError when too many calls wait already.

        A caller that is cancelled stops waiting; a call that runs already runs to its end and counts until
        then, because a thread cannot be interrupted.
        """
        return await self.run_queued(None, call, *args, **kwargs)

    async def run_queued(
        self,
        on_queued: Callable[[int], Awaitable[None]] | None,
        call: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do as `run` does, and tell `on_queued` the call's place in the queue, from 1, while it waits."""
        # A call speaks the language of its caller, as in what it draws.
        called = partial(contextvars.copy_context().run, call, *args, **kwargs)
        pool = self._pool
        future = asyncio.wrap_future(submitted := self._submit(called))
        told = 0
        try:
            async with asyncio.timeout(self._seconds) as waiting:
                while on_queued and not (await asyncio.wait({future}, timeout=QUEUE_SECONDS))[0]:
                    place = self._place(submitted)
                    if place > 0 and place != told:
                        await on_queued(told := place)
                return await future
        except TimeoutError:
            if not waiting.expired():
                raise
            self._replace(pool)
            raise BusyError(_("This takes too long at the moment: try again in a minute.")) from None

    def _replace(self, pool: concurrent.futures.ThreadPoolExecutor) -> None:
        """Let new threads do what comes next: those of a pool where a call does not end hang, or are dead."""
        if self._pool is not pool:
            return
        log.error("workers.hang name=%s unfinished=%d", self._name, len(self))
        pool.shutdown(wait=False)
        self._pool = self._new_pool()
        self._unfinished.clear()

    def _place(self, future: concurrent.futures.Future[Any]) -> int:
        waiting = [each for each in list(self._unfinished) if not each.running()]
        return waiting.index(future) + 1 if future in waiting else 0

    def _submit(self, call: Callable[[], T]) -> concurrent.futures.Future[T]:
        if len(self._unfinished) >= self._limit:
            raise BusyError(_("Too many requests are waiting: try again in a few seconds."))
        try:
            future = self._pool.submit(call)
        except RuntimeError:  # so the pool says that it has been closed
            raise BusyError(_("The bot is shutting down: try again in a minute.")) from None
        self._unfinished[future] = None
        future.add_done_callback(lambda done: self._unfinished.pop(done, None))
        return future

    async def close(self, seconds: float) -> bool:
        """Take no more calls, drop those that wait, give those that run some time; whether all ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, late = await asyncio.to_thread(concurrent.futures.wait, list(self._unfinished), seconds)
        return not late
