"""Watches for what is followed, and sends what is new; whatever fails, the next one is looked at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.cards.alert import alert_card
from bot.sender import Sender, log_failed
from bot.services.delivery import PASSING, UndeliverableError, deliver
from bot.text.language import speaking

if TYPE_CHECKING:
    from bot.client import NewsBot
    from index import Follow, Quote

SECONDS = 30.0
# After articles were stored so many rounds look: the search may learn of them a moment later.
ROUNDS = 2

log = logging.getLogger(__name__)


class Alerts(Sender):
    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, "sending of alerts", SECONDS)
        self._seen = -1
        self._rounds = 0

    async def send_due(self) -> None:
        if await self._is_news():
            await self.look()
        else:
            await self.take_over()

    async def _is_news(self) -> bool:
        seen = await self.workers.run(self.bot.index.follows.seen)
        if seen != self._seen:
            self._seen, self._rounds = seen, ROUNDS
        self._rounds -= 1
        return self._rounds >= 0

    async def look(self) -> int:
        """Send what is new of everything that is followed; return how many messages that makes."""
        sent = await self.take_over()
        follows = await self.workers.run(self.bot.index.follows.active)
        return sent + sum([await self._look_for(follow) for follow in follows])

    async def take_over(self) -> int:
        """Send what failed before, or what a process that ended has left; return how many messages."""
        left = await self.workers.run(self.bot.index.left_alerts)
        return sum([await self._try_to_send(follow, quotes) for follow, quotes in left])

    async def _look_for(self, follow: Follow) -> bool:
        try:
            found = await self.workers.run(self.bot.index.found_since, follow)
            claimed = await self.workers.run(self.bot.index.follows.claim, follow.id, found) if found else []
            return bool(claimed) and await self._send(follow, claimed)
        except Exception as error:  # one of many: the others are looked at all the same
            log_failed(f"alert.failed follow={follow.id}", error)
            return False

    async def _try_to_send(self, follow: Follow, quotes: list[Quote]) -> bool:
        try:
            return await self._send(follow, quotes)
        except Exception as error:  # one of many, taken over again when its claim ends
            log_failed(f"alert.failed follow={follow.id}", error)
            return False

    async def _send(self, follow: Follow, quotes: list[Quote]) -> bool:
        """Send claimed quotes, and note what came of it."""
        # However they are ordered when another process takes over, Discord knows the alert by this.
        article, start = min((each.article.id, each.span.start) for each in quotes)
        key = f"follow {follow.id} {article} {start}"
        language = await self.bot.guild_rules.language_of(int(follow.guild) if follow.guild else None)
        with speaking(language):
            embed = alert_card(follow, quotes).embed()
        book = self.bot.index.follows
        try:
            await deliver(self.bot, follow.channel, follow.person, embed, key)
        except UndeliverableError as why:
            await self.workers.run(book.pause, follow.id, str(why))
            log.info("follow.paused id=%d why=%r", follow.id, str(why))
        except PASSING as error:
            await self.workers.run(book.release, follow.id, quotes)
            log.warning("alert.postponed follow=%d why=%r", follow.id, str(error))
        else:
            await self.note(book.sent, follow.id, quotes)
            log.info("alert.sent follow=%d quotes=%d", follow.id, len(quotes))
            return True
        return False
