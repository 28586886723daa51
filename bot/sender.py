"""Sending what nobody asked for just now, each message once: also where the database is away meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ParamSpec

from bot.services.background import Watch
from index import NewsError

if TYPE_CHECKING:
    from bot.client import NewsBot

P = ParamSpec("P")

log = logging.getLogger(__name__)


class Sender(Watch):
    """A watch that claims messages, sends them and notes that they were sent.

    Discord knows a message that is sent twice for some minutes, but a database may be away for longer. So
    whoever has sent something notes that as soon as it is possible, before anything else; and after a round
    that failed, each lets one pass, in which the others do so, before it takes over what they left.
    """

    def __init__(self, bot: NewsBot, name: str, seconds: float) -> None:
        super().__init__(bot, name, seconds)
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
