"""Holds the shards of this process, so that no other runs one of them: each event would be answered twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.watch import Watch
from index import BusyError

if TYPE_CHECKING:
    from bot.client import NewsBot

SECONDS = 5.0
# Longer than a process that was killed holds its shards.
PATIENCE_SECONDS = 20
# A server has to be told which one it was.
MAX_NAMED = 5

log = logging.getLogger(__name__)


class Shards(Watch):
    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, "holding of shards", SECONDS)
        self._names: list[str] = []
        self._holder = ""
        self._free: Callable[[str], None] | None = None

    async def cog_load(self) -> None:
        """Take the shards, as soon as who had them has ended. Raises BusyError where another runs one."""
        if self.bot.shard_count is None:  # as many as Discord recommends
            self.bot.shard_count, *_ = await self.bot.http.get_bot_gateway()
        count = self.bot.shard_count
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

    async def _take(self) -> bool:
        leases = self.bot.index.leases
        self._free = leases.free
        holder = await self.workers.run(leases.take, self._names)
        self._holder = holder or ""
        return bool(self._holder)

    async def cog_unload(self) -> None:
        self.stop()
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
