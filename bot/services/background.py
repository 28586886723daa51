"""Looking again and again for something to send; a round that fails is not the last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import ParamSpec

from discord.ext import commands, tasks

from bot.services.services import Services
from bot.services.workers import Workers
from index import NewsError

WAITING = 8
CALL_SECONDS = 120.0
# Longer than a round takes that sends to thousands of people.
ROUND_SECONDS = 900.0

P = ParamSpec("P")

log = logging.getLogger(__name__)


class BackgroundLoop(commands.Cog):
    """A cog that does its `round` every so many seconds. People who ask never wait for its `workers`.

    `name` is what it does ("sending of alerts"), for those who look after the bot.
    """

    def __init__(self, bot: commands.AutoShardedBot, services: Services, name: str, seconds: float) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
        self.workers = Workers(name, 1, WAITING, CALL_SECONDS)
        self._name = name
        self._loop.change_interval(seconds=seconds)

    async def round(self) -> None:
        """Look once."""
        raise NotImplementedError

    async def cog_load(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """Look no more by itself."""
        self._loop.cancel()

    async def cog_unload(self) -> None:
        self.stop()
        await self.workers.close(self.library.patience)

    @tasks.loop()
    async def _loop(self) -> None:
        try:
            with self.library.index.faults.watching(self._name, ROUND_SECONDS):
                await self.round()
        except Exception as error:  # the loop would end for good
            known = isinstance(error, NewsError)
            log.warning("watch.failed name=%r why=%r", self._name, str(error), exc_info=not known)

    @_loop.before_loop
    async def _begin(self) -> None:
        await self.bot.wait_until_ready()


class Sender(BackgroundLoop):
    """A watch that claims messages, sends them and notes that they were sent.

    Discord knows a message that is sent twice for some minutes, but a database may be away for longer. So
    whoever has sent something notes that as soon as it is possible, before anything else; and after a round
    that failed, each lets one pass, in which the others do so, before it takes over what they left.
    """

    def __init__(self, bot: commands.AutoShardedBot, services: Services, name: str, seconds: float) -> None:
        super().__init__(bot, services, name, seconds)
        self._unnoted: dict[Callable[[], None], None] = {}  # in their order; the values mean nothing
        self._failed = False

    async def send_due(self) -> None:
        """Send what there is to send."""
        raise NotImplementedError

    async def round(self) -> None:
        failed, self._failed = self._failed, True
        await self._note_all()
        if not failed:
            await self.send_due()
        self._failed = False

    async def note(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Note what was sent, by `call`: now, or where that fails before the next round."""
        self._unnoted[partial(call, *args, **kwargs)] = None
        # Even where the bot closes meanwhile: what was sent must not be sent again.
        await asyncio.shield(self._note_all())

    async def _note_all(self) -> None:
        for call in list(self._unnoted):
            await self.workers.run(call)
            self._unnoted.pop(call, None)


def log_failed(event: str, error: Exception) -> None:
    """Log that one of many could not be sent; with the traceback where the error was not foreseen."""
    log.warning("%s why=%r", event, str(error), exc_info=not isinstance(error, NewsError))
