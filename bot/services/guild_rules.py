"""What a guild's settings mean: where the bot answers, who may do what, and the trail of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.text.language import _, closest, speak
from index import GuildSettings, NewsError, UsageError, masked

if TYPE_CHECKING:
    from bot.client import NewsBot

# Another process of the bot may have changed the settings: that is noticed after so long.
REMEMBER_SECONDS = 30.0
# Discord waits three seconds for an answer, and a busy database may take longer: then it is guessed.
LANGUAGE_SECONDS = 1.0
# What works in every channel: it disturbs nobody, and an admin must not lock themselves out.
EVERYWHERE = frozenset(
    {"settings", "audit", "digest", "status", "reindex", "sources", "quality", "privacy", "help"}
)


log = logging.getLogger(__name__)


class GuildRules:
    """The settings of all guilds, remembered for a while because every command asks for them."""

    def __init__(self, bot: NewsBot) -> None:
        self._bot = bot
        self._known: dict[int, tuple[float, GuildSettings]] = {}

    async def settings(self, guild: int | None) -> GuildSettings:
        """Return a guild's settings; the defaults outside of guilds."""
        if guild is None:
            return GuildSettings()
        until, known = self._known.get(guild, (0.0, GuildSettings()))
        if time.monotonic() < until:
            return known
        return self._keep(guild, await self._bot.records.run(self._bot.index.guilds.settings, str(guild)))

    async def language(self, guild: int | None) -> str | None:
        """Return the language that a guild has chosen; None where it has not, or cannot be asked now."""
        try:
            async with asyncio.timeout(LANGUAGE_SECONDS):
                return (await self.settings(guild)).language
        except (NewsError, TimeoutError) as error:
            log.warning("language.unknown guild=%s why=%r", guild, str(error))
            return None

    async def speak(self, interaction: discord.Interaction[Any]) -> None:
        """Speak the guild's language; where it chose none, each person's own, and its own to all in it."""
        chosen = await self.language(interaction.guild_id)
        own = closest(str(interaction.locale))
        shared = closest(str(interaction.guild_locale)) if interaction.guild_locale else own
        speak(chosen or own, chosen or shared)

    async def language_of(self, guild: int | None) -> str:
        """Return the language to use in a guild with everybody; English in direct messages.

        Neither a message nor an alert tells what its reader's language is.
        """
        found = self._bot.get_guild(guild) if guild else None
        return await self.language(guild) or closest(str(found.preferred_locale) if found else "")

    async def change(
        self, interaction: discord.Interaction[NewsBot], change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Change the settings of the guild for somebody who manages it."""
        require_manager(interaction)
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        changed = await self._bot.records.run(self._bot.index.guilds.change, guild, person, change)
        return self._keep(int(guild), changed)

    async def note(self, interaction: discord.Interaction[NewsBot], action: str, detail: str = "") -> None:
        """Put on the guild's trail what somebody did."""
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        await self._bot.records.run(self._bot.index.guilds.note, guild, person, action, masked(detail))

    async def note_own(self, guild: str, action: str, detail: str) -> None:
        """Put on a guild's trail what the bot did by itself."""
        me = str(self._bot.application_id)
        await self._bot.records.run(self._bot.index.guilds.note, guild, me, action, detail)

    async def forget(self, guild: int) -> None:
        """Delete what is kept of a guild that the bot has been removed from."""
        self._known.pop(guild, None)
        await self._bot.records.run(self._bot.index.guilds.forget, str(guild))

    async def require_allowed(self, interaction: discord.Interaction[NewsBot]) -> None:
        """Raise UsageError where the guild does not want this command in this channel."""
        command = interaction.command
        if command is None or command.qualified_name.split()[0] in EVERYWHERE:
            return
        await self.require_channel(interaction.guild_id, interaction.channel)

    async def require_channel(self, guild: int | None, channel: Any) -> None:
        """Raise UsageError where the guild wants no answers in a channel. A thread counts as its channel."""
        allowed = (await self.settings(guild)).channels
        here = {str(getattr(channel, "id", "")), str(getattr(channel, "parent_id", ""))}
        if allowed and not here & set(allowed):
            names = ", ".join(self._name(each) for each in allowed[:5])
            raise UsageError(_("News is not for this channel: ask in {channels}.").format(channels=names))

    async def require_reindex(self, interaction: discord.Interaction[NewsBot]) -> None:
        """Let those reindex who manage the guild, and those with a role that may."""
        if not await self.may_reindex(interaction):
            require_manager(interaction)

    async def may_reindex(self, interaction: discord.Interaction[NewsBot]) -> bool:
        """Tell whether somebody manages the guild, or has a role that may reindex."""
        roles = {str(role.id) for role in getattr(interaction.user, "roles", ())}
        allowed = set((await self.settings(interaction.guild_id)).reindex_roles)
        return interaction.permissions.manage_guild or bool(roles & allowed)

    def _name(self, channel: str) -> str:
        found = self._bot.get_channel(int(channel))
        return f"#{getattr(found, 'name', channel)}"

    def _keep(self, guild: int, settings: GuildSettings) -> GuildSettings:
        self._known[guild] = (time.monotonic() + REMEMBER_SECONDS, settings)
        return settings


def require_manager(interaction: discord.Interaction[Any]) -> None:
    """Raise MissingPermissions for who does not manage the guild: Discord's own check is only a default."""
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def require_writable(mine: discord.Permissions) -> None:
    """Raise UsageError where the permissions that the bot has in a channel do not let it write there."""
    if not (mine.view_channel and mine.send_messages and mine.embed_links):
        raise UsageError(
            _("I may not write there: let me see the channel, send messages and embed links first.")
        )
