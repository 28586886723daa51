"""Holds the shards of this process, so that no other runs one of them: each event would be answered twice.

All processes of a bot identify in turn, too: those that do so too soon are turned away by Discord.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.services.background import Watch
from index import BusyError, StoreError

if TYPE_CHECKING:
    from bot.client import NewsBot

SECONDS = 5.0
# Longer than a process that was killed holds its shards.
PATIENCE_SECONDS = 20
# Of the shards whose numbers have the same rest by `max_concurrency`, one may identify in five seconds;
# connecting before that takes a part of a second.
IDENTIFY_SECONDS = 5.5
# How often to look whether it is one's turn.
LOOK_SECONDS = 0.25

log = logging.getLogger(__name__)


class Shards(Watch):
    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, "holding of shards", SECONDS)
        self._names: list[str] = []
        self._holder = ""
        self._free: Callable[[str], None] | None = None
        self._at_once = 1  # shards that may identify at once
        self._identifying: set[asyncio.Task[None]] = set()

    async def cog_load(self) -> None:
        """Take the shards, as soon as who had them has ended. Raises BusyError where another runs one."""
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
        """See that they are still held; end the bot where another process has taken one meanwhile."""
        leases = self.bot.index.leases
        if await self.workers.run(leases.holds, self._holder, self._names):
            return
        await self.workers.run(leases.free, self._holder)
        if not await self._take():
            self.bot.end(BusyError(self._taken()))

    async def turn_to_identify(self, shard: int) -> None:
        """Wait until no other process identifies where this shard has to, then keep them waiting."""
        leases = self.bot.index.leases
        name = f"identify {self.bot.application_id} {shard % self._at_once}"
        try:
            while not (holder := await self.workers.run(leases.take, [name])):
                await asyncio.sleep(LOOK_SECONDS)
        except StoreError as error:  # who comes too soon is turned away for five seconds, no worse
            log.warning("shards.identify turn=unknown shard=%d why=%r", shard, str(error))
            return
        passing = asyncio.create_task(self._pass_on(holder))
        self._identifying.add(passing)
        passing.add_done_callback(self._identifying.discard)

    async def _pass_on(self, holder: str) -> None:
        while True:  # it would be held as long as this process lives
            await asyncio.sleep(IDENTIFY_SECONDS)
            with suppress(BusyError):
                return await self.workers.run(self.bot.index.leases.free, holder)

    async def _take(self) -> bool:
        leases = self.bot.index.leases
        self._free = leases.free
        holder = await self.workers.run(leases.take, self._names)
        self._holder = holder or ""
        return bool(self._holder)

    async def cog_unload(self) -> None:
        self.stop()
        for each in self._identifying:  # what they hold is let go of with the library
            each.cancel()
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
