"""Runs blocking calls in a few threads, with a queue of limited length in which guilds take turns."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar

from bot.interactions.request import asker
from bot.text.language import _
from index import GOES_BEHIND, BusyError

# A caller that waits longer is told its place in the queue.
QUEUE_SECONDS = 1.5
# What a guild has used of the threads counts half after so many seconds, and less than this of it not at all.
HALF_LIFE_SECONDS = 10.0
USED_SECONDS = 1.0
# Who has used so many seconds of the threads, and twice as much as another, goes behind others while served.
MUCH_SECONDS = 3.0

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(eq=False)
class _Call:
    """A call that waits or runs. `pool` is where it runs, since the time `began`; None while it waits."""

    asker: int
    work: Callable[[], Any]
    context: contextvars.Context
    future: concurrent.futures.Future[Any] = field(default_factory=concurrent.futures.Future)
    pool: concurrent.futures.ThreadPoolExecutor | None = None
    began: float = 0.0


class _Usage:
    """How many seconds of the threads each asker has used lately."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._used: dict[int, tuple[float, float]] = {}  # seconds, and at which time

    def add(self, asker: int, seconds: float) -> None:
        self._used[asker] = self.seconds(asker) + seconds, self._clock()
        for forgotten in self._used.keys() - self.askers():
            del self._used[forgotten]

    def seconds(self, asker: int) -> float:
        used, at = self._used.get(asker, (0.0, 0.0))
        return float(used * 0.5 ** ((self._clock() - at) / HALF_LIFE_SECONDS))

    def askers(self) -> set[int]:
        """Return who has used the threads lately."""
        return {asker for asker in self._used if self.seconds(asker) >= USED_SECONDS / 100}

    def goes_behind(self, asker: int) -> bool:
        """Return whether an asker has used the threads much, and more than another who used them lately."""
        used = self.seconds(asker)
        others = self.askers() - {asker}
        return used >= MUCH_SECONDS and any(2 * self.seconds(other) < used for other in others)

    def steps(self, asker: int) -> int:
        """Return the seconds in whole steps, so that all who ask now and then are alike."""
        return int(self.seconds(asker) / USED_SECONDS)


class Workers:
    """Runs `threads` calls at once and lets `waiting` more wait; further ones get BusyError.

    Those for whom calls wait (guilds, people in direct messages, and the bot itself) take turns: one that
    asks a lot waits for itself, and others do not wait behind it. One that has used the threads for a while
    lately goes behind those that have used them less. Of one of them at most `each` calls wait and, as long
    as there are calls of others or were lately, at most `at_once` run, where these are given. With `seconds`,
    a caller that waits longer gets BusyError, and the threads are replaced, so that a call that hangs does
    not keep a thread from other calls.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        waiting: int,
        seconds: float | None = None,
        *,
        at_once: int | None = None,
        each: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._threads = threads
        self._new_pool = partial(concurrent.futures.ThreadPoolExecutor, threads, thread_name_prefix=name)
        self._pool = self._new_pool()
        self._limit = threads + waiting
        self._at_once = at_once or threads
        self._each = each
        self._seconds = seconds
        self._closed = False
        self._clock = clock
        # Calls end in their threads: the lock guards all below. Of those that have used as much, the first of
        # the queues has the next turn.
        self._lock = threading.Lock()
        self._usage = _Usage(clock)
        self._queues: dict[int, deque[_Call]] = {}
        self._running: set[_Call] = set()

    def __len__(self) -> int:
        """Return how many calls run or wait."""
        with self._lock:
            return len(self._running) + sum(map(len, self._queues.values()))

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
        called = _Call(asker(), partial(call, *args, **kwargs), contextvars.copy_context())
        self._submit(called)
        future: asyncio.Future[T] = asyncio.wrap_future(called.future)
        shown_place = 0
        try:
            async with asyncio.timeout(self._seconds) as waiting:
                while on_queued and not (await asyncio.wait({future}, timeout=QUEUE_SECONDS))[0]:
                    place = self._place(called)
                    if place > 0 and place != shown_place:
                        await on_queued(shown_place := place)
                return await future
        except TimeoutError:
            if not waiting.expired():
                raise
            self._give_up(called)
            raise BusyError(_("This takes too long at the moment: try again in a minute.")) from None
        finally:
            self._drop(called)

    def _submit(self, call: _Call) -> None:
        with self._lock:
            if self._closed:
                raise BusyError(_("The bot is shutting down: try again in a minute."))
            queue = self._queues.get(call.asker, deque())
            total = len(self._running) + sum(map(len, self._queues.values()))
            is_long = self._each is not None and len(queue) >= max(1, self._each)
            if total >= self._limit or is_long:
                raise BusyError(_("Too many requests are waiting: try again in a few seconds."))
            self._queues.setdefault(call.asker, queue).append(call)
            self._begin_next()

    def _begin_next(self) -> None:
        """Begin the calls whose turn it is, as long as threads are free. The lock has to be held."""
        while len(self._running) < self._threads and not self._closed:
            running = Counter(call.asker for call in self._running)
            alone = len(running.keys() | self._queues.keys() | self._usage.askers()) == 1
            admitted = [one for one in self._queues if alone or running[one] < self._at_once]
            if not admitted:
                return
            turn = min(admitted, key=self._usage.steps)
            queue = self._queues.pop(turn)
            call = queue.popleft()
            if queue:
                self._queues[turn] = queue  # behind all others
            if call.future.set_running_or_notify_cancel():
                call.context.run(GOES_BEHIND.set, self._usage.goes_behind(turn))
                call.pool, call.began = self._pool, self._clock()
                self._running.add(call)
                self._pool.submit(self._work, call)

    def _work(self, call: _Call) -> None:
        try:
            end = partial(call.future.set_result, call.context.run(call.work))
        except BaseException as error:  # raised where the result is waited for
            end = partial(call.future.set_exception, error)
        with self._lock:
            self._running.discard(call)
            self._usage.add(call.asker, self._clock() - call.began)
            self._begin_next()
        end()

    def _give_up(self, call: _Call) -> None:
        """Replace the threads where a call that runs in them does not end: they may hang or be dead."""
        with self._lock:
            if call.pool is None or call.pool is not self._pool or call not in self._running:
                return
            log.error("workers.hang name=%s running=%d", self._name, len(self._running))
            self._pool.shutdown(wait=False)
            self._pool = self._new_pool()
            self._running.clear()
            self._begin_next()

    def _drop(self, call: _Call) -> None:
        """Take a call out of its queue that nobody waits for any longer and that has not begun."""
        with self._lock:
            queue = self._queues.get(call.asker)
            if call.pool is None and queue and call in queue:
                queue.remove(call)
                call.future.cancel()
                if not queue:
                    del self._queues[call.asker]

    def _place(self, call: _Call) -> int:
        """Return after how many calls it is the turn of one that waits, with itself; 0 once it has begun."""
        with self._lock:
            queue = self._queues.get(call.asker, deque())
            if call not in queue:
                return 0
            ahead, used = queue.index(call), self._usage.steps(call.asker)
            place = ahead + 1
            for one, other in self._queues.items():
                if one != call.asker and self._usage.steps(one) <= used:
                    less = self._usage.steps(one) < used
                    place += len(other) if less else min(len(other), ahead + 1)
            return place

    async def close(self, seconds: float) -> bool:
        """Take no further calls, drop those that wait, and give those that run `seconds` to end.

        Returns whether all have ended.
        """
        with self._lock:
            self._closed = True
            waiting = [call for queue in self._queues.values() for call in queue]
            self._queues.clear()
            running = [call.future for call in self._running]
        for call in waiting:
            call.future.cancel()
        self._pool.shutdown(wait=False, cancel_futures=False)
        _, late = await asyncio.to_thread(concurrent.futures.wait, running, seconds)
        return not late
