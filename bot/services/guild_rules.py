"""Applies a guild's settings: language, channels for answers, who may do what, and the audit trail."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands

from bot.services.library import Library
from bot.text.language import _, closest, speak
from index import GuildSettings, NewsError, UsageError, masked

# Settings are read again after this time, because another process of the bot may have changed them.
REMEMBER_SECONDS = 30.0
# Discord waits three seconds for a response. Where the database takes longer than this to give the guild's
# language, the reader's own is used.
LANGUAGE_SECONDS = 1.0
# Commands that work in every channel, because they post no news there, and because admins must be able to
# change the settings from any channel.
EVERYWHERE = frozenset(
    {"settings", "audit", "digest", "status", "reindex", "sources", "quality", "privacy", "help"}
)


log = logging.getLogger(__name__)


class GuildRules:
    """The settings of all guilds, cached for `REMEMBER_SECONDS` because every command reads them."""

    def __init__(self, client: discord.Client, library: Library) -> None:
        self._client = client
        self._library = library
        self._known: dict[int, tuple[float, GuildSettings]] = {}

    async def settings(self, guild: int | None) -> GuildSettings:
        """Return a guild's settings, or the defaults where `guild` is None, as in direct messages."""
        if guild is None:
            return GuildSettings()
        until, known = self._known.get(guild, (0.0, GuildSettings()))
        if time.monotonic() < until:
            return known
        return self._keep(
            guild, await self._library.records.run(self._library.index.guilds.settings, str(guild))
        )

    async def language(self, guild: int | None) -> str | None:
        """Return the language that a guild has chosen; None where it has not or the database fails."""
        try:
            async with asyncio.timeout(LANGUAGE_SECONDS):
                return (await self.settings(guild)).language
        except (NewsError, TimeoutError) as error:
            log.warning("language.unknown guild=%s why=%r", guild, str(error))
            return None

    async def speak(self, interaction: discord.Interaction[Any]) -> None:
        """Set the languages for an interaction: the one that the guild has chosen.

        Where it has chosen none, the person's own, and Discord's locale of the guild for public texts.
        """
        chosen = await self.language(interaction.guild_id)
        own = closest(str(interaction.locale))
        shared = closest(str(interaction.guild_locale)) if interaction.guild_locale else own
        speak(chosen or own, chosen or shared)

    async def language_of(self, guild: int | None) -> str:
        """Return the language for messages and alerts, which do not come with a reader's language.

        That is the guild's chosen language, else Discord's locale of the guild, and English in direct
        messages.
        """
        found = self._client.get_guild(guild) if guild else None
        return await self.language(guild) or closest(str(found.preferred_locale) if found else "")

    async def change(
        self, interaction: discord.Interaction, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Change the settings of the interaction's guild and return them.

        Raises MissingPermissions for a person who does not manage the guild.
        """
        require_manager(interaction)
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        changed = await self._library.records.run(self._library.index.guilds.change, guild, person, change)
        return self._keep(int(guild), changed)

    async def note(self, interaction: discord.Interaction, action: str, detail: str = "") -> None:
        """Write to the guild's audit trail what the person of the interaction did."""
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        await self._library.records.run(
            self._library.index.guilds.note, guild, person, action, masked(detail)
        )

    async def note_own(self, guild: str, action: str, detail: str) -> None:
        """Write to a guild's audit trail what the bot did by itself."""
        me = str(self._client.application_id)
        await self._library.records.run(self._library.index.guilds.note, guild, me, action, detail)

    def drop(self, guild: int) -> None:
        """Drop a guild's settings from memory, as when the bot was removed from it."""
        self._known.pop(guild, None)

    async def require_allowed(self, interaction: discord.Interaction) -> None:
        """Raise UsageError where the guild's settings leave out this channel for this command."""
        command = interaction.command
        if command is None or command.qualified_name.split()[0] in EVERYWHERE:
            return
        await self.require_channel(interaction.guild_id, interaction.channel)

    async def require_channel(self, guild: int | None, channel: Any) -> None:
        """Raise UsageError where the guild's settings leave out a channel. A thread counts as its channel."""
        allowed = (await self.settings(guild)).channels
        here = {str(getattr(channel, "id", "")), str(getattr(channel, "parent_id", ""))}
        if allowed and not here & set(allowed):
            names = ", ".join(self._name(channel_id) for channel_id in allowed[:5])
            raise UsageError(_("News is not for this channel: ask in {channels}.").format(channels=names))

    async def require_reindex(self, interaction: discord.Interaction) -> None:
        """Raise MissingPermissions for a person who may not reindex."""
        if not await self.may_reindex(interaction):
            require_manager(interaction)

    async def may_reindex(self, interaction: discord.Interaction) -> bool:
        """Return whether the person manages the guild, or has a role that may reindex."""
        roles = {str(role.id) for role in getattr(interaction.user, "roles", ())}
        allowed = set((await self.settings(interaction.guild_id)).reindex_roles)
        return interaction.permissions.manage_guild or bool(roles & allowed)

    def _name(self, channel: str) -> str:
        found = self._client.get_channel(int(channel))
        return f"#{getattr(found, 'name', channel)}"

    def _keep(self, guild: int, settings: GuildSettings) -> GuildSettings:
        self._known[guild] = (time.monotonic() + REMEMBER_SECONDS, settings)
        return settings


def guild_of(interaction: discord.Interaction[Any]) -> int | None:
    """Return the guild of an interaction under whose id something may be stored.

    None in direct messages, and in a guild that the bot is not in, where a person uses it for themselves: its
    managers have nothing to do with that.
    """
    guild = interaction.guild_id
    return guild if guild is not None and interaction.client.get_guild(guild) else None


def require_manager(interaction: discord.Interaction[Any]) -> None:
    """Raise MissingPermissions for a person who does not manage the guild.

    Discord's own check is a default that a guild can change. Raises NoPrivateMessage outside of guilds.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def require_writable(mine: discord.Permissions) -> None:
    """Raise UsageError where the bot's permissions in a channel do not let it send messages with embeds."""
    if not (mine.view_channel and mine.send_messages and mine.embed_links):
        raise UsageError(
            _("I may not write there: let me see the channel, send messages and embed links first.")
        )
