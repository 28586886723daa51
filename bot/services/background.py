"""Cogs that do something every few seconds, such as sending what is due; a failed round is not the last."""

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
# A round that takes longer counts as a fault. One that sends to thousands of people takes less.
ROUND_SECONDS = 900.0
# Between two portions that are deleted, so that others can write.
PAUSE_SECONDS = 0.2

P = ParamSpec("P")

log = logging.getLogger(__name__)


class BackgroundLoop(commands.Cog):
    """A cog that calls its `round` every `seconds`.

    It has `workers` of its own, so that questions never wait for it.

    `name` says what it does ("sending of alerts"), for the log and the status.
    """

    def __init__(self, bot: commands.AutoShardedBot, services: Services, name: str, seconds: float) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
        self.workers = Workers(name, 1, WAITING, CALL_SECONDS)
        self._name = name
        self._loop.change_interval(seconds=seconds)

    async def round(self) -> None:
        """Do the work once."""
        raise NotImplementedError

    async def delete_all(self, delete_some: Callable[[], int]) -> None:
        """Delete in portions, until `delete_some` has deleted nothing."""
        while await self.workers.run(delete_some):
            await asyncio.sleep(PAUSE_SECONDS)

    async def cog_load(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """Start no further round."""
        self._loop.cancel()

    async def cog_unload(self) -> None:
        self.stop()
        await self.workers.close(self.library.patience)

    @tasks.loop()
    async def _loop(self) -> None:
        try:
            with self.library.index.faults.watching(self._name, ROUND_SECONDS):
                await self.round()
        except Exception as error:  # an error would end discord.py's loop for good
            known = isinstance(error, NewsError)
            log.warning("watch.failed name=%r why=%r", self._name, str(error), exc_info=not known)

    @_loop.before_loop
    async def _begin(self) -> None:
        await self.bot.wait_until_ready()


class Sender(BackgroundLoop):
    """A background loop that claims messages in the database, sends them, and notes that they were sent.

    Discord drops a message that is sent twice only within some minutes, and the database may be away for
    longer. So a process notes what it has sent as soon as the database is back, before it sends anything
    else. After a failed round it skips one, in which the other processes note what they have sent, before it
    takes over claims that they left.
    """

    def __init__(self, bot: commands.AutoShardedBot, services: Services, name: str, seconds: float) -> None:
        super().__init__(bot, services, name, seconds)
        self._unnoted: dict[Callable[[], None], None] = {}  # ordered; the values are not used
        self._failed = False

    async def send_due(self) -> None:
        """Send the messages that are due."""
        raise NotImplementedError

    async def round(self) -> None:
        failed, self._failed = self._failed, True
        await self._note_all()
        if not failed:
            await self.send_due()
        self._failed = False

    async def note(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call `call` in a worker to note what was sent: now, or where that fails, before the next round."""
        self._unnoted[partial(call, *args, **kwargs)] = None
        # Shielded: where the bot closes at this moment, the note is still made, or the message would be sent
        # again.
        await asyncio.shield(self._note_all())

    async def _note_all(self) -> None:
        for call in list(self._unnoted):
            await self.workers.run(call)
            self._unnoted.pop(call, None)


def log_failed(event: str, error: Exception) -> None:
    """Log that one of many messages could not be sent; with the traceback unless it is a NewsError."""
    log.warning("%s why=%r", event, str(error), exc_info=not isinstance(error, NewsError))
