"""What the loopback Discord knows: its people, guilds, channels and messages, as Discord's JSON.

Nothing here speaks HTTP or the gateway. Whoever changes something calls a method of `World`, which stores it,
keeps the version in the history, and hands the event on to `World.dispatch`.
"""

import asyncio
import copy
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import discord

from tests.discord.limits import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    ApiError,
    Json,
    Limit,
    check_message,
    is_text,
    mentions_unguarded,
    walk,
)

DISCORD_EPOCH_MS: Final = 1_420_070_400_000
# How often a test that waits looks at what happens without Discord.
LOOK_SECONDS: Final = 0.1
JOINED_AT: Final = "2024-01-01T00:00:00+00:00"
TEXT_CHANNEL, DM_CHANNEL, VOICE_CHANNEL, GROUP_CHANNEL, NEWS_CHANNEL, THREAD, FORUM = 0, 1, 2, 3, 5, 11, 15
# Where a command can be used: in a guild, in the conversation with the bot, among people without the bot.
GUILD_CONTEXT, DM_CONTEXT, PRIVATE_CONTEXT = 0, 1, 2
# For whom a bot can be installed: for a guild, or for a person, who then takes it to every place.
GUILD_INSTALL, USER_INSTALL = 0, 1
REPLY_MESSAGE, CHAT_COMMAND_MESSAGE, MENU_COMMAND_MESSAGE = 19, 20, 23
# The flags that a bot may set on what it sends: suppress embeds, ephemeral, silent, components v2.
SETTABLE_FLAGS: Final = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2

MEMBER_PERMISSIONS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
    use_external_emojis=True,
    use_application_commands=True,
)
UNKNOWN_CHANNEL: Final = (404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE: Final = (404, 10008, "Unknown Message")


class Snowflakes:
    """Rising ids that tell the time they were made at, as Discord's do."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> str:
        now = (time.time_ns() // 1_000_000 - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return str(self._last)


class Pulse:
    """Wakes whoever waits for something to become true whenever anything has happened.

    What a bot logs or counts happens without Discord: for that they look now and then, too.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        """Let every waiter look again."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, predicate: Callable[[], bool], timeout: float) -> bool:
        """Wait until the predicate holds; False when it never did."""
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._event.wait(), LOOK_SECONDS)
        except TimeoutError:
            return predicate()
        return True


@dataclass(eq=False)
class User:
    """A person (or the bot itself), with the same permissions in each guild."""

    id: str
    name: str
    permissions: discord.Permissions = field(default_factory=lambda: copy.copy(MEMBER_PERMISSIONS))
    bot: bool = False
    locale: str = "en-US"
    # Whether the person takes no direct messages from the bot.
    closed: bool = False

    @property
    def mention(self) -> str:
        """What mentions the user in a message's text."""
        return f"<@{self.id}>"

    def allowed(self, needed: discord.Permissions) -> bool:
        """Whether the user holds all of these permissions."""
        return self.permissions.administrator or needed.value & ~self.permissions.value == 0

    @property
    def permission_bits(self) -> str:
        """The computed permissions, as an interaction carries them."""
        held = discord.Permissions.all() if self.permissions.administrator else self.permissions
        return str(held.value)

    def to_json(self) -> Json:
        """Discord's user object."""
        return {
            "id": self.id,
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "flags": 0,
            "public_flags": 0,
            "primary_guild": None,
        }


@dataclass(eq=False)
class Guild:
    """A guild; each member beyond the ordinary has a role of their own that grants what they may do."""

    id: str
    name: str
    owner: User
    members: dict[str, User] = field(default_factory=dict)
    channels: list["Channel"] = field(default_factory=list)
    threads: list["Channel"] = field(default_factory=list)
    role_ids: dict[str, str] = field(default_factory=dict)
    locale: str = "en-US"
    # Who has added the bot.
    adder: User | None = None
    # Roles beside those of single members, by id: name, and whether Discord made it for the bot.
    roles: dict[str, tuple[str, bool]] = field(default_factory=dict)
    # Whether the bot is a member; elsewhere people use the bot that they have installed for themselves, and
    # where members lack "Use External Apps", only they see what it answers.
    has_bot: bool = True
    external_apps: bool = True

    def member_json(self, user: User) -> Json:
        """Discord's member object, without the user in it."""
        return {
            "nick": None,
            "avatar": None,
            "roles": [self.role_ids[user.id]] if user.id in self.role_ids else [],
            "joined_at": JOINED_AT,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }

    def full_member_json(self, user: User) -> Json:
        """Discord's member object."""
        return {**self.member_json(user), "user": user.to_json()}

    def role_json(self, user: User) -> Json:
        """The role that makes a member more than ordinary."""
        permissions = user.permissions.value & ~MEMBER_PERMISSIONS.value
        return _role_json(self.role_ids[user.id], user.name, permissions, position=1)

    def roles_json(self) -> list[Json]:
        """All the roles, @everyone (which has the guild's id) first."""
        everyone = _role_json(self.id, "@everyone", MEMBER_PERMISSIONS.value, position=0)
        own = [self.role_json(self.members[user_id]) for user_id in self.role_ids]
        return [everyone, *own, *(self.extra_role_json(role_id) for role_id in self.roles)]

    def extra_role_json(self, role_id: str) -> Json:
        """A role that belongs to nobody alone; one that Discord made for the bot says so in its tags."""
        name, managed = self.roles[role_id]
        bot = next((member for member in self.members.values() if member.bot), None)
        role = _role_json(role_id, name, 0, position=1)
        return {**role, "managed": True, "tags": {"bot_id": bot.id}} if managed and bot else role

    def to_json(self, members: Iterable[User]) -> Json:
        """The guild as GUILD_CREATE carries it."""
        return {
            "id": self.id,
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": self.owner.id,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_progress_bar_enabled": False,
            "hub_type": None,
            "incidents_data": None,
            "preferred_locale": self.locale,
            "features": [],
            "emojis": [],
            "stickers": [],
            "system_channel_id": self.channels[0].id if self.channels else None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "safety_alerts_channel_id": None,
            "public_updates_channel_id": None,
            "vanity_url_code": None,
            "application_id": None,
            "joined_at": JOINED_AT,
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "roles": self.roles_json(),
            "members": [self.full_member_json(member) for member in members],
            "channels": [channel.to_json() for channel in self.channels],
            "threads": [thread.to_json() for thread in self.threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def _role_json(role_id: str, name: str, permissions: int, *, position: int) -> Json:
    return {
        "id": role_id,
        "name": name,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def _closed_json(guild: Guild) -> Json:
    denied = discord.Permissions(view_channel=True, send_messages=True)
    return {"id": guild.id, "type": 0, "allow": "0", "deny": str(denied.value)}


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, a direct conversation with the bot, or a group of people without it."""

    id: str
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    # Whether only administrators may see and write.
    closed: bool = False
    kind: int = TEXT_CHANNEL
    # Of a thread: where and whose it is, whether it is archived, and locked: open to moderators only.
    parent: "Channel | None" = None
    owner: User | None = None
    archived: bool = False
    locked: bool = False
    # In slow mode, the seconds that people have to wait between two messages. Bots do not.
    slow_seconds: int = 0
    # Of a group: who is in it.
    members: tuple[User, ...] = ()

    @property
    def has_bot(self) -> bool:
        """Whether the bot is there: elsewhere it only hears of interactions."""
        return self.guild.has_bot if self.guild else self.kind != GROUP_CHANNEL

    @property
    def context(self) -> int:
        """What kind of place it is for a command."""
        if self.guild is not None:
            return GUILD_CONTEXT
        return DM_CONTEXT if self.has_bot else PRIVATE_CONTEXT

    def installed_by(self, user: User) -> Json:
        """For whom the bot is installed that a person uses here."""
        if not self.has_bot:
            return {str(USER_INSTALL): user.id}
        return {str(GUILD_INSTALL): self.guild.id if self.guild else "0"}

    def to_json(self) -> Json:
        """Discord's channel object."""
        if self.kind == GROUP_CHANNEL:
            people = {"recipients": [member.to_json() for member in self.members], "icon": None}
            owner = self.members[0].id
            place = {"id": self.id, "type": self.kind, "name": self.name, "owner_id": owner}
            return {**place, **people, "last_message_id": None, "flags": 0}
        if self.guild is None:
            recipients = [self.recipient.to_json()] if self.recipient else []
            shared = {"id": self.id, "last_message_id": None, "flags": 0}
            return {**shared, "type": DM_CHANNEL, "recipients": recipients}
        if self.parent is not None:
            return self._thread_json(self.guild, self.parent)
        return {
            "id": self.id,
            "type": self.kind,
            "name": self.name,
            "guild_id": self.guild.id,
            "available_tags": [],
            "bitrate": 64000,
            "user_limit": 0,
            "position": self.guild.channels.index(self),
            "permission_overwrites": [_closed_json(self.guild)] if self.closed else [],
            "nsfw": False,
            "topic": None,
            "parent_id": None,
            "last_message_id": None,
            "rate_limit_per_user": self.slow_seconds,
            "flags": 0,
        }

    def _thread_json(self, guild: Guild, parent: "Channel") -> Json:
        return {
            "id": self.id,
            "type": THREAD,
            "name": self.name,
            "guild_id": guild.id,
            "parent_id": parent.id,
            "owner_id": self.owner.id if self.owner else guild.owner.id,
            "last_message_id": None,
            "message_count": 0,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "flags": 0,
            "thread_metadata": {
                "archived": self.archived,
                "locked": self.locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": JOINED_AT,
                "create_timestamp": JOINED_AT,
            },
        }

    def interaction_json(self, user: User) -> Json:
        """The channel as an interaction carries it: a conversation comes without its recipient."""
        data = self.to_json()
        data.pop("recipients", None)
        return data if self.guild is None else {**data, "permissions": user.permission_bits}


@dataclass(frozen=True)
class File:
    """A file that was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Violation:
    """A request that Discord would have refused."""

    request: str
    code: int
    detail: str

    def __str__(self) -> str:
        return f"{self.request}: {self.detail}"


@dataclass(frozen=True)
class Request:
    """A request of the bot, and how it was answered."""

    method: str
    path: str
    body: Any
    status: int


@dataclass
class Record:
    """What the bot did, and what it did wrong."""

    requests: list[Request] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unknown_requests: list[str] = field(default_factory=list)
    mentions_unguarded: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Everything that a test should fail for."""
        return [
            *(f"violation: {violation}" for violation in self.violations),
            *(f"unknown request: {request}" for request in self.unknown_requests),
            *(f"mentions not guarded: {request}" for request in self.mentions_unguarded),
        ]


class World:
    """Everything that the server remembers."""

    def __init__(self, base_url: str = "") -> None:
        self.base_url = base_url
        self.changed = Pulse()
        self.record = Record()
        self.new_id = Snowflakes()
        self.dispatch: Callable[[str, Json], None] = lambda event, data: None
        self.bot = User(self.new_id(), "newsbot", bot=True)
        self.application_id = self.bot.id
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.guilds: list[Guild] = []
        self.messages: dict[str, Json] = {}
        self.history: dict[str, list[Json]] = {}
        self.audience: dict[str, User] = {}
        self.files: dict[str, File] = {}
        self.commands: dict[str | None, list[Json]] = {None: []}
        self.owner = self.user("owner", administrator=True)

    # People and places

    def user(self, name: str, **permissions: bool) -> User:
        """The person of that name, who is made (and joins every guild) when first asked for."""
        known = next((user for user in self.users.values() if user.name == name), None)
        user = known or User(self.new_id(), name)
        self.users[user.id] = user
        if permissions or known is None:
            user.permissions.update(**permissions)
            for guild in self.guilds:
                self.join(guild, user)
        return user

    def join(self, guild: Guild, user: User) -> None:
        """Make somebody a member with the role that they need, and tell the bot."""
        event = "GUILD_MEMBER_UPDATE" if user.id in guild.members else "GUILD_MEMBER_ADD"
        guild.members[user.id] = user
        if user.permissions.value & ~MEMBER_PERMISSIONS.value:
            known = user.id in guild.role_ids
            guild.role_ids.setdefault(user.id, self.new_id())
            role = {"guild_id": guild.id, "role": guild.role_json(user)}
            self.dispatch("GUILD_ROLE_UPDATE" if known else "GUILD_ROLE_CREATE", role)
        self.dispatch(event, {**guild.full_member_json(user), "guild_id": guild.id})

    def add_guild(
        self,
        name: str,
        id: str | None = None,
        channels: int = 1,
        *,
        closed: int = 0,
        adder: User | None = None,
        locale: str = "en-US",
    ) -> Guild:
        """A guild with #general and perhaps more channels, which everybody known joins, and then the bot.

        The first `closed` channels are not for the bot. `adder` has added it, else the owner has.
        """
        guild = Guild(id or self.new_id(), name, self.owner, adder=adder or self.owner, locale=locale)
        for user in self.users.values():
            guild.members[user.id] = user
            if user.permissions.value & ~MEMBER_PERMISSIONS.value:
                guild.role_ids[user.id] = self.new_id()
        for place, channel in enumerate(["general", *(f"more-{number}" for number in range(1, channels))]):
            self._add_channel(guild, channel).closed = place < closed
        self.guilds.append(guild)
        # A bot that joins is told of no member but itself, even with the members intent; and that it joins is
        # told by leaving out that the guild is available again.
        joined = guild.to_json([self.bot])
        del joined["unavailable"]
        self.dispatch("GUILD_CREATE", joined)
        return guild

    def foreign_guild(self, name: str, *, external_apps: bool = True) -> Channel:
        """#general of a guild that the bot is not in."""
        guild = Guild(self.new_id(), name, self.owner, has_bot=False, external_apps=external_apps)
        return self._add_channel(guild, "general")

    def group(self, name: str, *members: User) -> Channel:
        """A group of people who write to each other; bots cannot be in one."""
        group = Channel(self.new_id(), name, kind=GROUP_CHANNEL, members=members)
        self.channels[group.id] = group
        return group

    def outage(self, guild: Guild) -> None:
        """Let a guild be unavailable for a moment, as when Discord has trouble."""
        self.dispatch("GUILD_DELETE", {"id": guild.id, "unavailable": True})
        self.dispatch("GUILD_CREATE", guild.to_json([self.bot]))

    def _add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), name, guild)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def channel(self, guild: Guild, name: str, kind: int = TEXT_CHANNEL) -> Channel:
        """The guild's channel of that name, which is made when first asked for."""
        found = next((channel for channel in guild.channels if channel.name == name), None)
        if found is None:
            found = self._add_channel(guild, name)
            found.kind = kind
            self.dispatch("CHANNEL_CREATE", found.to_json())
        return found

    def thread(self, parent: Channel, name: str, owner: User, id: str | None = None) -> Channel:
        """A new thread in a channel, or a post in a forum; one on a message has the message's id."""
        assert parent.guild is not None
        thread = Channel(id or self.new_id(), name, parent.guild, kind=THREAD, parent=parent, owner=owner)
        parent.guild.threads.append(thread)
        self.channels[thread.id] = thread
        self.dispatch("THREAD_CREATE", {**thread.to_json(), "newly_created": True})
        return thread

    def role(self, guild: Guild, name: str, *, managed: bool = False) -> str:
        """The id of a new role; a `managed` one is what Discord makes for the bot when it joins."""
        role_id = self.new_id()
        guild.roles[role_id] = (name, managed)
        self.dispatch("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": guild.extra_role_json(role_id)})
        return role_id

    def delete_channel(self, channel: Channel) -> None:
        """Delete a guild's channel with its messages, and tell the bot."""
        self.dispatch("CHANNEL_DELETE", channel.to_json())
        del self.channels[channel.id]
        for guild in self.guilds:
            guild.channels = [one for one in guild.channels if one is not channel]
        kept = {id: message for id, message in self.messages.items() if message["channel_id"] != channel.id}
        self.messages = kept

    def conversation(self, user: User) -> Channel:
        """The direct conversation between a person and the bot."""
        found = next((channel for channel in self.channels.values() if channel.recipient is user), None)
        if found is None:
            found = Channel(self.new_id(), "", recipient=user)
            self.channels[found.id] = found
        return found

    def known_channel(self, channel_id: str) -> Channel:
        """The channel of that id, or Discord's refusal."""
        if channel_id not in self.channels:
            raise ApiError(*UNKNOWN_CHANNEL)
        return self.channels[channel_id]

    # Messages

    def known_message(self, message_id: str, channel_id: str | None = None) -> Json:
        """The message of that id (in that channel, where it must be seen by all), or Discord's refusal."""
        message = self.messages.get(message_id)
        if message is None or (channel_id and (message["channel_id"] != channel_id or is_ephemeral(message))):
            raise ApiError(*UNKNOWN_MESSAGE)
        return message

    def check_body(
        self, body: Json, request: str, *, before: Json | None = None, files: int = 0, at: str = ""
    ) -> None:
        """Refuse what Discord would refuse, and note a text that could ping somebody."""
        check_message(body, before=before, files=files, prefix=at)
        if mentions_unguarded(body):
            self.record.mentions_unguarded.append(request)

    def post(
        self,
        channel: Channel,
        author: User,
        body: Json,
        *,
        files: Iterable[File] = (),
        audience: User | None = None,
        **extra: Any,
    ) -> Json:
        """Store a new message and announce it; an ephemeral one has an audience instead."""
        message: Json = {
            "id": self.new_id(),
            "channel_id": channel.id,
            "type": 0,
            "content": "",
            "author": author.to_json(),
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
        }
        if channel.guild is not None:
            message["guild_id"] = channel.guild.id
        if "nonce" in body:
            message["nonce"] = body["nonce"]
        message.update(extra)
        self._quote(message, body)
        message["flags"] |= (body.get("flags") or 0) & SETTABLE_FLAGS
        self._write(message, body, files)
        self.messages[message["id"]] = message
        if audience is not None:
            self.audience[message["id"]] = audience
        self._remember(message, "MESSAGE_CREATE")
        return message

    def edit(self, message: Json, body: Json, *, files: Iterable[File] = (), edited: bool = True) -> Json:
        """Change a stored message, keep the version and announce it."""
        # An edit shows what was still loading, but cannot change who sees it.
        message["flags"] &= ~LOADING
        message["flags"] |= (body.get("flags") or 0) & SETTABLE_FLAGS & ~EPHEMERAL
        if edited:
            message["edited_timestamp"] = now()
        self._write(message, body, files)
        self._remember(message, "MESSAGE_UPDATE")
        return message

    def touch(self, message: Json) -> None:
        """Keep the version of a message that changed otherwise than by an edit, such as by a reaction."""
        self.history[message["id"]].append(copy.deepcopy(message))

    def delete(self, message: Json) -> None:
        """Forget a message; its history stays."""
        del self.messages[message["id"]]
        if not is_ephemeral(message) and self.channels[message["channel_id"]].has_bot:
            gone: Json = {key: message[key] for key in ("id", "channel_id", "guild_id") if key in message}
            self.dispatch("MESSAGE_DELETE", gone)

    def in_channel(self, channel: Channel) -> list[Json]:
        """The messages that everybody in a channel sees, oldest first."""
        messages = [message for message in self.messages.values() if message["channel_id"] == channel.id]
        return [message for message in messages if not is_ephemeral(message)]

    def waits(self, channel: Channel, user: User) -> bool:
        """Whether slow mode keeps somebody from writing now."""
        free = user.bot or user.permissions.manage_messages or user.permissions.manage_channels
        soonest = datetime.now(UTC) - timedelta(seconds=channel.slow_seconds)
        mine = [found for found in self.in_channel(channel) if is_by(found, user)]
        return not free and any(datetime.fromisoformat(found["timestamp"]) > soonest for found in mine)

    def _quote(self, message: Json, body: Json) -> None:
        reference = body.get("message_reference")
        if not reference:
            return
        quoted = self.messages.get(str(reference.get("message_id")))
        if quoted is None:
            if reference.get("fail_if_not_exists", True):
                error = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
                errors = {"message_reference": {"_errors": [error]}}
                raise ApiError(400, 50035, "Invalid Form Body", errors)
            return
        place = {key: quoted[key] for key in ("channel_id", "guild_id") if key in quoted}
        message["type"] = REPLY_MESSAGE
        message["message_reference"] = {"type": 0, "message_id": quoted["id"], **place}
        # What that message was itself an answer to is not quoted again.
        shown = {key: value for key, value in quoted.items() if key != "referenced_message"}
        message["referenced_message"] = copy.deepcopy(shown)

    def _write(self, message: Json, body: Json, files: Iterable[File]) -> None:
        for key, empty in (("content", ""), ("embeds", []), ("components", [])):
            if key in body:
                message[key] = copy.deepcopy(body[key]) or empty
        for embed in message["embeds"]:
            embed.setdefault("type", "rich")
        for number, component in enumerate(walk(message["components"]), 1):
            component.setdefault("id", number)
        self._attach(message, body, list(files))
        self._mention(message, body)

    def _attach(self, message: Json, body: Json, files: list[File]) -> None:
        described = {str(entry.get("id")): entry for entry in body.get("attachments") or []}
        if "attachments" in body:
            message["attachments"] = [kept for kept in message["attachments"] if kept["id"] in described]
        for number, file in enumerate(files):
            entry = described.get(str(number), {})
            message["attachments"].append(self.store_file(file, description=entry.get("description")))

    def store_file(self, file: File, **extra: Any) -> Json:
        """Keep a file and describe it as an attachment."""
        if len(file.data) > Limit.FILE_BYTES:
            raise ApiError(413, 40005, "Request entity too large")
        file_id = self.new_id()
        self.files[file_id] = file
        url = f"{self.base_url}/attachments/{file_id}/{file.name}"
        stored = {"id": file_id, "filename": file.name, "size": len(file.data), "url": url, "proxy_url": url}
        return stored | {key: value for key, value in extra.items() if value is not None}

    def _mention(self, message: Json, body: Json) -> None:
        allowed = body.get("allowed_mentions") or {"parse": ["users", "everyone"], "replied_user": True}
        parse = allowed.get("parse") or []
        named = list(dict.fromkeys(re.findall(r"<@!?(\d+)>", message["content"])))
        explicit = {str(user_id) for user_id in allowed.get("users") or []}
        pinged = [user_id for user_id in named if "users" in parse or user_id in explicit]
        quoted = message.get("referenced_message")
        if quoted and allowed.get("replied_user"):
            pinged.append(quoted["author"]["id"])
        found = dict.fromkeys(user_id for user_id in pinged if user_id in self.users)
        message["mentions"] = [self.users[user_id].to_json() for user_id in found]
        calls_everyone = re.search("@(everyone|here)", message["content"])
        message["mention_everyone"] = "everyone" in parse and calls_everyone is not None
        texts = [
            message["content"],
            *(part["content"] for part in walk(message["components"]) if is_text(part)),
        ]
        roles = list(dict.fromkeys(re.findall(r"<@&(\d+)>", "\n".join(texts))))
        chosen = {str(role_id) for role_id in allowed.get("roles") or []}
        everybody = message["author"]["id"] != self.bot.id  # people choose for themselves whom they mention
        message["mention_roles"] = [id for id in roles if everybody or "roles" in parse or id in chosen]

    def _remember(self, message: Json, event: str) -> None:
        self.history.setdefault(message["id"], []).append(copy.deepcopy(message))
        if not is_ephemeral(message) and self.channels[message["channel_id"]].has_bot:
            self.dispatch(event, self.with_member(message))

    def with_member(self, message: Json) -> Json:
        """A message as the gateway carries it: with its author's membership."""
        channel = self.channels[message["channel_id"]]
        data = copy.deepcopy(message)
        author = self.users.get(message["author"]["id"])
        if channel.guild is not None and author is not None and "webhook_id" not in message:
            data["member"] = channel.guild.member_json(author)
        return data


def now() -> str:
    """The present, as Discord writes it."""
    return datetime.now(UTC).isoformat()


def is_ephemeral(message: Json) -> bool:
    """Whether only one person sees the message."""
    return bool(message["flags"] & EPHEMERAL)


def is_by(message: Json, user: User) -> bool:
    """Whether the user wrote the message."""
    return bool(message["author"]["id"] == user.id)


def message_title(message: Json) -> str:
    """The first line of a message in a box, without what makes it a heading."""
    first = next(part["content"] for part in walk(message["components"]) if is_text(part))
    return str(first.partition("\n")[0].removeprefix("### "))


def message_text(message: Json) -> str:
    """All the text that a message shows, apart from its buttons."""
    shown = [message["content"]]
    for embed in message["embeds"]:
        shown += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
        for entry in embed.get("fields") or []:
            shown += [entry.get("name"), entry.get("value")]
        shown.append((embed.get("footer") or {}).get("text"))
    shown += [part.get("content") for part in walk(message["components"]) if is_text(part)]
    return "\n".join(text for text in shown if text)
