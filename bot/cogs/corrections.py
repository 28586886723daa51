"""Living answers: a posted message is corrected when a publisher changes or withdraws what it quotes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord

from bot.services.background import Watch
from bot.services.delivery import PASSING, SECONDS
from index import PostedAnswer

if TYPE_CHECKING:
    from bot.client import NewsBot

# Articles arrive with every refresh of their source, which is minutes apart.
EVERY_SECONDS = 30.0
# Discord allows about five edits in five seconds for a channel: the rest waits for the next round.
AT_ONCE = 20

log = logging.getLogger(__name__)


class Living(Watch):
    def __init__(self, bot: NewsBot) -> None:
        super().__init__(bot, "correcting of messages", EVERY_SECONDS)

    async def round(self) -> None:
        await self.correct()

    async def correct(self) -> None:
        """Compare what was posted with what its articles say now, and correct the messages.

        Nothing is done where another process is at it.
        """
        leases = self.bot.index.leases
        holder = await self.workers.run(leases.take, ["correcting"])
        if holder is None:
            return
        try:
            await self._correct_all()
        finally:
            await self.workers.run(leases.free, holder)

    async def _correct_all(self) -> None:
        book = self.bot.index.posted
        await self.workers.run(self.bot.index.review_posted)
        for posted in await self.workers.run(book.to_correct, AT_ONCE):
            if await self._correct(posted):
                await self.workers.run(book.corrected, posted.id)

    async def _correct(self, posted: PostedAnswer) -> bool:
        """Correct a message; tell whether that is done with, because it worked or never will."""
        if posted.private:  # nobody but the person who asked can reach it, and only for some minutes
            return True
        channel = self.bot.get_partial_messageable(int(posted.channel))
        try:
            message = channel.get_partial_message(int(posted.message))
            # An edit does not take the client's own setting over.
            nobody = discord.AllowedMentions.none()
            async with asyncio.timeout(SECONDS):
                await message.edit(view=self.bot.answering.layout(posted), allowed_mentions=nobody)
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("living.unreachable id=%s channel=%s status=%d", posted.id, posted.channel, gone.status)
        except PASSING as error:
            log.warning("living.refused id=%s why=%r", posted.id, str(error))
            return False
        except Exception:  # one of many: the others are corrected all the same
            log.exception("living.broke id=%s", posted.id)
            return False
        else:
            log.info("living.corrected id=%s channel=%s", posted.id, posted.channel)
        return True
