"""Looks for new reports on what people follow, and sends them; a failed alert does not stop the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.cards.alert import alert_card
from bot.interactions.layouts import card_layout
from bot.services.background import Sender, log_failed
from bot.services.delivery import PASSING, UndeliverableError, deliver
from bot.services.services import Services
from bot.text.language import speaking

if TYPE_CHECKING:
    from index import Follow, Quote

EVERY_SECONDS = 30.0

log = logging.getLogger(__name__)


class AlertSender(Sender):
    """Sends the quotes that are new for a follow, to its channel or its person.

    Every process compares a part of the follows with the new passages, and sends a part of the alerts.
    """

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "sending of alerts", EVERY_SECONDS)
        self._postponed: list[tuple[int, list[Quote]]] = []

    async def send_due(self) -> None:
        await self.look()

    async def look(self) -> int:
        """Send what is new for every follow. Returns how many messages were sent."""
        while await self.workers.run(self.library.index.match_follows):
            pass
        sent = 0
        while alerts := await self.workers.run(self.library.index.left_alerts):
            sent += sum([await self._try_to_send(follow, quotes) for follow, quotes in alerts])
        # Only now, so that this round does not try them again.
        while self._postponed:
            await self.workers.run(self.library.index.follows.release, *self._postponed[-1])
            self._postponed.pop()
        return sent

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
            view = card_layout(alert_card(follow, visible))
        follows = self.library.index.follows
        try:
            await deliver(self.bot, follow.channel, follow.person, view, key)
        except UndeliverableError as why:
            await self.workers.run(follows.pause, follow.id, str(why))
            log.info("follow.paused id=%d why=%r", follow.id, str(why))
        except PASSING as error:
            self._postponed.append((follow.id, quotes))
            log.warning("alert.postponed follow=%d why=%r", follow.id, str(error))
        else:
            await self.note(follows.sent, follow.id, quotes)
            log.info("alert.sent follow=%d quotes=%d", follow.id, len(quotes))
            return True
        return False
