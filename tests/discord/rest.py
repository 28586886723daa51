"""Discord's REST interface, as far as a bot of this kind needs it.

A route that is not here answers 404 and is recorded, so that a test notices what the bot asked for in vain.
"""

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import discord
from aiohttp import BodyPartReader, web

from tests.discord.gateway import MESSAGE_CONTENT, Gateway, redacted
from tests.discord.interactions import ALREADY_ANSWERED, Interaction, Interactions
from tests.discord.limits import EPHEMERAL, ApiError, Json, check_commands
from tests.discord.openapi import complaint
from tests.discord.world import (
    FORUM,
    NEWS_CHANNEL,
    UNKNOWN_MESSAGE,
    Channel,
    File,
    Guild,
    Request,
    User,
    Violation,
    World,
    is_by,
)

API: Final = "/api/v10"
UNAUTHORIZED: Final = (401, 0, "401: Unauthorized")
NOT_FOUND: Final = (404, 0, "404: Not Found")
UNKNOWN_USER: Final = (404, 10013, "Unknown User")
UNKNOWN_GUILD: Final = (404, 10004, "Unknown Guild")
UNKNOWN_MEMBER: Final = (404, 10007, "Unknown Member")
UNKNOWN_COMMAND: Final = (404, 10063, "Unknown application command")
NOT_THE_AUTHOR: Final = (403, 50005, "Cannot edit a message authored by another user")
MISSING_ACCESS: Final = (403, 50001, "Missing Access")
MISSING_PERMISSIONS: Final = (403, 50013, "Missing Permissions")
INVALID_FORM_BODY: Final = 50035
NO_DIRECT_MESSAGES: Final = (403, 50007, "Cannot send messages to this user")
ARCHIVED: Final = (400, 50083, "Thread is archived")
NO_HISTORY: Final = (400, 160002, "Cannot reply without permission to read message history")
NOT_A_TEXT_CHANNEL: Final = (400, 50008, "Cannot send messages in a non-text channel")
WRONG_CHANNEL_TYPE: Final = (400, 50024, "Cannot execute action on this channel type")
ALREADY_A_THREAD: Final = (400, 160004, "A thread has already been created for this message")
CROSSPOSTED: Final = 1
# Refusals that depend on people and places, which no bot can know beforehand.
UNFORESEEN: Final = frozenset(
    code for _, code, _ in (ARCHIVED, NO_HISTORY, NOT_A_TEXT_CHANNEL, ALREADY_A_THREAD)
)
RESPONSES_TO_LIMITS: Final = frozenset({400, 413})
# The tokens in these paths are the authorization.
OPEN_PATHS: Final = re.compile(r"^/(interactions|webhooks)/")
# discord.py makes the requests of one bucket wait for each other until it is told that there is room.
RATE_LIMIT_HEADERS: Final = {
    "X-RateLimit-Limit": "50",
    "X-RateLimit-Remaining": "49",
    "X-RateLimit-Reset-After": "1",
}

Answer = Json | list[Json] | bytes | None
Handler = Callable[["Call"], Answer]


@dataclass
class Fault:
    """A failure that was ordered for the next requests of a kind."""

    method: str
    path: re.Pattern[str]
    status: int
    times: int
    retry_after: float | None
    code: int = 0

    def response(self) -> web.Response:
        """The failure."""
        if self.status != 429:
            return json_response(
                self.status, {"message": f"{self.status}: injected fault", "code": self.code}
            )
        wait = 0.05 if self.retry_after is None else self.retry_after
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": False}
        # Without the header "Via" discord.py takes a 429 for a ban by Cloudflare and does not wait.
        headers = {"Via": "1.1 google", "Retry-After": str(wait), "X-RateLimit-Scope": "user"}
        return json_response(429, body, headers)


@dataclass
class Call:
    """One request, read in full."""

    method: str
    path: str
    query: dict[str, str]
    given: dict[str, str]
    body: Any
    files: list[File]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def fields(self) -> Json:
        """The body, which must be an object."""
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body


def json_response(status: int, body: Answer, headers: dict[str, str] | None = None) -> web.Response:
    """An answer; discord.py reads JSON only where the content type says no more than that."""
    headers = {**RATE_LIMIT_HEADERS, **(headers or {})}
    if body is None:
        return web.Response(status=204, headers=headers)
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return web.Response(status=status, body=data, content_type=kind, headers=headers)


class Rest:
    """The routes, and what they do to the world."""

    def __init__(self, world: World, gateway: Gateway, interactions: Interactions) -> None:
        self.world = world
        self.gateway = gateway
        self.interactions = interactions
        self.faults: list[Fault] = []
        self._routes = [(method, _pattern(path), handler) for method, path, handler in self._table()]

    def _table(self) -> list[tuple[str, str, Handler]]:
        commands = "/applications/{application}/commands"
        guild_commands = "/applications/{application}/guilds/{guild}/commands"
        webhook = "/webhooks/{application}/{token}"
        messages = "/channels/{channel}/messages"
        return [
            ("GET", "/users/@me", self._me),
            ("POST", "/users/@me/channels", self._open_conversation),
            ("GET", "/users/{user}", lambda call: self._user(call.given["user"]).to_json()),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/gateway", lambda call: {"url": self.gateway.url}),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", "/guilds/{guild}/audit-logs", self._audit_log),
            ("GET", commands, self._commands),
            ("PUT", commands, self._overwrite_commands),
            ("GET", commands + "/{command}", self._command),
            ("GET", guild_commands, self._commands),
            ("PUT", guild_commands, self._overwrite_commands),
            ("GET", guild_commands + "/{command}", self._command),
            ("POST", "/interactions/{interaction}/{token}/callback", self._answer_interaction),
            ("POST", webhook, self._follow_up),
            ("GET", webhook + "/messages/{message}", self._webhook_message),
            ("PATCH", webhook + "/messages/{message}", self._edit_webhook_message),
            ("DELETE", webhook + "/messages/{message}", self._delete_webhook_message),
            ("GET", "/channels/{channel}", lambda call: self._channel(call).to_json()),
            ("POST", "/channels/{channel}/typing", self._type),
            ("GET", messages, self._history),
            ("POST", messages, self._send_message),
            ("GET", messages + "/{message}", lambda call: self._seen(self._message(call))),
            ("PATCH", messages + "/{message}", self._edit_message),
            ("DELETE", messages + "/{message}", self._delete_message),
            ("PUT", messages + "/{message}/reactions/{emoji}/@me", self._react),
            ("DELETE", messages + "/{message}/reactions/{emoji}/@me", self._unreact),
            ("POST", messages + "/{message}/crosspost", self._publish),
            ("POST", messages + "/{message}/threads", self._open_thread),
            ("POST", "/channels/{channel}/threads", self._post_in_forum),
            ("PATCH", "/channels/{channel}", self._edit_channel),
        ]

    # Serving

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request, and wake the tests once the bot has its answer."""
        call = await _read(request)
        response = self._respond(call, request.headers.get("Authorization"))
        self.world.record.requests.append(Request(call.method, call.path, call.body, response.status))
        await response.prepare(request)
        await response.write_eof()
        self.world.changed.beat()
        return response

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """Serve a file that was attached to a message."""
        file = self.world.files.get(request.match_info["file"])
        if file is None:
            return json_response(*_error(ApiError(*NOT_FOUND)))
        return json_response(200, file.data)

    def _respond(self, call: Call, authorization: str | None) -> web.Response:
        fault = self._fault(call)
        if fault is not None:
            return fault.response()
        try:
            if not OPEN_PATHS.match(call.path) and authorization != f"Bot {self.gateway.token}":
                raise ApiError(*UNAUTHORIZED)
            answer = self._route(call)(call)
            if (wrong := complaint(call.method, call.path, call.body)) is not None:
                self.world.record.violations.append(Violation(str(call), INVALID_FORM_BODY, wrong))
            return json_response(200, answer)
        except ApiError as refusal:
            self._note(call, refusal)
            return json_response(*_error(refusal))

    def _route(self, call: Call) -> Handler:
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(call.path)
            if match and method == call.method:
                call.given = match.groupdict()
                return handler
        self.world.record.unknown_requests.append(str(call))
        raise ApiError(*NOT_FOUND)

    def _fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == call.method and fault.path.search(call.path):
                fault.times -= 1
                return fault
        return None

    def _note(self, call: Call, refusal: ApiError) -> None:
        # A second answer was noted where it was found out.
        if refusal.status in RESPONSES_TO_LIMITS and refusal.code not in {ALREADY_ANSWERED[1], *UNFORESEEN}:
            self.world.record.violations.append(Violation(str(call), refusal.code, str(refusal)))

    # The bot itself

    def _me(self, call: Call) -> Json:
        return {**self.world.bot.to_json(), "mfa_enabled": True, "locale": "en-US"}

    def _application(self, call: Call) -> Json:
        return {
            "id": self.world.application_id,
            "name": self.world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "type": None,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": len(self.world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": [],
            "owner": self.world.owner.to_json(),
            "team": None,
            "bot": self.world.bot.to_json(),
        }

    def _gateway_bot(self, call: Call) -> Json:
        limit = {
            "total": 1000,
            "remaining": 999,
            "reset_after": 0,
            "max_concurrency": self.gateway.max_concurrency,
        }
        return {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}

    def _user(self, user_id: str) -> User:
        if user_id not in self.world.users:
            raise ApiError(*UNKNOWN_USER)
        return self.world.users[user_id]

    def _guild(self, call: Call) -> Guild:
        for guild in self.world.guilds:
            if guild.id == call.given["guild"]:
                return guild
        raise ApiError(*UNKNOWN_GUILD)

    def _audit_log(self, call: Call) -> Json:
        """Who has added the bot, the only entry that is ever asked for."""
        guild = self._guild(call)
        if not self.world.bot.permissions.view_audit_log:
            raise ApiError(*MISSING_PERMISSIONS)
        people = [guild.adder or guild.owner, self.world.bot]
        entry = {
            "id": self.world.new_id(),
            "user_id": people[0].id,
            "target_id": self.world.bot.id,
            "action_type": discord.AuditLogAction.bot_add.value,
        }
        others = ("application_commands", "auto_moderation_rules", "guild_scheduled_events")
        empty: Json = {key: [] for key in (*others, "integrations", "threads", "webhooks")}
        return {"audit_log_entries": [entry], "users": [person.to_json() for person in people], **empty}

    def _member(self, call: Call) -> Json:
        guild = self._guild(call)
        if call.given["user"] not in guild.members:
            raise ApiError(*UNKNOWN_MEMBER)
        return guild.full_member_json(guild.members[call.given["user"]])

    def _open_conversation(self, call: Call) -> Json:
        return self.world.conversation(self._user(str(call.fields.get("recipient_id")))).to_json()

    # Application commands

    def _stored_commands(self, call: Call) -> list[Json]:
        return self.world.commands.get(call.given.get("guild"), [])

    def _commands(self, call: Call) -> list[Json]:
        return self._stored_commands(call)

    def _command(self, call: Call) -> Json:
        for command in self._stored_commands(call):
            if command["id"] == call.given["command"]:
                return command
        raise ApiError(*UNKNOWN_COMMAND)

    def _overwrite_commands(self, call: Call) -> list[Json]:
        check_commands(call.body)
        kept = {(command["type"], command["name"]): command["id"] for command in self._stored_commands(call)}
        stored = [self._to_stored(command, call.given.get("guild"), kept) for command in call.body or []]
        self.world.commands[call.given.get("guild")] = stored
        return stored

    def _to_stored(self, command: Json, guild_id: str | None, kept: dict[tuple[int, str], str]) -> Json:
        kind = command.get("type") or 1
        permissions = command.get("default_member_permissions")
        stored: Json = {
            "description": "",
            "options": [],
            "nsfw": False,
            "dm_permission": True,
            "contexts": None,
            **command,
            "integration_types": command.get("integration_types") or [0],
            "type": kind,
            # A command that was there before keeps its id.
            "id": kept.get((kind, command["name"])) or self.world.new_id(),
            "application_id": self.world.application_id,
            "version": self.world.new_id(),
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return stored if guild_id is None else {**stored, "guild_id": guild_id}

    # Interactions

    def _continued(self, call: Call) -> Interaction:
        return self.interactions.to_continue(call.given["application"], call.given["token"], str(call))

    def _answer_interaction(self, call: Call) -> Answer:
        interaction = self.interactions.to_answer(call.given["interaction"], call.given["token"], str(call))
        response_type = call.fields.get("type")
        if not isinstance(response_type, int):
            raise ApiError(400, 50035, "Invalid Form Body")
        interaction.answer(response_type, call.fields.get("data") or {}, call.files, str(call))
        wanted = call.query.get("with_response", "").lower() in ("1", "true")
        return interaction.callback_json() if wanted else None

    def _follow_up(self, call: Call) -> Json:
        return self._continued(call).follow_up(call.fields, call.files, str(call))

    def _webhook_message(self, call: Call) -> Json:
        return self._continued(call).message(call.given["message"])

    def _edit_webhook_message(self, call: Call) -> Json:
        interaction = self._continued(call)
        message = interaction.message(call.given["message"])
        return interaction.edit(message, call.fields, call.files, str(call))

    def _delete_webhook_message(self, call: Call) -> None:
        self.world.delete(self._continued(call).message(call.given["message"]))

    # Channels

    def _channel(self, call: Call) -> Channel:
        channel = self.world.known_channel(call.given["channel"])
        if not channel.has_bot:
            raise ApiError(*MISSING_ACCESS)
        return channel

    def _message(self, call: Call) -> Json:
        return self.world.known_message(call.given["message"], self._channel(call).id)

    def _seen(self, message: Json) -> Json:
        # Here it counts what the application was granted, not what it asked for on the gateway.
        granted = self.gateway.privileged_intents & MESSAGE_CONTENT
        return message if granted else redacted(message, self.world.bot)

    def _type(self, call: Call) -> None:
        self.world.record.typing.append(self._channel(call).id)

    def _history(self, call: Call) -> list[Json]:
        found = self.world.in_channel(self._channel(call))
        limit = int(call.query.get("limit", 50))
        if "before" in call.query:
            found = [message for message in found if int(message["id"]) < int(call.query["before"])]
        if "after" in call.query:
            found = [message for message in found if int(message["id"]) > int(call.query["after"])][:limit]
        return [self._seen(message) for message in reversed(found[-limit:])]

    def _send_message(self, call: Call) -> Json:
        channel = self._channel(call)
        self._require_writable(channel, reply="message_reference" in call.fields)
        # Only an interaction has an audience of one.
        body = {**call.fields, "flags": (call.fields.get("flags") or 0) & ~EPHEMERAL}
        self.world.check_body(body, str(call), files=len(call.files))
        if body.get("enforce_nonce"):
            for sent in self.world.in_channel(channel):
                if is_by(sent, self.world.bot) and sent.get("nonce") == body["nonce"]:
                    return sent  # sent already: Discord takes it once
        return self.world.post(channel, self.world.bot, body, files=call.files)

    def _require_writable(self, channel: Channel, *, reply: bool = False) -> None:
        mine = self.world.bot.permissions
        if channel.guild is None:
            if channel.recipient is not None and channel.recipient.closed:
                raise ApiError(*NO_DIRECT_MESSAGES)
            return
        may_write = mine.send_messages_in_threads if channel.parent else mine.send_messages
        closed = channel.closed or (channel.parent is not None and channel.parent.closed)
        if not mine.administrator and (closed or not may_write):
            raise ApiError(*MISSING_PERMISSIONS)
        if channel.archived:
            raise ApiError(*ARCHIVED)
        if channel.kind == FORUM:
            raise ApiError(*NOT_A_TEXT_CHANNEL)
        if reply and not (mine.administrator or mine.read_message_history):
            raise ApiError(*NO_HISTORY)

    def _publish(self, call: Call) -> Json:
        message = self._message(call)
        if self._channel(call).kind != NEWS_CHANNEL:
            raise ApiError(*WRONG_CHANNEL_TYPE)
        message["flags"] |= CROSSPOSTED
        self.world.touch(message)
        return message

    def _open_thread(self, call: Call) -> Json:
        message, channel = self._message(call), self._channel(call)
        if message["id"] in self.world.channels:
            raise ApiError(*ALREADY_A_THREAD)
        return self.world.thread(channel, call.fields["name"], self.world.bot, message["id"]).to_json()

    def _post_in_forum(self, call: Call) -> Json:
        forum = self._channel(call)
        if forum.kind != FORUM:
            raise ApiError(*WRONG_CHANNEL_TYPE)
        body = call.fields["message"]
        self.world.check_body(body, str(call), files=len(call.files))
        post = self.world.thread(forum, call.fields["name"], self.world.bot)
        message = self.world.post(post, self.world.bot, body, files=call.files)
        return {**post.to_json(), "message": message}

    def _edit_channel(self, call: Call) -> Json:
        channel = self._channel(call)
        if channel.locked and not self.world.bot.permissions.manage_threads:
            raise ApiError(*MISSING_PERMISSIONS)
        channel.archived = call.fields.get("archived", channel.archived)
        self.world.dispatch("THREAD_UPDATE", channel.to_json())
        return channel.to_json()

    def _edit_message(self, call: Call) -> Json:
        message = self._message(call)
        if not is_by(message, self.world.bot):
            raise ApiError(*NOT_THE_AUTHOR)
        self.world.check_body(call.fields, str(call), before=message, files=len(call.files))
        return self.world.edit(message, call.fields, files=call.files)

    def _delete_message(self, call: Call) -> None:
        message = self._message(call)
        if not is_by(message, self.world.bot) and not self.world.bot.permissions.manage_messages:
            raise ApiError(*MISSING_PERMISSIONS)
        self.world.delete(message)

    def _react(self, call: Call) -> None:
        message = self._message(call)
        reactions = message.setdefault("reactions", [])
        if _reaction(reactions, call.given["emoji"]) is None:
            name, _, emoji_id = call.given["emoji"].partition(":")
            emoji = {"id": emoji_id or None, "name": name}
            counts = {"burst": 0, "normal": 1}
            added = {"emoji": emoji, "count": 1, "count_details": counts, "me": True, "me_burst": False}
            reactions.append({**added, "burst_colors": []})
            self.world.touch(message)

    def _unreact(self, call: Call) -> None:
        message = self._message(call)
        reactions = message.get("reactions", [])
        found = _reaction(reactions, call.given["emoji"])
        if found is None:
            raise ApiError(*UNKNOWN_MESSAGE)
        reactions.remove(found)
        self.world.touch(message)


def _reaction(reactions: list[Json], emoji: str) -> Json | None:
    name, _, emoji_id = emoji.partition(":")
    wanted = {"id": emoji_id or None, "name": name}
    return next((reaction for reaction in reactions if reaction["emoji"] == wanted), None)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def _error(refusal: ApiError) -> tuple[int, Json]:
    return refusal.status, refusal.to_json()


async def _read(request: web.Request) -> Call:
    path = request.path.removeprefix(API)
    body: Any = None
    files: list[File] = []
    if request.content_type == "multipart/form-data":
        async for part in _parts(request):
            data = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files.append(File(part.filename or str(part.name), data))
    elif request.can_read_body:
        text = await request.text()
        body = json.loads(text) if text else None
    return Call(request.method, path, dict(request.query), {}, body, files)


async def _parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            yield part
