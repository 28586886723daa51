"""Sends the digests that are due; a failed digest does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.services.background import Sender, log_failed
from bot.services.delivery import PASSING, UndeliverableError
from bot.services.digest_delivery import deliver_digest
from bot.services.services import Services
from bot.text.language import mark, speaking

if TYPE_CHECKING:
    from index import Digest, Story

EVERY_SECONDS = 20.0

log = logging.getLogger(__name__)


class DigestSender(Sender):
    """Sends the stories of a digest to its channel, where there are any new ones."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "sending of digests", EVERY_SECONDS)

    async def send_due(self) -> None:
        await self.look()

    async def look(self) -> int:
        """Send every digest that is due. Returns how many messages were sent."""
        due = await self.workers.run(self.library.index.digests.due)
        return sum([await self._look_at(digest) for digest in due])

    async def _look_at(self, digest: Digest) -> bool:
        digests = self.library.index.digests
        try:
            if not await self.workers.run(digests.claim, digest):
                return False
            stories = await self.workers.run(self.library.index.stories_to_send, digest)
            return await self._send(digest, stories)
        except Exception as error:
            # Logged, so that the others are looked at; this one is tried again when its claim ends.
            log_failed(f"digest.failed id={digest.id}", error)
            return False

    async def _send(self, digest: Digest, stories: list[Story]) -> bool:
        """Send a claimed digest where it has new stories, and note it. Returns whether it was sent."""
        digests, guild = self.library.index.digests, int(digest.guild or 0) or None
        shown: Sequence[Story] = ()
        try:
            await self._require_member(digest)
            with speaking(await self.services.guild_rules.language_of(guild)):
                if stories:
                    shown = await deliver_digest(self.bot, digest, stories)
        except UndeliverableError as why:
            if (
                guild and self.bot.get_guild(guild) is None
            ):  # it has just removed the bot, and may add it again
                await self.workers.run(digests.release, digest)
                return False
            await self.workers.run(digests.halt, digest, str(why))
            if not digest.delivery.direct:
                detail = f"channel={digest.channel} {why}"
                await self.services.guild_rules.note_own(digest.guild, "digest stopped", detail)
            log.info("digest.stopped id=%d why=%r", digest.id, str(why))
            return False
        except PASSING as error:
            await self.workers.run(digests.release, digest)
            log.warning("digest.postponed id=%d why=%r", digest.id, str(error))
            return False
        await self.note(digests.sent, digest, [id for story in shown for id in story.article_ids])
        log.info("digest.sent id=%d stories=%d", digest.id, len(shown))
        return bool(shown)

    async def _require_member(self, digest: Digest) -> None:
        """Raise UndeliverableError where a person has left the server whose news they are sent."""
        if not (digest.delivery.direct and digest.guild and digest.person):
            return
        if not await self.services.editions.is_member(digest.guild, digest.person):
            raise UndeliverableError(mark("you are not in the server any more"))
