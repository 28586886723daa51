"""Applies a guild's settings: language, channels for answers, who may do what, and the audit trail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands

from bot.interactions.errors import ToldError
from bot.services.library import Library
from bot.text.language import _, closest, speak
from bot.text.markdown import escape
from bot.text.permissions import on_screen
from index import GuildSettings, NewsError, SettingsVersion, masked

# Guilds whose settings are kept in memory: about 50 MB of them. A process with its share of the shards has
# fewer; of more, the settings that were changed last are kept, and those of the others are read when needed.
KEPT = 100_000
# Discord waits three seconds for a response. Where the database takes longer than this to give the settings
# of a guild that is not kept, it is treated as one that has set nothing.
READ_SECONDS = 1.0
# Commands that work in every channel: only the person who uses them sees what they say, or they post no news,
# and admins must be able to change the settings from any channel.
EVERYWHERE = frozenset(
    {
        *("settings", "audit", "digest", "status", "reindex", "sources", "quality", "privacy", "help"),
        *("follow", "follows", "missed", "Find reporting", "Check this quote"),
    }
)
# Channels that a sentence names as those to ask in.
NAMED = 5

log = logging.getLogger(__name__)


class GuildRules:
    """The settings of all guilds, in memory: every command needs them before its first response.

    `update` has to be called at the start, and every few seconds, because another process may change them.
    """

    def __init__(self, client: discord.Client, library: Library) -> None:
        self._client = client
        self._library = library
        self._known: dict[str, GuildSettings] = {}
        self._version: SettingsVersion | None = None

    def __len__(self) -> int:
        """Return of how many guilds the settings are in memory."""
        return len(self._known)

    async def update(self) -> None:
        """Read what has changed since the last time. Raises NewsError; then what was known stays."""
        guilds, run = self._library.index.guilds, self._library.records.run
        version, seen = await run(guilds.version), self._version
        if version == seen:
            return
        since = seen.changed_at if seen else None
        newer = since and version.changed_at and version.changed_at > since
        if newer:
            self._known |= await run(guilds.changed, since, KEPT)
        if not newer or len(self._known) != version.guilds:
            # Settings were deleted, a backup was restored, or this is the first time.
            self._known = await run(guilds.changed, None, KEPT)
        self._version = version

    async def settings(self, guild: int | None) -> GuildSettings:
        """Return a guild's settings, or the defaults where `guild` is None, as in direct messages."""
        known = self._known.get(str(guild))
        if known or guild is None or len(self._known) < KEPT:
            return known or GuildSettings()
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await self._library.records.run(self._library.index.guilds.settings, str(guild))
        except (NewsError, TimeoutError) as error:
            log.warning("settings.unknown guild=%s why=%r", guild, str(error))
            return GuildSettings()

    async def speak(self, interaction: discord.Interaction[Any]) -> None:
        """Set the languages for an interaction: the one that the guild has chosen.

        Where it has chosen none, the person's own, and Discord's locale of the guild for public texts.
        """
        chosen = (await self.settings(interaction.guild_id)).language
        own = closest(str(interaction.locale))
        shared = closest(str(interaction.guild_locale)) if interaction.guild_locale else own
        speak(chosen or own, chosen or shared)

    async def language_of(self, guild: int | None) -> str:
        """Return the language for messages and alerts, which do not come with a reader's language.

        That is the guild's chosen language, else Discord's locale of the guild, and English in direct
        messages.
        """
        found = self._client.get_guild(guild) if guild else None
        chosen = (await self.settings(guild)).language
        return chosen or closest(str(found.preferred_locale) if found else "")

    async def change(
        self, interaction: discord.Interaction, change: Callable[[GuildSettings], GuildSettings]
    ) -> GuildSettings:
        """Change the settings of the interaction's guild and return them.

        Raises MissingPermissions for a person who does not manage the guild.
        """
        require_manager(interaction)
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        changed = await self._library.writes.run(self._library.index.guilds.change, guild, person, change)
        self._known[guild] = changed
        return changed

    async def note(self, interaction: discord.Interaction, action: str, detail: str = "") -> None:
        """Write to the guild's audit trail what the person of the interaction did."""
        guild, person = str(interaction.guild_id), str(interaction.user.id)
        note = self._library.index.guilds.note
        await self._library.writes.run(note, guild, person, action, masked(detail))

    async def note_own(self, guild: str, action: str, detail: str) -> None:
        """Write to a guild's audit trail what the bot did by itself."""
        me = str(self._client.application_id)
        await self._library.writes.run(self._library.index.guilds.note, guild, me, action, detail)

    def drop(self, guild: int) -> None:
        """Drop a guild's settings from memory, as when the bot was removed from it."""
        self._known.pop(str(guild), None)

    async def require_allowed(self, interaction: discord.Interaction) -> None:
        """Raise ToldError where the guild's settings leave out this channel for this command.

        What only the person sees works everywhere.
        """
        command = interaction.command
        if command is None:
            return
        names = {command.qualified_name, command.qualified_name.split()[0]}
        if names & EVERYWHERE:
            return
        private = getattr(interaction.namespace, "private", None)
        if private is None:
            private = (await self.settings(interaction.guild_id)).private
        if not private:
            await self.require_channel(interaction.guild_id, interaction.channel, interaction.user)

    async def require_channel(self, guild: int | None, channel: Any, person: Any) -> None:
        """Raise ToldError where the guild's settings leave out a channel. A thread counts as its channel.

        The sentence links to channels that the person can see, and names no others.
        """
        allowed = (await self.settings(guild)).channels
        here = {str(getattr(channel, "id", "")), str(getattr(channel, "parent_id", ""))}
        if not allowed or here & set(allowed):
            return
        seen = [f"<#{channel_id}>" for channel_id in allowed if self._sees(person, channel_id)][:NAMED]
        if seen:
            elsewhere = _(
                "News is not for this channel: ask in {channels}, or use `/ask` with `private: True`."
            )
            raise ToldError(elsewhere.format(channels=", ".join(seen)))
        raise ToldError(_("News is not for this channel: use `/ask` with `private: True`."))

    def _sees(self, person: Any, channel: str) -> bool:
        """Return whether a member of a guild can see one of its channels."""
        found = self._client.get_channel(int(channel))
        if not isinstance(found, discord.abc.GuildChannel) or not isinstance(person, discord.Member):
            return False
        return found.permissions_for(person).view_channel

    async def require_reindex(self, interaction: discord.Interaction) -> None:
        """Raise MissingPermissions for a person who may not reindex."""
        if not await self.may_reindex(interaction):
            require_manager(interaction)

    async def may_reindex(self, interaction: discord.Interaction) -> bool:
        """Return whether the person manages the guild, or has a role that may reindex."""
        roles = {str(role.id) for role in getattr(interaction.user, "roles", ())}
        allowed = set((await self.settings(interaction.guild_id)).reindex_roles)
        return interaction.permissions.manage_guild or bool(roles & allowed)


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


def require_member(interaction: discord.Interaction[Any]) -> None:
    """Raise ToldError in a guild that the bot is not in: what it sends there by itself would be refused."""
    if guild_of(interaction) is None:
        raise ToldError(
            _(
                "I am not a member of this server, so I could not write here:"
                " leave out `here` for messages to you."
            )
        )


def require_writable(mine: discord.Permissions, place: Any = None, *also: str) -> None:
    """Raise ToldError where the bot may not write in a place, or lacks a permission of `also`.

    Threads, and posts of a forum, have a permission to write of their own.
    """
    write = "send_messages_in_threads" if isinstance(place, discord.Thread) else "send_messages"
    missing = [name for name in ("view_channel", write, *also) if not getattr(mine, name)]
    if missing:
        raise ToldError(
            _("I may not do that there. Give me these permissions first: **{names}**.").format(
                names=escape(on_screen(missing))
            )
        )
