"""Deletes in the background what is older than its lifetime, and notes which servers the bot is in.

What is stored of a server that removed the bot is deleted some time later, so that a removal by mistake costs
nothing. A server that is only unavailable for now, as in an outage of Discord, is none that removed the bot.
"""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.services.background import BackgroundLoop
from bot.services.services import Services

EVERY_SECONDS = 600.0

log = logging.getLogger(__name__)


class Tidying(BackgroundLoop):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "deleting of old data", EVERY_SECONDS)
        self._compared = self._repeated = False

    async def round(self) -> None:
        """Delete all that is due, in portions.

        The first time, servers are compared and people's deletions repeated as well.
        """
        index = self.library.index
        if not self._compared:
            await self.compare_servers()
            self._compared = True
        if not self._repeated:
            # A database that was restored by PostgreSQL's own tools may hold what people had deleted.
            deleted = await self.workers.run(index.privacy.repeat_deletions)
            self._repeated = True
            if deleted:
                log.info("privacy.repeated rows=%d", deleted)
        await self.delete_all(index.expiry.delete_some)

    async def compare_servers(self) -> None:
        """Note which of the stored servers the bot was removed from while it was not running.

        Discord lists the servers of each shard when it connects, those that are unavailable for now included.
        A process knows those of its own shards only.
        """
        guilds = self.library.index.guilds
        present = {str(guild.id) for guild in self.bot.guilds}
        mine = {guild for guild in await self.workers.run(guilds.stored) if self._is_mine(guild)}
        await self.workers.run(guilds.note_present, mine & present)
        gone = mine - present - (await self.workers.run(guilds.left)).keys()
        if gone:
            await self.workers.run(guilds.note_left, gone)
            log.info("guild.left guilds=%d while=away", len(gone))

    def _is_mine(self, guild: str) -> bool:
        """Return whether a server belongs to a shard of this process that has its list of servers."""
        shards, count = self.bot.shards, self.bot.shard_count
        if not guild.isdecimal() or not count:
            return False
        shard = shards.get((int(guild) >> 22) % count)
        return shard is not None and not shard.is_closed() and self.bot.is_ready()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._note(guild, left=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._note(guild, left=False)

    async def _note(self, guild: discord.Guild, *, left: bool) -> None:
        guilds = self.library.index.guilds
        note = guilds.note_left if left else guilds.note_present
        self.services.guild_rules.drop(guild.id)
        try:
            await self.workers.run(note, [str(guild.id)])
        except Exception:  # an event has no person to explain an error to
            self._compared = False  # the next round finds out
            log.exception("guild.note.failed guild=%d", guild.id)
        else:
            log.info("guild.%s guild=%d", "left" if left else "joined", guild.id)
