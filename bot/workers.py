"""Blocking calls off the event loop: a few threads, and a queue that may not grow without end."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from index import BusyError

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """`threads` calls run at once and `waiting` more may wait; whoever comes then is told to come later."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._limit = threads + waiting
        self._unfinished: set[concurrent.futures.Future[Any]] = set()

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call` returns. Raises BusyError when too many calls wait already.

        A caller that is cancelled stops waiting; a call that runs already runs to its end and counts until
        then, because a thread cannot be interrupted.
        """
        if len(self._unfinished) >= self._limit:
            raise BusyError("Too many requests are waiting: try again in a few seconds.")
        try:
            future = self._pool.submit(partial(call, *args, **kwargs))
        except RuntimeError:  # so the pool says that it has been closed
            raise BusyError("The bot is shutting down: try again in a minute.") from None
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return await asyncio.wrap_future(future)

    async def close(self, seconds: float) -> bool:
        """Take no more calls, drop those that wait, give those that run some time; whether all ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, late = await asyncio.to_thread(concurrent.futures.wait, list(self._unfinished), seconds)
        return not late
