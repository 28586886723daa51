"""Blocking calls off the event loop: no call that hangs holds up those that follow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from bot.interactions.request import begin_request
from bot.services.workers import Workers
from index import GOES_BEHIND, BusyError


async def test_calls_that_hang_are_given_up_and_take_no_thread_from_others() -> None:
    workers, hanging = Workers("hanging", threads=2, waiting=8, seconds=0.2), threading.Event()
    calls = [asyncio.create_task(workers.run(hanging.wait, 60)) for _ in range(4)]
    for call in calls:
        with pytest.raises(BusyError, match="takes too long at the moment: try again in a minute"):
            await call
    assert await workers.run(threading.current_thread)
    assert len(workers) == 0
    hanging.set()
    assert await workers.close(5)


async def test_a_call_may_raise_a_timeout_of_its_own() -> None:
    workers = Workers("own", threads=1, waiting=1, seconds=10)

    def late() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        await workers.run(late)
    assert await workers.close(5)


async def test_guilds_take_turns() -> None:
    """Nobody waits behind a hundred questions of one guild: one of them is begun, then another guild's."""
    workers, held = Workers("fair", threads=1, waiting=200), threading.Event()
    begun: list[str] = []

    async def ask(guild: int, name: str) -> None:
        begin_request(1, guild)
        await workers.run(begun.append, name)

    first = asyncio.create_task(workers.run(held.wait, 10))
    await asyncio.sleep(0)
    flood = [asyncio.create_task(ask(1, f"flood {number}")) for number in range(100)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(ask(guild, f"guild {guild}")) for guild in (2, 2, 3)]
    await asyncio.sleep(0)
    assert len(workers) == 104
    held.set()
    await asyncio.gather(first, *flood, *others)
    assert begun[:5] == ["flood 0", "guild 2", "guild 3", "flood 1", "guild 2"]
    assert len(begun) == 103
    assert await workers.close(5)


async def test_one_guild_cannot_fill_the_queue() -> None:
    workers, held = Workers("bounded", threads=1, waiting=10, each=2), threading.Event()

    async def ask(guild: int) -> bool:
        begin_request(1, guild)
        return await workers.run(held.wait, 10)

    calls = [asyncio.create_task(ask(1)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError, match="Too many requests are waiting"):
        await asyncio.create_task(ask(1))
    calls.append(asyncio.create_task(ask(2)))
    held.set()
    assert await asyncio.gather(*calls) == [True] * 4
    assert await workers.close(5)


async def test_whoever_stops_waiting_leaves_the_queue() -> None:
    workers, held = Workers("left", threads=1, waiting=1), threading.Event()
    running = asyncio.create_task(workers.run(held.wait, 10))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(workers.run(held.wait, 10))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(workers) == 1
    following = asyncio.create_task(workers.run(threading.current_thread))
    held.set()
    assert await running
    assert await following
    assert await workers.close(5)


async def test_one_guild_cannot_take_all_threads() -> None:
    workers, held = Workers("shared", threads=4, waiting=10, at_once=2), threading.Event()

    async def ask(guild: int) -> bool:
        begin_request(1, guild)
        return await workers.run(held.wait, 10)

    other = asyncio.create_task(ask(2))
    await asyncio.sleep(0)
    flood = [asyncio.create_task(ask(1)) for _ in range(6)]
    await asyncio.sleep(0)
    begin_request(1, 2)
    assert await asyncio.wait_for(workers.run(threading.current_thread), 5)
    held.set()
    assert await asyncio.gather(other, *flood) == [True] * 7
    assert await workers.close(5)


async def test_a_guild_that_asks_alone_has_all_threads() -> None:
    workers, all_run = Workers("alone", threads=4, waiting=10, at_once=2), threading.Barrier(4)
    begin_request(1, 1)
    await asyncio.gather(*(workers.run(all_run.wait, 5) for _ in range(4)))
    assert await workers.close(5)


async def test_where_others_asked_lately_a_guild_has_its_share_of_the_threads() -> None:
    now = [0.0]
    workers = Workers("lately", threads=2, waiting=10, at_once=1, clock=lambda: now[0])
    started = [threading.Event(), threading.Event()]
    held = threading.Event()

    async def ask(guild: int, work: Callable[[], object]) -> None:
        begin_request(1, guild)
        await workers.run(work)

    def used() -> None:
        now[0] += 0.2

    def runs(place: int) -> Callable[[], object]:
        return lambda: (started[place].set(), held.wait(10))

    await ask(2, used)
    flood = [asyncio.create_task(ask(1, runs(place))) for place in range(2)]
    assert await asyncio.to_thread(started[0].wait, 5)
    assert len(workers) == 2
    assert not started[1].is_set()
    await ask(2, used)  # which finds a free thread
    now[0] += 120
    another = asyncio.create_task(ask(1, lambda: None))  # the second of the flood begins with it
    assert await asyncio.to_thread(started[1].wait, 5)
    held.set()
    await asyncio.gather(*flood, another)
    assert await workers.close(5)


async def test_a_guild_that_has_used_the_threads_a_lot_waits_for_the_others() -> None:
    """Until it has used them little for a while: then it takes its turn as the others do."""
    now, begun = [0.0], list[str]()
    workers = Workers("used", threads=1, waiting=20, clock=lambda: now[0])

    def use(name: str, seconds: float) -> None:
        begun.append(name)
        now[0] += seconds

    async def ask(guild: int, name: str, seconds: float = 0.2) -> None:
        begin_request(1, guild)
        await workers.run(use, name, seconds)

    async def order() -> list[str]:
        held = threading.Event()
        begin_request(1, 9)
        first = asyncio.create_task(workers.run(held.wait, 10))
        await asyncio.sleep(0)
        calls = [asyncio.create_task(ask(guild, f"guild {guild}")) for guild in (1, 1, 2, 3, 2)]
        await asyncio.sleep(0)
        begun.clear()
        held.set()
        await asyncio.gather(first, *calls)
        return begun.copy()

    await ask(1, "long", 3.0)
    assert await order() == ["guild 2", "guild 3", "guild 2", "guild 1", "guild 1"]
    now[0] += 60
    assert await order() == ["guild 1", "guild 2", "guild 3", "guild 1", "guild 2"]
    assert await workers.close(5)


async def test_a_guild_that_has_used_them_much_more_than_another_goes_behind_while_it_is_served() -> None:
    now = [0.0]
    workers = Workers("behind", threads=1, waiting=20, clock=lambda: now[0])

    def use(seconds: float) -> bool:
        now[0] += seconds
        return GOES_BEHIND.get()

    async def behind(guild: int, seconds: float = 0.2) -> bool:
        begin_request(1, guild)
        return await workers.run(use, seconds)

    assert not await behind(1, 4.0)
    assert not await behind(1)  # nobody else asks
    assert not await behind(2)
    assert await behind(1)
    assert not await behind(2, 4.0)
    assert not await behind(1)  # both ask much
    assert not await behind(3)
    assert await behind(2)
    now[0] += 60
    assert not await behind(2)
    assert await workers.close(5)
