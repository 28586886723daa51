"""Holds leases on the shards of this process, so that no other process runs one of them and answers twice.

The processes of a bot also identify to Discord in turn, because Discord refuses those that come too soon.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from discord.ext import commands

from bot.services.background import BackgroundLoop
from bot.services.services import Services
from index import BusyError, StoreError

EVERY_SECONDS = 5.0
# Longer than the leases of a process that was killed last.
PATIENCE_SECONDS = 20
# Of the shards whose numbers have the same remainder modulo Discord's `max_concurrency`, one may identify in
# five seconds. Half a second more covers the time of connecting.
IDENTIFY_SECONDS = 5.5
# Between two looks whether this process may identify.
LOOK_SECONDS = 0.25

log = logging.getLogger(__name__)


class Shards(BackgroundLoop):
    """Takes the leases of the shards when it is loaded, and checks every few seconds that it still has them.

    `on_lost` is called with the error to report where another process has taken one of the shards.
    """

    def __init__(
        self, bot: commands.AutoShardedBot, services: Services, on_lost: Callable[[BusyError], None]
    ) -> None:
        super().__init__(bot, services, "holding of shards", EVERY_SECONDS)
        self._on_lost = on_lost
        self._names: list[str] = []
        self._holder = ""
        self._free: Callable[[str], None] | None = None
        self._at_once = 1  # shards that may identify at the same time
        self._identifying: set[asyncio.Task[None]] = set()

    async def cog_load(self) -> None:
        """Take the leases of the shards, and wait up to `PATIENCE_SECONDS` for another process to end.

        Raises BusyError where another process still runs one of them.
        """
        recommended, _, limits = await self.bot.http.get_bot_gateway()
        self._at_once = limits["max_concurrency"]
        self.bot.shard_count = count = self.bot.shard_count or recommended
        shards = self.bot.shard_ids or range(count)
        self._names = [f"shard {self.bot.application_id} {shard}/{count}" for shard in shards]
        for _ in range(PATIENCE_SECONDS):
            if await self._take():
                log.info("shards.held first=%d last=%d count=%d", shards[0], shards[-1], count)
                return await super().cog_load()
            await asyncio.sleep(1)
        raise BusyError(self._taken())

    async def round(self) -> None:
        """Check that the leases are still held; call `on_lost` where another process has taken one."""
        leases = self.library.index.leases
        if await self.workers.run(leases.holds, self._holder, self._names):
            return
        await self.workers.run(leases.free, self._holder)
        if not await self._take():
            self._on_lost(BusyError(self._taken()))

    async def turn_to_identify(self, shard: int) -> None:
        """Wait until no other process identifies in this shard's place, and take it for some seconds."""
        leases = self.library.index.leases
        name = f"identify {self.bot.application_id} {shard % self._at_once}"
        try:
            while not (holder := await self.workers.run(leases.take, [name])):
                await asyncio.sleep(LOOK_SECONDS)
        except (
            StoreError
        ) as error:  # Discord refuses a shard that comes too soon, which then waits five seconds
            log.warning("shards.identify turn=unknown shard=%d why=%r", shard, str(error))
            return
        passing = asyncio.create_task(self._pass_on(holder))
        self._identifying.add(passing)
        passing.add_done_callback(self._identifying.discard)

    async def _pass_on(self, holder: str) -> None:
        while True:  # without this, the lease would last as long as this process
            await asyncio.sleep(IDENTIFY_SECONDS)
            with suppress(BusyError):
                return await self.workers.run(self.library.index.leases.free, holder)

    async def _take(self) -> bool:
        leases = self.library.index.leases
        self._free = leases.free
        holder = await self.workers.run(leases.take, self._names)
        self._holder = holder or ""
        return bool(self._holder)

    async def cog_unload(self) -> None:
        self.stop()
        for task in self._identifying:  # closing the library frees their leases
            task.cancel()
        if self._free and self._holder:
            await self.workers.run(self._free, self._holder)
        await super().cog_unload()

    def _taken(self) -> str:
        shards = self.bot.shard_ids or range(self.bot.shard_count or 1)
        mine = f"{shards[0]}-{shards[-1]}" if len(shards) > 1 else f"{shards[0]}"
        return (
            f"Another process runs shard {mine} of {self.bot.shard_count} or part of it: "
            "stop it, or give each process a share of its own in NEWS_SHARDS."
        )
