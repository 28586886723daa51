"""Corrects posted answers when a publisher changes or withdraws what they quote."""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands

from bot.services.background import BackgroundLoop
from bot.services.delivery import PASSING, SEND_SECONDS
from bot.services.services import Services
from index import PostedAnswer

# Articles change when their source is refreshed, which happens every few minutes.
EVERY_SECONDS = 30.0
# Corrections in one round. Discord allows about five edits in five seconds for a channel.
AT_ONCE = 20

log = logging.getLogger(__name__)


class Corrections(BackgroundLoop):
    """Edits messages whose quotes have changed, in one process at a time."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "correcting of messages", EVERY_SECONDS)

    async def round(self) -> None:
        await self.correct()

    async def correct(self) -> None:
        """Compare posted quotes with their articles, and correct the messages.

        Does nothing where another process holds the lease for it.
        """
        leases = self.library.index.leases
        holder = await self.workers.run(leases.take, ["correcting"])
        if holder is None:
            return
        try:
            await self._correct_all()
        finally:
            await self.workers.run(leases.free, holder)

    async def _correct_all(self) -> None:
        answers = self.library.index.posted
        await self.workers.run(self.library.index.review_posted)
        for posted in await self.workers.run(answers.to_correct, AT_ONCE):
            if await self._correct(posted):
                await self.workers.run(answers.corrected, posted.id)

    async def _correct(self, posted: PostedAnswer) -> bool:
        """Correct a message. Returns False where it is to be tried again."""
        if posted.private:  # only the interaction can edit a private reply, and only for 15 minutes
            return True
        shown = await self.services.editions.correctable(posted)
        if shown is None:  # the server has dropped the source since: what it says now is not for them
            return True
        channel = self.bot.get_partial_messageable(int(posted.channel))
        try:
            message = channel.get_partial_message(int(posted.message))
            # `edit` does not use the client's own setting of allowed mentions.
            no_mentions = discord.AllowedMentions.none()
            async with asyncio.timeout(SEND_SECONDS):
                await message.edit(view=self.services.answers.layout(shown), allowed_mentions=no_mentions)
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("living.unreachable id=%s channel=%s status=%d", posted.id, posted.channel, gone.status)
        except PASSING as error:
            log.warning("living.refused id=%s why=%r", posted.id, str(error))
            return False
        except Exception:  # logged, so that the other messages are corrected
            log.exception("living.broke id=%s", posted.id)
            return False
        else:
            log.info("living.corrected id=%s channel=%s", posted.id, posted.channel)
        return True
