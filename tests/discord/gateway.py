"""The gateway: the socket on which Discord tells a bot what happens."""

import asyncio
import copy
import json
import math
import secrets
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import discord
from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord.limits import Json
from tests.discord.world import User, World, is_by

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = 4005, 4012, 4013, 4014

INTENTS: Final = discord.Intents.all().value
PRIVILEGED_INTENTS: Final = discord.Intents(members=True, presences=True, message_content=True).value
MESSAGE_CONTENT: Final = discord.Intents(message_content=True).value

_GUILDS: Final = discord.Intents(guilds=True).value
_MEMBERS: Final = discord.Intents(members=True).value
_MESSAGES: Final = (discord.Intents(guild_messages=True).value, discord.Intents(dm_messages=True).value)

# What an event needs in a guild and in a direct conversation; others always come.
EVENT_INTENTS: Final = {
    "GUILD_CREATE": (_GUILDS, 0),
    "GUILD_DELETE": (_GUILDS, 0),
    "GUILD_ROLE_CREATE": (_GUILDS, 0),
    "GUILD_ROLE_UPDATE": (_GUILDS, 0),
    "CHANNEL_CREATE": (_GUILDS, 0),
    "CHANNEL_UPDATE": (_GUILDS, 0),
    "CHANNEL_DELETE": (_GUILDS, 0),
    "THREAD_CREATE": (_GUILDS, 0),
    "THREAD_UPDATE": (_GUILDS, 0),
    "GUILD_MEMBER_ADD": (_MEMBERS, 0),
    "GUILD_MEMBER_UPDATE": (_MEMBERS, 0),
    "MESSAGE_CREATE": _MESSAGES,
    "MESSAGE_UPDATE": _MESSAGES,
    "MESSAGE_DELETE": _MESSAGES,
}
_MESSAGE_EVENTS: Final = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
_USER_CONTENT: Final[Json] = {"content": "", "embeds": [], "attachments": [], "components": []}


class CloseError(Exception):
    """The client broke the protocol and is shown out."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Connection:
    """One socket. Sending only queues, so that whoever causes an event need not wait for the network."""

    def __init__(self, socket: web.WebSocketResponse, compress: str | None) -> None:
        self.socket = socket
        self.session: Session | None = None
        # A client that asks for another compression is sent plain text, which discord.py takes as well.
        self._compressor = zlib.compressobj() if compress == "zlib-stream" else None
        self._queue: asyncio.Queue[Json] = asyncio.Queue()

    def send(self, payload: Json) -> None:
        """Queue a payload."""
        self._queue.put_nowait(payload)

    async def pump(self) -> None:
        """Send what is queued, until the socket goes away."""
        with suppress(ConnectionError):
            while True:
                await self._send(json.dumps(await self._queue.get()))

    async def _send(self, text: str) -> None:
        if self._compressor is None:
            await self.socket.send_str(text)
        else:
            data = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


@dataclass(eq=False)
class Session:
    """What survives a broken connection, so that the client can resume."""

    intents: int
    shard: int = 0
    shards: int = 1
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[Json] = field(default_factory=list)
    connection: Connection | None = None

    def hears_of(self, guild_id: str | None) -> bool:
        """Whether what happens in a guild comes to this shard; what happens in none comes to shard 0."""
        return self.shard == (int(guild_id) >> 22) % self.shards if guild_id else self.shard == 0

    def dispatch(self, event: str, data: Json) -> None:
        """Number an event, keep it for a resume, and send it when there is a connection."""
        payload = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(payload)
        if self.connection is not None:
            self.connection.send(payload)

    def replay(self, after: int) -> None:
        """Send again what the client has not seen."""
        if self.connection is not None:
            for payload in self.events[after:]:
                self.connection.send(payload)


class Gateway:
    """The gateway of one bot, in as many processes and shards as it likes."""

    def __init__(self, world: World, token: str, *, privileged_intents: int) -> None:
        self.world = world
        self.token = token
        self.privileged_intents = privileged_intents
        self.url = ""
        self.heartbeat_interval_ms = 41_250
        self.refuse_resume = False
        # Whether the text of a message is shown to a bot whose role it mentions, instead of the bot itself.
        self.role_counts = False
        # By shard; and the one that was begun last.
        self.sessions: dict[int, Session] = {}
        self.session: Session | None = None
        self.identifies = 0
        self.max_concurrency = 1  # as Discord tells it to all but large bots
        # Who identifies so soon after another is turned away, and counted.
        self.identify_seconds = 0.0
        self.hasty = 0
        self._identified_at = -math.inf
        self.resumes = 0
        self.heartbeats = 0
        self._connections: set[Connection] = set()
        world.dispatch = self.dispatch

    @property
    def online(self) -> bool:
        """Whether the bot is connected and identified, with the shard that was begun last."""
        return self.session is not None and self.session.connection is not None

    def runs(self, shard: int) -> bool:
        """Whether a shard is connected and identified."""
        return shard in self.sessions and self.sessions[shard].connection is not None

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event to the bot, if it asked for such; it is kept while the bot is away."""
        guild_id = data["id"] if event in ("GUILD_CREATE", "GUILD_DELETE") else data.get("guild_id")
        for session in self.sessions.values():
            # Of its own roles a bot is told without the members intent.
            own = event == "GUILD_MEMBER_UPDATE" and data["user"]["id"] == self.world.bot.id
            if session.hears_of(guild_id) and (own or _wanted(session, event, data)):
                session.dispatch(event, self._redacted(session, event, data))

    async def drop(self, code: int) -> None:
        """Close the bot's connection."""
        connection = self.session.connection if self.session else None
        if connection is None:
            raise AssertionError("the bot has no gateway connection to drop")
        self._detach(connection)
        await connection.socket.close(code=code)

    async def close(self) -> None:
        """Close whatever is still open."""
        for connection in list(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(max_msg_size=0, timeout=1)
        await socket.prepare(request)
        connection = Connection(socket, request.query.get("compress"))
        self._connections.add(connection)
        pump = asyncio.create_task(connection.pump())
        try:
            await self._serve(connection, request)
        except CloseError as close:
            # What was queued before (the answer to a heartbeat, say) need not arrive any more.
            await socket.close(code=close.code, message=str(close).encode())
        finally:
            pump.cancel()
            self._detach(connection)
            self._connections.discard(connection)
        return socket

    async def _serve(self, connection: Connection, request: web.Request) -> None:
        if request.query.get("v") != "10":
            raise CloseError(INVALID_VERSION, "Invalid API version")
        connection.send({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_interval_ms}})
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                raise CloseError(DECODE_ERROR, "Decode error")
            try:
                payload = json.loads(message.data)
                op, data = payload["op"], payload.get("d")
            except (ValueError, KeyError, TypeError):
                raise CloseError(DECODE_ERROR, "Decode error") from None
            self._receive(connection, op, data)
            self.world.changed.beat()

    def _receive(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            connection.send({"op": HEARTBEAT_ACK})
        elif op == IDENTIFY:
            self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif connection.session is None:
            raise CloseError(NOT_AUTHENTICATED, "Not authenticated")
        elif op == REQUEST_MEMBERS:
            self._send_members(connection.session, data)
        elif op not in (PRESENCE, VOICE):
            raise CloseError(UNKNOWN_OPCODE, "Unknown opcode")

    def _identify(self, connection: Connection, data: Json) -> None:
        if connection.session is not None:
            raise CloseError(ALREADY_AUTHENTICATED, "Already authenticated")
        if data.get("token") != self.token:
            raise CloseError(AUTHENTICATION_FAILED, "Authentication failed")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~INTENTS:
            raise CloseError(INVALID_INTENTS, "Invalid intents")
        if intents & PRIVILEGED_INTENTS & ~self.privileged_intents:
            raise CloseError(DISALLOWED_INTENTS, "Disallowed intents")
        shard, shards = data.get("shard") or (0, 1)
        if time.monotonic() - self._identified_at < self.identify_seconds:
            self.hasty += 1
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        self._identified_at = time.monotonic()
        self.identifies += 1
        self.session = connection.session = Session(intents, shard, shards, connection=connection)
        self.sessions[shard] = self.session
        self._welcome(self.session, data)

    def _welcome(self, session: Session, data: Json) -> None:
        guilds = [guild for guild in self.world.guilds if session.hears_of(guild.id)]
        ready: Json = {
            "v": 10,
            "user": self.world.bot.to_json(),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": self.world.application_id, "flags": 0, "flags_new": "0"},
            "private_channels": [],
            "presences": [],
            "relationships": [],
        }
        if "shard" in data:
            ready["shard"] = data["shard"]
        session.dispatch("READY", ready)
        if not session.intents & _GUILDS:
            return
        for guild in guilds:
            # Without the members intent a bot is told of no member but itself.
            members = guild.members.values() if session.intents & _MEMBERS else [self.world.bot]
            session.dispatch("GUILD_CREATE", guild.to_json(members))

    def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.token:
            raise CloseError(AUTHENTICATION_FAILED, "Authentication failed")
        found = (session for session in self.sessions.values() if session.id == data.get("session_id"))
        session = next(found, None)
        if session is None or self.refuse_resume:
            self.session = None
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        self.resumes += 1
        connection.session = session
        session.connection = connection
        session.replay(int(data.get("seq") or 0))
        session.dispatch("RESUMED", {})

    def _send_members(self, session: Session, data: Json) -> None:
        guild = next((guild for guild in self.world.guilds if guild.id == str(data.get("guild_id"))), None)
        if guild is None:
            return
        asked = data.get("user_ids") or []
        wanted = {str(user_id) for user_id in ([asked] if isinstance(asked, str | int) else asked)}
        found = _matching(guild.members.values(), wanted, data.get("query"), data.get("limit") or 0)
        chunk: Json = {
            "guild_id": guild.id,
            "members": [guild.full_member_json(member) for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": sorted(wanted - {member.id for member in found}),
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def _redacted(self, session: Session, event: str, data: Json) -> Json:
        if event not in _MESSAGE_EVENTS or session.intents & MESSAGE_CONTENT:
            return data
        if self.role_counts and data.get("mention_roles"):
            return data
        return redacted(data, self.world.bot)

    def _detach(self, connection: Connection) -> None:
        if connection.session is not None and connection.session.connection is connection:
            connection.session.connection = None


def _wanted(session: Session, event: str, data: Json) -> bool:
    in_guild, in_conversation = EVENT_INTENTS.get(event, (0, 0))
    needed = in_guild if event.startswith("GUILD") or "guild_id" in data else in_conversation
    return session.intents & needed == needed


def redacted(message: Json, bot: User) -> Json:
    """A message as an app without the message content intent sees it.

    What the bot wrote, what mentions it and what is said to it in private keeps its content.
    """
    shown = copy.copy(message)
    mentioned = any(user["id"] == bot.id for user in message["mentions"])
    if "guild_id" in message and not is_by(message, bot) and not mentioned:
        shown.update(copy.deepcopy(_USER_CONTENT))
    if shown.get("referenced_message"):
        shown["referenced_message"] = redacted(shown["referenced_message"], bot)
    return shown


def _matching(members: Iterable[User], wanted: set[str], query: str | None, limit: int) -> list[User]:
    found = [member for member in members if not wanted or member.id in wanted]
    found = [member for member in found if member.name.startswith(query or "")]
    return found[:limit] if limit else found
