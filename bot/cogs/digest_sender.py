"""Sends the digests whose time has come; whatever fails, the next one is looked at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.cards.digest import digest_card
from bot.sender import Sender, log_failed
from bot.services.delivery import PASSING, UndeliverableError, deliver
from bot.text.language import speaking

if TYPE_CHECKING:
    from bot.client import NewsBot
    from index import Digest, Story

SECONDS = 20.0

log = logging.getLogger(__name__)


class DigestPost(Sender):
    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, "sending of digests", SECONDS)

    async def send_due(self) -> None:
        await self.look()

    async def look(self) -> int:
        """Send every digest that is due; return how many messages that makes."""
        due = await self.workers.run(self.bot.index.digests.due)
        return sum([await self._look_at(digest) for digest in due])

    async def _look_at(self, digest: Digest) -> bool:
        book = self.bot.index.digests
        try:
            if not await self.workers.run(book.claim, digest):
                return False
            stories = await self.workers.run(self.bot.index.stories_to_send, digest)
            return await self._send(digest, stories)
        except Exception as error:
            # One of many: the others are looked at all the same, this one again when its claim ends.
            log_failed(f"digest.failed id={digest.id}", error)
            return False

    async def _send(self, digest: Digest, stories: list[Story]) -> bool:
        """Send a claimed digest, if there is anything new, and note what came of it."""
        book = self.bot.index.digests
        with speaking(await self.bot.guild_rules.language_of(int(digest.guild))):
            card, shown = digest_card(stories, digest.plan)
        key = f"digest {digest.id} {digest.next_at.isoformat()}"
        try:
            if shown:
                await deliver(self.bot, digest.channel, None, card.embed(), key, silent=True)
        except UndeliverableError as why:
            await self.workers.run(book.halt, digest, str(why))
            await self.bot.guild_rules.note_own(
                digest.guild, "digest stopped", f"channel={digest.channel} {why}"
            )
            log.info("digest.stopped id=%d why=%r", digest.id, str(why))
            return False
        except PASSING as error:
            await self.workers.run(book.release, digest)
            log.warning("digest.postponed id=%d why=%r", digest.id, str(error))
            return False
        await self.note(book.sent, digest, [id for story in shown for id in story.article_ids])
        log.info("digest.sent id=%d stories=%d", digest.id, len(shown))
        return bool(shown)
