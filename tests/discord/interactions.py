"""Interactions: what becomes of a command, click or form once it has been sent to the bot.

An `Interaction` is the server's record of one and, at the same time, the result that a test looks at: it
keeps changing as long as the bot goes on answering.
"""

import copy
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.discord.limits import EPHEMERAL, LOADING, ApiError, Json, check_choices, check_modal
from tests.discord.world import (
    CHAT_COMMAND_MESSAGE,
    MENU_COMMAND_MESSAGE,
    UNKNOWN_MESSAGE,
    Channel,
    File,
    User,
    Violation,
    World,
    is_ephemeral,
    message_text,
)

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

ALLOWED_RESPONSES: Final = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}
RESPONSE_DEADLINE: Final = 3.0
TOKEN_LIFETIME: Final = 15 * 60.0

UNKNOWN_INTERACTION: Final = (404, 10062, "Unknown interaction")
ALREADY_ANSWERED: Final = (400, 40060, "Interaction has already been acknowledged.")
UNKNOWN_WEBHOOK: Final = (404, 10015, "Unknown Webhook")
INVALID_WEBHOOK_TOKEN: Final = (401, 50027, "Invalid Webhook Token")

TOO_MANY_FOLLOW_UPS: Final = (400, 40094, "This interaction has reached the maximum number of follow-ups.")
# So many may a bot send where it is not a member.
FOLLOW_UPS_OF_GUESTS: Final = 5

Until = Callable[["Interaction"], bool]


@dataclass(eq=False)
class Interaction:
    """One interaction, and all that the bot answered to it."""

    world: World
    type: int
    user: User
    channel: Channel
    data: Json
    source: Json | None = None
    parent: "Interaction | None" = None
    id: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    sent_at: float = field(default_factory=time.monotonic)
    response_type: int | None = None
    ephemeral: bool = False
    latency: float | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    original_id: str | None = None
    message_ids: list[str] = field(default_factory=list)
    updated: bool = False
    _versions_before: int = 0

    def __post_init__(self) -> None:
        self.id = self.world.new_id()

    @property
    def deferred(self) -> bool:
        """Whether the first response only said that there will be one."""
        return self.response_type in (DEFERRED, DEFERRED_UPDATE)

    @property
    def done(self) -> bool:
        """Whether there is a final response: at once, or after a deferral by an edit or a followup."""
        if self.response_type is None:
            return False
        return self.updated if self.deferred else True

    @property
    def original(self) -> Json | None:
        """The message of the first response as it is now; for a click that changes its message, that one."""
        return copy.deepcopy(self.world.messages.get(self.original_id or ""))

    @property
    def messages(self) -> list[Json]:
        """The messages of this interaction as they are now, in order."""
        stored = self.world.messages
        return [copy.deepcopy(stored[message_id]) for message_id in self.message_ids if message_id in stored]

    @property
    def history(self) -> list[Json]:
        """Every version of the original since the interaction began."""
        return copy.deepcopy(self.world.history.get(self.original_id or "", [])[self._versions_before :])

    @property
    def text(self) -> str:
        """Everything that the messages show."""
        return "\n".join(message_text(message) for message in self.messages)

    async def wait(self, until: Until | None = None, timeout: float = 5.0) -> "Interaction":
        """Wait until the predicate holds (by default: until there is a final response)."""
        predicate = until or (lambda interaction: interaction.done)
        if not await self.world.changed.until(lambda: predicate(self), timeout):
            raise AssertionError(f"after {timeout} s: {self.describe()}")
        return self

    def describe(self) -> str:
        """What has happened so far, for the message of a failed test."""
        name = self.data.get("name") or self.data.get("custom_id")
        state = f"interaction {name!r}: response type {self.response_type}, text {self.text!r}"
        return "; ".join([state, *self.world.record.complaints()])

    def to_json(self) -> Json:
        """The interaction as INTERACTION_CREATE carries it."""
        guild = self.channel.guild
        payload: Json = {
            "id": self.id,
            "application_id": self.world.application_id,
            "type": self.type,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": self.channel.id,
            "channel": self.channel.interaction_json(self.user),
            "app_permissions": self.world.bot.permission_bits,
            "locale": self.user.locale,
            "entitlements": [],
            "authorizing_integration_owners": self.channel.installed_by(self.user),
            "context": self.channel.context,
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        if guild is None:
            payload["user"] = self.user.to_json()
        else:
            member = {**guild.full_member_json(self.user), "permissions": self.user.permission_bits}
            payload |= {"guild_id": guild.id, "guild_locale": guild.locale, "member": member}
            payload["guild"] = {"id": guild.id, "locale": guild.locale, "features": []}
        if self.source is not None:
            payload["message"] = copy.deepcopy(self.source)
        return payload

    def metadata(self) -> Json:
        """What a message says of the interaction that it answers."""
        data: Json = {
            "id": self.id,
            "type": self.type,
            "user": self.user.to_json(),
            "authorizing_integration_owners": self.channel.installed_by(self.user),
        }
        if self.type == COMPONENT and self.source is not None:
            data["interacted_message_id"] = self.source["id"]
        if self.parent is not None:
            data["triggering_interaction_metadata"] = self.parent.metadata()
        return data

    # What the bot does

    def answer(self, response_type: int, data: Json, files: list[File], request: str) -> None:
        """Take the first response."""
        # Of a type that is yet to come, this is the least that can be said.
        if response_type not in ALLOWED_RESPONSES.get(self.type, {MESSAGE, DEFERRED}):
            raise _wrong_type(f"An interaction of type {self.type} has no response of type {response_type}.")
        if response_type in (UPDATE, DEFERRED_UPDATE) and self.source is None:
            raise _wrong_type("There is no message to update.")
        self._take(response_type, data, files, request)
        self.response_type = response_type
        self.latency = time.monotonic() - self.sent_at

    def _take(self, response_type: int, data: Json, files: list[File], request: str) -> None:
        if response_type == CHOICES:
            check_choices(data.get("choices"), _focused_type(self.data))
            self.choices = data.get("choices") or []
        elif response_type == MODAL:
            check_modal(data)
            self.modal = data
        elif response_type == MESSAGE:
            self.world.check_body(data, request, files=len(files), at="data")
            self._open(self._post(data, files))
        elif response_type == DEFERRED:
            self._open(self._post({"flags": (data.get("flags") or 0) & EPHEMERAL}, [], flags=LOADING))
        elif self.source is not None:
            if response_type == UPDATE:
                self.world.check_body(data, request, before=self.source, files=len(files), at="data")
            self._versions_before = len(self.world.history[self.source["id"]])
            self._open(self.source)
            if response_type == UPDATE:
                self.world.edit(self.source, data, files=files)

    def follow_up(self, body: Json, files: list[File], request: str) -> Json:
        """Take a followup; the first one after a deferral fills the message that is still loading."""
        original = self.world.messages.get(self.original_id or "")
        if original is not None and original["flags"] & LOADING:
            return self.edit(original, body, files, request)
        if not self.channel.has_bot and len(self.message_ids) > FOLLOW_UPS_OF_GUESTS:
            raise ApiError(*TOO_MANY_FOLLOW_UPS)
        self.world.check_body(body, request, files=len(files))
        message = self._post(body, files)
        self.message_ids.append(message["id"])
        self.updated = True
        return message

    def edit(self, message: Json, body: Json, files: list[File], request: str) -> Json:
        """Take an edit of one of the interaction's messages."""
        self.world.check_body(body, request, before=message, files=len(files))
        self.updated = True
        return self.world.edit(message, body, files=files, edited=not message["flags"] & LOADING)

    def message(self, message_id: str) -> Json:
        """One of the interaction's own messages (`@original`: the first), or Discord's refusal."""
        wanted = self.original_id if message_id == "@original" else message_id
        if wanted is None or wanted not in self.message_ids:
            raise ApiError(*UNKNOWN_MESSAGE)
        return self.world.known_message(wanted)

    def callback_json(self) -> Json:
        """What Discord answers to the first response when asked to."""
        answered: Json = {"id": self.id, "type": self.type}
        result: Json = {"interaction": answered}
        original = self.original
        if original is not None:
            answered["response_message_id"] = original["id"]
            answered["response_message_loading"] = bool(original["flags"] & LOADING)
            answered["response_message_ephemeral"] = is_ephemeral(original)
            if self.response_type in (MESSAGE, UPDATE):
                result["resource"] = {"type": self.response_type, "message": original}
        return result

    def _open(self, message: Json) -> None:
        self.original_id = message["id"]
        self.message_ids.append(message["id"])
        self.ephemeral = is_ephemeral(message)

    def _post(self, body: Json, files: list[File], flags: int = 0) -> Json:
        guild, asked = self.channel.guild, body.get("flags") or 0
        if guild and not guild.has_bot and not guild.external_apps:
            body = {**body, "flags": asked | EPHEMERAL}  # Discord hides it, whatever the bot wants
        ephemeral = (body.get("flags") or 0) & EPHEMERAL
        return self.world.post(
            self.channel,
            self.world.bot,
            body,
            files=files,
            audience=self.user if ephemeral else None,
            type=self._message_type(),
            flags=flags,
            webhook_id=self.world.application_id,
            application_id=self.world.application_id,
            interaction_metadata=self.metadata(),
        )

    def _message_type(self) -> int:
        if self.type != COMMAND:
            return 0
        return CHAT_COMMAND_MESSAGE if self.data["type"] == 1 else MENU_COMMAND_MESSAGE


class Interactions:
    """All the interactions, and the rules about when they may be answered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.response_deadline = RESPONSE_DEADLINE
        self.token_lifetime = TOKEN_LIFETIME
        # As Discord answers it; a test may choose another refusal.
        self.expired_token: tuple[int, int, str] = INVALID_WEBHOOK_TOKEN
        self._by_token: dict[str, Interaction] = {}

    def send(self, interaction: Interaction) -> Interaction:
        """Hand an interaction to the bot."""
        self._by_token[interaction.token] = interaction
        self.world.dispatch("INTERACTION_CREATE", interaction.to_json())
        return interaction

    def to_answer(self, interaction_id: str, token: str, request: str) -> Interaction:
        """The interaction that may be answered now."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(*UNKNOWN_INTERACTION)
        if interaction.response_type is not None:
            raise self._offence(ALREADY_ANSWERED, request, "answered a second time")
        waited = time.monotonic() - interaction.sent_at
        if waited > self.response_deadline:
            raise self._offence(UNKNOWN_INTERACTION, request, f"first response after {waited:.2f} s")
        return interaction

    def to_continue(self, application_id: str, token: str, request: str) -> Interaction:
        """The answered interaction whose messages may still be sent and changed."""
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self.world.application_id:
            raise ApiError(*UNKNOWN_WEBHOOK)
        if interaction.response_type is None:
            raise self._offence(UNKNOWN_WEBHOOK, request, "a followup or edit before any response")
        waited = time.monotonic() - interaction.sent_at
        if waited > self.token_lifetime:
            raise self._offence(self.expired_token, request, f"the token expired: {waited:.0f} s")
        return interaction

    def _offence(self, error: tuple[int, int, str], request: str, detail: str) -> ApiError:
        status, code, message = error
        self.world.record.violations.append(Violation(request, code, f"{message} ({detail})"))
        return ApiError(status, code, message)


def _focused_type(data: Json) -> int:
    def options(level: Json) -> list[Json]:
        found: list[Json] = level.get("options") or []
        return [*found, *(inner for option in found for inner in options(option))]

    return next(int(option["type"]) for option in options(data) if option.get("focused"))


def _wrong_type(message: str) -> ApiError:
    errors = {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": message}]}}
    return ApiError(400, 50035, "Invalid Form Body", errors)
