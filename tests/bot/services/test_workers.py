"""Blocking calls off the event loop: no call that hangs holds up those that follow."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.services.workers import Workers
from index import BusyError


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
