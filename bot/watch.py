"""Looking again and again for something to send; a round that fails is not the last."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from bot.workers import Workers

if TYPE_CHECKING:
    from bot.client import NewsBot

WAITING = 8
CLOSE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Watch(commands.Cog):
    """A cog that does its `round` every so many seconds. People who ask never wait for its `workers`."""

    def __init__(self, bot: NewsBot, name: str, seconds: float) -> None:
        self.bot = bot
        self.workers = Workers(name, threads=1, waiting=WAITING)
        self._name = name
        self._watch.change_interval(seconds=seconds)

    async def round(self) -> None:
        """Look once."""
        raise NotImplementedError

    async def cog_load(self) -> None:
        self._watch.start()

    def stop(self) -> None:
        """Look no more by itself."""
        self._watch.cancel()

    async def cog_unload(self) -> None:
        self.stop()
        await self.workers.close(CLOSE_SECONDS)

    @tasks.loop()
    async def _watch(self) -> None:
        try:
            await self.round()
        except Exception:  # the loop would end for good
            log.exception("watch.failed name=%s", self._name)

    @_watch.before_loop
    async def _begin(self) -> None:
        await self.bot.wait_until_ready()
