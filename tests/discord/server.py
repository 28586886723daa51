"""A loopback Discord for the tests: an unmodified discord.py connects to it over a real socket.

    async with DiscordServer() as server, server.running(client):
        result = await server.slash("ask", {"question": "..."})
        assert "..." in result.text
        server.assert_clean()

The server judges what the bot sends by Discord's rules (see `discord_limits`), and the driver refuses what a
person could not do in Discord's client (see `discord_actions`).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from unittest import mock

import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.discord.actions import (
    autocomplete_data,
    component_data,
    menu_data,
    modal_data,
    require,
    require_permission,
    slash_data,
)
from tests.discord.gateway import PRIVILEGED_INTENTS, Gateway
from tests.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    Interactions,
    Until,
)
from tests.discord.limits import Json
from tests.discord.openapi import operations
from tests.discord.rest import API, Fault, Rest
from tests.discord.world import (
    Channel,
    File,
    Guild,
    Request,
    User,
    Violation,
    World,
    is_by,
    message_text,
)

__all__ = ["Channel", "DiscordServer", "File", "Guild", "Interaction", "Said", "User", "message_text"]

TIMEOUT: Final = 5.0
# How long a bot that should stay silent is listened to.
SILENCE: Final = 0.3
# A message is on the screen a moment after the bot has sent it. A click that came sooner than discord.py has
# read the answer to its own request would find nobody listening for it.
REACTION_TIME: Final = 0.03

# Where something happens: in #general of the server's guild (True), in the user's conversation with the bot
# (False), in #general of another guild, or in a channel.
Place = bool | Guild | Channel
Client = TypeVar("Client", bound=discord.Client)


@dataclass(frozen=True)
class Said:
    """A message that somebody wrote, and what the bot wrote in that channel since."""

    world: World
    message: Json

    @property
    def replies(self) -> list[Json]:
        """The bot's messages since, as they are now."""
        channel = self.world.channels[self.message["channel_id"]]
        by_bot = [found for found in self.world.in_channel(channel) if is_by(found, self.world.bot)]
        return [found for found in by_bot if int(found["id"]) > int(self.message["id"])]

    @property
    def text(self) -> str:
        """Everything that the replies show."""
        return "\n".join(message_text(reply) for reply in self.replies)


class DiscordServer:
    """The server, and the people who use the bot."""

    def __init__(
        self, *, token: str = "loopback.token", privileged_intents: int = PRIVILEGED_INTENTS
    ) -> None:
        self.token = token
        self.world = World()
        self.interactions = Interactions(self.world)
        self.gateway = Gateway(self.world, token, privileged_intents=privileged_intents)
        self.rest = Rest(self.world, self.gateway, self.interactions)
        self.guild = self.world.add_guild("Test guild")
        self.alice = self.world.user("alice")
        self.url = ""
        self._runner: web.AppRunner | None = None

    # The server

    async def __aenter__(self) -> Self:
        operations()  # compiled now, not while the bot waits
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/", self.gateway.handle)
        app.router.add_get("/attachments/{file}/{name}", self.rest.attachment)
        app.router.add_route("*", "/{path:.*}", self.rest.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = self.world.base_url = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Point discord.py, in this process, at the server.

        `Client.connect` opens `DEFAULT_GATEWAY` without asking `GET /gateway/bot`. Webhooks, and with them
        followups, are built on `Route.BASE` as well; avatars would be downloaded from `Asset.BASE`.
        """
        with (
            mock.patch.object(Route, "BASE", self.url + API),
            mock.patch.object(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(self.gateway.url)),
            mock.patch.object(discord.Asset, "BASE", self.url + "/cdn"),
        ):
            yield

    @asynccontextmanager
    async def running(self, client: Client, *, commands: int = 0) -> AsyncIterator[Client]:
        """Run a bot in this process: from its being ready (see `ready`) until the block ends."""
        with self.patched():
            bot = asyncio.create_task(client.start(self.token))
            ready = asyncio.create_task(self.ready(commands))
            try:
                await asyncio.wait({bot, ready}, return_when=asyncio.FIRST_COMPLETED)
                if not ready.done():
                    # Raises whatever stopped the bot.
                    await bot
                await ready
                yield client
                if bot.done():
                    await bot
            finally:
                ready.cancel()
                await client.close()
                await asyncio.gather(bot, ready, return_exceptions=True)

    async def ready(self, commands: int = 0, timeout: float = 10.0) -> None:
        """Wait until the bot is on the gateway and has registered that many commands.

        The bot's own `on_ready` comes later: discord.py waits `guild_ready_timeout` seconds for more guilds.
        """
        await self.wait_for(
            lambda: self.gateway.online and len(self.commands) >= commands,
            timeout=timeout,
            what=lambda: f"online: {self.gateway.online}, commands: {sorted(self.commands)}",
        )

    async def wait_for(
        self,
        predicate: Callable[[], bool],
        *,
        timeout: float = TIMEOUT,
        what: Callable[[], str] = lambda: "it did not happen",
    ) -> None:
        """Wait until something holds; it is looked at again whenever the bot has done something."""
        if not await self.world.changed.until(predicate, timeout):
            raise AssertionError("; ".join([f"after {timeout} s: {what()}", *self.world.record.complaints()]))

    def fail_next(
        self,
        method: str,
        path_regex: str,
        status: int,
        times: int = 1,
        retry_after: float | None = None,
        code: int = 0,
    ) -> None:
        """Let the next requests whose path (without /api/v10) matches fail; nothing comes of them."""
        self.rest.faults.append(Fault(method, re.compile(path_regex), status, times, retry_after, code))

    async def drop_gateway(self, code: int = 4000) -> None:
        """Close the gateway connection; `ready` waits until the bot is back."""
        await self.gateway.drop(code)

    # What there is

    @property
    def bot(self) -> User:
        """The bot's own user."""
        return self.world.bot

    @property
    def commands(self) -> dict[str, Json]:
        """The commands as last synced, by name; a guild's own hide global ones."""
        return {command["name"]: command for commands in self.world.commands.values() for command in commands}

    @property
    def requests(self) -> list[Request]:
        """Every REST request of the bot, with the status of the answer."""
        return self.world.record.requests

    @property
    def violations(self) -> list[Violation]:
        """What Discord would have refused."""
        return self.world.record.violations

    @property
    def unknown_requests(self) -> list[str]:
        """What was asked for that this server does not have."""
        return self.world.record.unknown_requests

    @property
    def mentions_unguarded(self) -> list[str]:
        """The requests that sent a text without forbidding it to ping."""
        return self.world.record.mentions_unguarded

    def assert_clean(self) -> None:
        """Fail when the bot did anything that it should not have done."""
        complaints = self.world.record.complaints()
        if complaints:
            raise AssertionError("\n".join(complaints))

    def user(self, name: str, **permissions: bool) -> User:
        """The person of that name, with these permissions beside the ordinary ones (without, if False)."""
        return self.world.user(name, **permissions)

    def channel(self, name: str, guild: Guild | None = None, kind: int = 0) -> Channel:
        """The channel of that name, which is made when first asked for."""
        return self.world.channel(guild or self.guild, name, kind)

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
        """Another guild that the bot joins (see `World.add_guild`); its id says which shard hears of it."""
        return self.world.add_guild(name, id, channels, closed=closed, adder=adder, locale=locale)

    def outage(self, guild: Guild) -> None:
        """Let a guild be unavailable for a moment."""
        self.world.outage(guild)

    def messages(self, guild: Place = True, user: User | None = None) -> list[Json]:
        """The messages that everybody in a channel sees, oldest first."""
        return self.world.in_channel(self._place(guild, user or self.alice))

    def history(self, message: Json) -> list[Json]:
        """Every version that a message has had."""
        return self.world.history[message["id"]]

    def _place(self, place: Place, user: User) -> Channel:
        if isinstance(place, Channel):
            return place
        if place is False:
            return self.world.conversation(user)
        return (self.guild if place is True else place).channels[0]

    # What people do

    async def slash(
        self,
        command: str,
        options: Mapping[str, Any] | None = None,
        *,
        user: User | None = None,
        guild: Place = True,
        force: bool = False,
        until: Until | None = None,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Use a slash command (`"name"`, `"group sub"`) and wait for the final response.

        A user, channel, role or attachment option is given as `User`, `Channel`, role id or `File`. With
        `force` the user need not have the permissions that the command asks for.
        """
        user = user or self.alice
        channel = self._place(guild, user)
        found, data = slash_data(self.world, command, options or {}, channel)
        if not force:
            require_permission(found, user, channel)
        return await self._send(Interaction(self.world, COMMAND, user, channel, data), until, timeout)

    async def autocomplete(
        self,
        command: str,
        options: Mapping[str, Any] | None = None,
        *,
        focused: str,
        user: User | None = None,
        guild: Place = True,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Type into an option of a slash command; the answer is in `.choices`."""
        user = user or self.alice
        channel = self._place(guild, user)
        found, data = autocomplete_data(self.world, command, options or {}, focused, channel)
        require_permission(found, user, channel)
        typed = Interaction(self.world, AUTOCOMPLETE, user, channel, data)
        return await self._send(typed, None, timeout)

    async def message_command(
        self,
        name: str,
        message: Json,
        *,
        user: User | None = None,
        force: bool = False,
        until: Until | None = None,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Use a command from the context menu of a message."""
        user = user or self.alice
        channel = self.world.channels[message["channel_id"]]
        return await self._menu(name, self._shown(message), user, channel, force, until, timeout)

    async def user_command(
        self,
        name: str,
        target: User,
        *,
        user: User | None = None,
        guild: Place = True,
        force: bool = False,
        until: Until | None = None,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Use a command from the context menu of a user."""
        user = user or self.alice
        return await self._menu(name, target, user, self._place(guild, user), force, until, timeout)

    async def click(
        self,
        message: Json,
        wanted: str,
        *,
        values: Sequence[Any] = (),
        user: User | None = None,
        until: Until | None = None,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Press a button, or choose `values` in a select menu; `wanted` is a custom id, label or placeholder.

        Without a user it is pressed by whoever sees the message, if that is one person only.
        """
        await asyncio.sleep(REACTION_TIME)
        source = self._shown(message)
        channel = self.world.channels[source["channel_id"]]
        user = user or self.world.audience.get(source["id"]) or channel.recipient or self.alice
        data = component_data(self.world, source, wanted, values, user)
        pressed = Interaction(self.world, COMPONENT, user, channel, data, source=source)
        return await self._send(pressed, until, timeout)

    async def submit_modal(
        self,
        opened_by: Interaction,
        values: Mapping[str, Any],
        *,
        until: Until | None = None,
        timeout: float = TIMEOUT,
    ) -> Interaction:
        """Fill in the form that an interaction was answered with; `values` by label or custom id."""
        await asyncio.sleep(REACTION_TIME)
        require(opened_by.modal, "the interaction was not answered with a form")
        data = modal_data(opened_by.modal or {}, values)
        form = Interaction(
            self.world,
            MODAL_SUBMIT,
            opened_by.user,
            opened_by.channel,
            data,
            source=opened_by.source,
            parent=opened_by,
        )
        return await self._send(form, until, timeout)

    async def say(
        self,
        content: str,
        *,
        user: User | None = None,
        mention_bot: bool = True,
        guild: Place = True,
        reply_to: Json | None = None,
        expect: int | None = 1,
        until: Callable[[Said], bool] | None = None,
        timeout: float = TIMEOUT,
    ) -> Said:
        """Write a message and wait for that many replies; for silence (0) or for nothing at all (None).

        In a guild the bot is mentioned in front, unless `mention_bot` is off or it is mentioned already.
        """
        user = user or self.alice
        channel = self._place(guild, user)
        if mention_bot and channel.guild and self.bot.mention not in content:
            content = f"{self.bot.mention} {content}"
        require(not self.world.waits(channel, user), f"slow mode lets {user.name} wait")
        body: Json = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to["id"]}
        said = Said(self.world, self.world.post(channel, user, body))
        if until is not None:
            await self.wait_for(lambda: until(said), timeout=timeout, what=lambda: f"replies: {said.text!r}")
        elif expect is not None:
            await self._expect(said, expect, timeout)
        return said

    def edit(self, said: Said, content: str) -> None:
        """Let the author of a message edit it."""
        self.world.edit(said.message, {"content": content})

    async def _expect(self, said: Said, expected: int, timeout: float) -> None:
        def count() -> str:
            return f"{len(said.replies)} replies instead of {expected}: {said.text!r}"

        await self.wait_for(lambda: len(said.replies) >= expected, timeout=timeout, what=count)
        listen = REACTION_TIME if expected else SILENCE
        more = await self.world.changed.until(lambda: len(said.replies) > expected, listen)
        require(not more, count())

    def _shown(self, message: Json) -> Json:
        require(message["id"] in self.world.messages, "the message has been deleted")
        return self.world.messages[message["id"]]

    async def _menu(
        self,
        name: str,
        target: Json | User,
        user: User,
        channel: Channel,
        force: bool,
        until: Until | None,
        timeout: float,
    ) -> Interaction:
        found, data = menu_data(self.world, name, target, channel)
        if not force:
            require_permission(found, user, channel)
        return await self._send(Interaction(self.world, COMMAND, user, channel, data), until, timeout)

    async def _send(self, interaction: Interaction, until: Until | None, timeout: float) -> Interaction:
        return await self.interactions.send(interaction).wait(until, timeout)
