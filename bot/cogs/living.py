"""Living answers: a posted message is corrected when a publisher changes or withdraws what it quotes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord.ext import commands, tasks

from index import NewsError, PostedAnswer

if TYPE_CHECKING:
    from bot.client import NewsBot

# Articles arrive with every refresh of their source, which is minutes apart.
EVERY_SECONDS = 30.0
# Discord allows about five edits in five seconds for a channel: the rest waits for the next round.
AT_ONCE = 20

log = logging.getLogger(__name__)


class Living(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.watch.start()

    async def cog_unload(self) -> None:
        self.watch.cancel()

    @tasks.loop(seconds=EVERY_SECONDS)
    async def watch(self) -> None:
        try:
            await self.correct()
        except Exception as error:  # the edge of one round: a loop that ends would correct nothing any more
            log.warning("living.failed why=%r", str(error), exc_info=not isinstance(error, NewsError))

    async def correct(self) -> None:
        """Compare what was posted with what its articles say now, and correct the messages."""
        await self.bot.wait_until_ready()
        await self.bot.workers.run(self.bot.index.review_posted)
        for posted in await self.bot.records.run(self.bot.index.posted.to_correct, AT_ONCE):
            if await self._correct(posted):
                await self.bot.records.run(self.bot.index.posted.corrected, posted.id)

    async def _correct(self, posted: PostedAnswer) -> bool:
        """Correct a message; tell whether that is done with, because it worked or never will."""
        if posted.private:  # nobody but the person who asked can reach it, and only for some minutes
            return True
        channel = self.bot.get_partial_messageable(int(posted.channel))
        try:
            message = channel.get_partial_message(int(posted.message))
            # An edit does not take the client's own setting over.
            nobody = discord.AllowedMentions.none()
            await message.edit(view=self.bot.answering.layout(posted), allowed_mentions=nobody)
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("living.unreachable id=%s channel=%s status=%d", posted.id, posted.channel, gone.status)
        except discord.HTTPException as error:
            log.warning("living.refused id=%s status=%d", posted.id, error.status)
            return False
        else:
            log.info("living.corrected id=%s channel=%s", posted.id, posted.channel)
        return True
