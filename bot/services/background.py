"""Looking again and again for something to send; a round that fails is not the last."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from bot.services.workers import Workers
from index import NewsError

if TYPE_CHECKING:
    from bot.client import NewsBot

WAITING = 8
CALL_SECONDS = 120.0
# Longer than a round takes that sends to thousands of people.
ROUND_SECONDS = 900.0

log = logging.getLogger(__name__)


class Watch(commands.Cog):
    """A cog that does its `round` every so many seconds. People who ask never wait for its `workers`.

    `name` is what it does ("sending of alerts"), for those who look after the bot.
    """

    def __init__(self, bot: NewsBot, name: str, seconds: float) -> None:
        self.bot = bot
        self.workers = Workers(name, 1, WAITING, CALL_SECONDS)
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
        await self.workers.close(self.bot.patience)

    @tasks.loop()
    async def _watch(self) -> None:
        try:
            with self.bot.index.faults.watching(self._name, ROUND_SECONDS):
                await self.round()
        except Exception as error:  # the loop would end for good
            known = isinstance(error, NewsError)
            log.warning("watch.failed name=%r why=%r", self._name, str(error), exc_info=not known)

    @_watch.before_loop
    async def _begin(self) -> None:
        await self.bot.wait_until_ready()
