"""Looks for new reports on what people follow, and sends them; a failed alert does not stop the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.cards.alert import alert_card
from bot.services.background import Sender, log_failed
from bot.services.delivery import PASSING, UndeliverableError, deliver
from bot.services.services import Services
from bot.text.language import speaking

if TYPE_CHECKING:
    from index import Follow, Quote

EVERY_SECONDS = 30.0
# How many rounds look for news after articles were stored: the search index may get them a moment later.
ROUNDS = 2

log = logging.getLogger(__name__)


class AlertSender(Sender):
    """Sends the quotes that are new for a follow, to its channel or its person."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "sending of alerts", EVERY_SECONDS)
        self._seen = -1
        self._rounds = 0

    async def send_due(self) -> None:
        if await self._is_news():
            await self.look()
        else:
            await self.take_over()

    async def _is_news(self) -> bool:
        seen = await self.workers.run(self.library.index.follows.seen)
        if seen != self._seen:
            self._seen, self._rounds = seen, ROUNDS
        self._rounds -= 1
        return self._rounds >= 0

    async def look(self) -> int:
        """Send what is new for every follow. Returns how many messages were sent."""
        sent = await self.take_over()
        follows = await self.workers.run(self.library.index.follows.active)
        return sent + sum([await self._look_for(follow) for follow in follows])

    async def take_over(self) -> int:
        """Send alerts that failed before, or whose process ended. Returns how many messages were sent."""
        left = await self.workers.run(self.library.index.left_alerts)
        return sum([await self._try_to_send(follow, quotes) for follow, quotes in left])

    async def _look_for(self, follow: Follow) -> bool:
        try:
            found = await self.workers.run(self.library.index.found_since, follow)
            claimed = (
                await self.workers.run(self.library.index.follows.claim, follow.id, found) if found else []
            )
            return bool(claimed) and await self._send(follow, claimed)
        except Exception as error:  # logged, so that the other follows are looked at
            log_failed(f"alert.failed follow={follow.id}", error)
            return False

    async def _try_to_send(self, follow: Follow, quotes: list[Quote]) -> bool:
        try:
            return await self._send(follow, quotes)
        except Exception as error:  # logged; it is tried again when its claim ends
            log_failed(f"alert.failed follow={follow.id}", error)
            return False

    async def _send(self, follow: Follow, quotes: list[Quote]) -> bool:
        """Send claimed quotes, and store whether they were sent. Returns whether they were."""
        visible = await self.services.editions.visible(follow, quotes)
        if not visible:
            await self.note(self.library.index.follows.sent, follow.id, quotes)
            return False
        # The key by which Discord recognises an alert that another process sends again, maybe in another
        # order.
        article, start = min((quote.article.id, quote.span.start) for quote in quotes)
        key = f"follow {follow.id} {article} {start}"
        language = await self.services.guild_rules.language_of(int(follow.guild) if follow.guild else None)
        with speaking(language):
            embed = alert_card(follow, visible).embed()
        follows = self.library.index.follows
        try:
            await deliver(self.bot, follow.channel, follow.person, embed, key)
        except UndeliverableError as why:
            await self.workers.run(follows.pause, follow.id, str(why))
            log.info("follow.paused id=%d why=%r", follow.id, str(why))
        except PASSING as error:
            await self.workers.run(follows.release, follow.id, quotes)
            log.warning("alert.postponed follow=%d why=%r", follow.id, str(error))
        else:
            await self.note(follows.sent, follow.id, quotes)
            log.info("alert.sent follow=%d quotes=%d", follow.id, len(quotes))
            return True
        return False
