"""The loopback Discord itself, tried with small ordinary discord.py bots."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.http import Route

from tests.discord.interactions import UNKNOWN_WEBHOOK
from tests.discord.limits import (
    COMPONENTS_V2,
    ApiError,
    Limit,
    check_choices,
    check_commands,
    check_message,
    check_modal,
    mentions_unguarded,
)
from tests.discord.server import DiscordServer, File, Interaction

Callback = Callable[[discord.Interaction], Awaitable[None]]


class Tree(app_commands.CommandTree["Bot"]):
    """A tree that keeps what went wrong, which discord.py would only log."""

    async def on_error(
        self, interaction: discord.Interaction["Bot"], error: app_commands.AppCommandError, /
    ) -> None:
        self.client.failures.append(getattr(error, "original", error))


class Bot(discord.Client):
    """A bot that registers its commands before it connects, and finishes what it is at before it closes."""

    def __init__(self, *, guarded: bool = True, **intents: bool) -> None:
        mentions = discord.AllowedMentions.none() if guarded else None
        wanted = {"guilds": True, "guild_messages": True, "dm_messages": True, **intents}
        super().__init__(intents=discord.Intents(**wanted), allowed_mentions=mentions)
        self.tree = Tree(self)
        self.failures: list[BaseException] = []
        self.busy = 0
        self.said: list[discord.Message] = []
        self.answer: Callable[[discord.Message], Awaitable[None]] | None = None
        self.errors: list[discord.HTTPException] = []

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait the 5 seconds that discord.py waits before it identifies again."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.said.append(message)
        if self.answer is not None:
            with self.at_work():
                await self.answer(message)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        error = sys.exception()
        assert error is not None
        self.failures.append(error)

    async def close(self) -> None:
        if not self.is_closed():
            await until(lambda: not self.busy)
        await super().close()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def command(self, name: str, callback: Callback) -> None:
        """Register a command without options."""

        async def run(interaction: discord.Interaction) -> None:
            with self.at_work():
                await callback(interaction)

        self.tree.add_command(app_commands.Command(name=name, description="What it does", callback=run))


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
def bot() -> Iterator[Bot]:
    bot = Bot()
    yield bot
    assert bot.failures == []


async def until(predicate: Callable[[], Any]) -> None:
    """Wait for something inside the bot that the server cannot see."""
    async with asyncio.timeout(3):
        while not predicate():
            await asyncio.sleep(0.005)


def events(server: DiscordServer) -> list[str]:
    """What the bot has been told of."""
    assert server.gateway.session is not None
    return [event["t"] for event in server.gateway.session.events]


# --- connecting ---------------------------------------------------------------------------------------------


async def test_a_client_connects_and_knows_the_guild(server: DiscordServer, bot: Bot) -> None:
    server.user("boss", manage_guild=True)
    async with server.running(bot):
        await until(lambda: bot.guilds)
        guild = bot.guilds[0]
        assert guild.name == "Test guild"
        assert [channel.name for channel in guild.text_channels] == ["general"]
        assert {role.name for role in guild.roles} >= {"@everyone", "boss"}
        assert guild.me.id == int(server.bot.id)
        assert bot.application_id == int(server.bot.id)
        await until(lambda: bot.latency < 1)
    assert server.gateway.heartbeats
    server.assert_clean()


async def test_only_with_the_intent_does_a_bot_know_the_members(server: DiscordServer) -> None:
    async with server.running(Bot()) as bot:
        await until(lambda: bot.guilds)
        assert bot.guilds[0].get_member(int(server.alice.id)) is None
    async with server.running(Bot(members=True)) as bot:
        await until(lambda: bot.guilds)
        assert bot.guilds[0].get_member(int(server.alice.id))
        server.user("late")
        await until(lambda: bot.guilds[0].get_member_named("late"))
        found = await bot.guilds[0].query_members("ali")
        assert [member.name for member in found] == ["alice"]


async def test_a_wrong_token_is_refused(server: DiscordServer, bot: Bot) -> None:
    with server.patched():
        async with Bot() as other:
            with pytest.raises(discord.LoginFailure):
                await other.login("wrong")
        async with bot:
            await bot.login(server.token)
            bot.http.token = "wrong"
            with pytest.raises(discord.ConnectionClosed) as closed:
                await bot.connect()
    assert closed.value.code == 4004


async def test_an_intent_that_was_not_granted_is_refused() -> None:
    async with DiscordServer(privileged_intents=0) as server:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with server.running(Bot(message_content=True)):
                pass


async def test_what_was_patched_is_restored(server: DiscordServer) -> None:
    before = Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    with server.patched():
        assert server.url in Route.BASE
    assert before == (Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE)


async def test_the_gateway_speaks_plainly_unless_asked_to_compress(server: DiscordServer) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(server.gateway.url + "?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 3, "d": {}})
            assert (await socket.receive()).data == 4003
        async with session.ws_connect(server.gateway.url + "?v=10&compress=zlib-stream") as socket:
            assert (await socket.receive()).type is aiohttp.WSMsgType.BINARY
        async with session.ws_connect(server.gateway.url + "?v=9") as socket:
            assert (await socket.receive()).data == 4012


async def test_a_dropped_client_resumes_and_misses_nothing(server: DiscordServer, bot: Bot) -> None:
    async with server.running(bot):
        await server.drop_gateway()
        said = await server.say("are you there?", expect=None)
        await server.ready()
        await until(lambda: bot.said)
    assert [message.id for message in bot.said] == [int(said.message["id"])]
    assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)


async def test_a_client_that_may_not_resume_identifies_again(server: DiscordServer, bot: Bot) -> None:
    async with server.running(bot):
        server.gateway.refuse_resume = True
        await server.drop_gateway()
        await server.ready()
    assert (server.gateway.identifies, server.gateway.resumes) == (2, 0)


async def test_a_bot_that_fails_to_start_fails_the_test(server: DiscordServer, bot: Bot) -> None:
    async def broken() -> None:
        raise RuntimeError("no database")

    bot.setup_hook = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="no database"):
        async with server.running(bot):
            pass


# --- commands -----------------------------------------------------------------------------------------------


async def test_synced_commands_are_stored_and_keep_their_ids(server: DiscordServer, bot: Bot) -> None:
    bot.command("ping", _pong)
    guild = discord.Object(int(server.guild.id))
    bot.tree.add_command(app_commands.Command(name="local", description="Here", callback=_pong), guild=guild)
    async with server.running(bot, commands=1):
        first = server.commands["ping"]["id"]
        await bot.tree.sync()
        await bot.tree.sync(guild=guild)
        assert [command.name for command in await bot.tree.fetch_commands()] == ["ping"]
        assert server.commands["ping"]["id"] == first
        assert server.commands["local"]["guild_id"] == server.guild.id
        assert (await server.slash("local")).text == "pong"
        with pytest.raises(AssertionError, match="no command 'local'"):
            await server.slash("local", guild=server.add_guild("Elsewhere"))


async def _pong(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong")


async def test_an_immediate_answer(server: DiscordServer, bot: Bot) -> None:
    async def hello(interaction: discord.Interaction) -> None:
        embed = discord.Embed(title="T", description="D").add_field(name="N", value="V").set_footer(text="F")
        response = await interaction.response.send_message("C", embed=embed, ephemeral=True)
        assert response.resource is not None
        assert (await interaction.original_response()).content == "C"

    bot.command("hello", hello)
    async with server.running(bot):
        result = await server.slash("hello")
        assert (result.response_type, result.deferred, result.ephemeral) == (4, False, True)
        assert result.latency is not None
        assert 0 < result.latency < 1
        assert result.text == "C\nT\nD\nN\nV\nF"
        assert result.original == result.messages[0] == result.history[0]
        assert server.messages() == []
        assert "MESSAGE_CREATE" not in events(server)
    server.assert_clean()


async def test_a_deferred_answer_is_waited_for(server: DiscordServer, bot: Bot) -> None:
    proceed = asyncio.Event()

    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="1 of 2")
        await proceed.wait()
        await interaction.edit_original_response(content="2 of 2")
        await interaction.followup.send("and more", ephemeral=True)

    bot.command("slow", slow)
    async with server.running(bot):
        result = await server.slash("slow")
        assert (result.response_type, result.deferred, result.text) == (5, True, "1 of 2")
        proceed.set()
        await result.wait(lambda result: len(result.messages) == 2)
        assert [version["content"] for version in result.history] == ["", "1 of 2", "2 of 2"]
        assert result.text == "2 of 2\nand more"
        assert result.original is not None
        assert [message["content"] for message in server.messages()] == ["2 of 2"]
        assert events(server)[-3:] == ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_UPDATE"]
        again = await server.slash("slow", until=lambda result: "2 of 2" in result.text)
        assert again.original != result.original
    server.assert_clean()


@pytest.mark.parametrize("external_apps", [True, False])
async def test_a_guest_has_interactions_alone_and_five_followups(
    server: DiscordServer, bot: Bot, external_apps: bool
) -> None:
    """In a guild without the bot, where members may show external apps to others, or may not."""
    refused: list[int] = []

    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")
        try:
            for number in range(6):
                await interaction.followup.send(str(number))
        except discord.HTTPException as error:
            refused.append(error.code)
        try:
            await bot.get_partial_messageable(interaction.channel_id or 0).send("there")
        except discord.Forbidden as error:
            refused.append(error.code)

    both = app_commands.AppInstallationType(guild=True, user=True)
    bot.tree.add_command(
        app_commands.Command(name="ask", description="d", callback=ask, allowed_installs=both)
    )
    bot.command("manage", ask)
    place = server.world.foreign_guild("Foreign", external_apps=external_apps)
    async with server.running(bot):
        result = await server.slash("ask", guild=place, until=lambda _: len(refused) == 2)
        assert refused == [40094, 50001]
        assert result.ephemeral is not external_apps
        assert [message["content"] for message in result.messages] == ["here", *"01234"]
        with pytest.raises(AssertionError, match="not installed for people"):
            await server.slash("manage", guild=place)
    assert [violation.code for violation in server.violations] == [40094]


async def test_slow_mode_lets_people_wait_and_not_those_who_manage(server: DiscordServer) -> None:
    channel = server.channel("slow")
    channel.slow_seconds = 60
    boss = server.user("boss", manage_messages=True)
    for user in (server.alice, boss, boss):
        await server.say("hello", user=user, guild=channel, expect=None)
    with pytest.raises(AssertionError, match="slow mode lets alice wait"):
        await server.say("hello", guild=channel, expect=None)
    assert len(server.messages(channel)) == 3


async def test_the_first_followup_fills_a_deferred_answer(server: DiscordServer, bot: Bot) -> None:
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        sent = await interaction.followup.send("here", wait=True)
        await interaction.followup.send("more")
        await sent.edit(content="now here")
        await interaction.delete_original_response()

    bot.command("ask", ask)
    async with server.running(bot):
        result = await server.slash(
            "ask", until=lambda result: result.original is None and bool(result.messages)
        )
        assert result.ephemeral
        assert [version["content"] for version in result.history] == ["", "here", "now here"]
        assert result.text == "more"


async def test_a_bot_that_never_answers_is_reported(server: DiscordServer, bot: Bot) -> None:
    async def mute(interaction: discord.Interaction) -> None:
        await interaction.response.defer()

    bot.command("mute", mute)
    async with server.running(bot):
        with pytest.raises(AssertionError, match="interaction 'mute': response type 5"):
            await server.slash("mute", timeout=0.2)


async def test_options_arrive_with_their_types(server: DiscordServer, bot: Bot) -> None:
    seen: dict[str, Any] = {}

    @bot.tree.command(description="All of them")
    @app_commands.choices(kind=[app_commands.Choice(name="Kind A", value="a")])
    async def take(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 2, 5],
        number: app_commands.Range[int, 1, 9],
        who: discord.Member,
        where: discord.TextChannel,
        file: discord.Attachment,
        kind: str = "",
        share: float = 0.5,
        full: bool = False,
    ) -> None:
        seen.update(locals(), data=await file.read())
        await interaction.response.send_message("ok")

    given: dict[str, Any] = {
        "text": "abc",
        "number": 3,
        "who": server.alice,
        "where": server.channel("news"),
        "file": File("a.txt", b"data"),
    }
    async with server.running(bot):
        await server.slash("take", {**given, "kind": "Kind A", "share": 0.25, "full": True})
        assert (seen["text"], seen["number"], seen["kind"]) == ("abc", 3, "a")
        assert (seen["share"], seen["full"], seen["data"]) == (0.25, True, b"data")
        assert isinstance(seen["who"], discord.Member)
        assert (seen["who"].name, seen["where"].name) == ("alice", "news")
        for wrong, message in (
            ({"text": "a"}, "at least 2"),
            ({"text": "abcdef"}, "at most 5"),
            ({"number": 10}, "at most 9"),
            ({"number": "3"}, "cannot be '3'"),
            ({"full": 1}, "cannot be 1"),
            ({"kind": "b"}, "offers"),
            ({"other": "x"}, "has no options"),
        ):
            with pytest.raises(AssertionError, match=message):
                await server.slash("take", {**given, **wrong})
        del given["text"]
        with pytest.raises(AssertionError, match="requires the option 'text'"):
            await server.slash("take", given)


async def test_subcommands(server: DiscordServer, bot: Bot) -> None:
    admin = app_commands.Group(name="admin", description="For the boss")
    sources = app_commands.Group(name="sources", description="The sources", parent=admin)

    @sources.command(description="Add one")
    async def add(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"added {name}")

    bot.tree.add_command(admin)
    async with server.running(bot):
        assert (await server.slash("admin sources add", {"name": "BBC"})).text == "added BBC"
        for path, message in (("admin", "is a group"), ("admin x", "no subcommand"), ("x", "no command 'x'")):
            with pytest.raises(AssertionError, match=message):
                await server.slash(path)


async def test_permissions_decide_who_sees_a_command(server: DiscordServer, bot: Bot) -> None:
    seen: list[discord.Permissions] = []

    @bot.tree.command(description="For managers")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def manage(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.user, discord.Member)
        seen.append(interaction.permissions)
        await interaction.response.send_message(str(interaction.user.guild_permissions.manage_guild))

    async with server.running(bot):
        with pytest.raises(AssertionError, match="alice does not have the permissions"):
            await server.slash("manage")
        boss = server.user("boss", manage_guild=True)
        assert (await server.slash("manage", user=boss)).text == "True"
        await server.slash("manage", force=True)
        await server.slash("manage", user=server.user("owner"))
        with pytest.raises(AssertionError, match="not offered in context"):
            await server.slash("manage", user=boss, guild=False)
    assert [held.manage_guild for held in seen] == [True, False, True]
    assert [held.administrator for held in seen] == [False, False, True]


async def test_autocomplete(server: DiscordServer, bot: Bot) -> None:
    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction, question: str, source: str = "") -> None: ...

    @ask.autocomplete("source")
    async def complete(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        asked = interaction.namespace.question
        return [app_commands.Choice(name=f"{asked}: {current}{end}", value=end) for end in "ab"]

    async with server.running(bot):
        result = await server.autocomplete("ask", {"question": "Who", "source": "c"}, focused="source")
        assert [choice["name"] for choice in result.choices] == ["Who: ca", "Who: cb"]
        assert (result.response_type, result.done) == (8, True)
        with pytest.raises(AssertionError, match="has no autocomplete"):
            await server.autocomplete("ask", focused="question")
    server.assert_clean()


async def test_context_menus(server: DiscordServer, bot: Bot) -> None:
    @bot.tree.context_menu(name="Find reporting")
    async def find(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"on: {message.content}", ephemeral=True)

    @bot.tree.context_menu(name="Who is it")
    async def who(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.name)

    async with server.running(bot):
        said = await server.say("the election", mention_bot=False, expect=None)
        assert (await server.message_command("Find reporting", said.message)).text == "on: the election"
        assert (await server.user_command("Who is it", server.user("bob"))).text == "bob"
        with pytest.raises(AssertionError, match="no command 'find reporting'"):
            await server.message_command("find reporting", said.message)


# --- components ---------------------------------------------------------------------------------------------


class Form(discord.ui.Modal, title="A question"):
    question: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Question", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"asked: {self.question.value}")


class Panel(discord.ui.View):
    """One of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.add_item(discord.ui.Button(label="Read", url="https://example.org"))

    @discord.ui.button(label="Next", custom_id="next")
    async def next(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="page 2", view=self)

    @discord.ui.button(label="Later")
    async def later(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="edited later")

    @discord.ui.button(label="Ask")
    async def ask(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(
        placeholder="Source",
        options=[
            discord.SelectOption(label="First", value="1"),
            discord.SelectOption(label="Second", value="2"),
        ],
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select["Panel"]) -> None:
        await interaction.response.send_message(f"picked {select.values}", ephemeral=True)


async def open_panel(server: DiscordServer, **how: Any) -> dict[str, Any]:
    result = await server.slash("panel", **how)
    assert result.original is not None
    return result.original


@pytest.fixture
def panel_bot(bot: Bot) -> Bot:
    async def panel(interaction: discord.Interaction) -> None:
        hidden = interaction.guild is None
        await interaction.response.send_message("page 1", view=Panel(), ephemeral=hidden)

    bot.command("panel", panel)
    return bot


async def test_buttons_and_menus(server: DiscordServer, panel_bot: Bot) -> None:
    async with server.running(panel_bot):
        message = await open_panel(server)
        picked = await server.click(message, "Source", values=["Second"])
        assert (picked.text, picked.ephemeral) == ("picked ['2']", True)
        later = await server.click(message, "Later")
        assert (later.response_type, later.text) == (6, "edited later")
        turned = await server.click(message, "next")
        assert (turned.response_type, turned.text, len(turned.history)) == (7, "page 2", 1)
        for wanted, reason in (("Next", "disabled"), ("Read", "link"), ("Nothing", "offers")):
            with pytest.raises(AssertionError, match=reason):
                await server.click(message, wanted)
        with pytest.raises(AssertionError, match="menu offers"):
            await server.click(message, "Source", values=["Third"])
        assert [version["content"] for version in server.history(message)] == [
            "page 1",
            "edited later",
            "page 2",
        ]
    server.assert_clean()


async def test_forms(server: DiscordServer, panel_bot: Bot) -> None:
    async with server.running(panel_bot):
        opened = await server.click(await open_panel(server), "Ask")
        assert opened.response_type == 9
        with pytest.raises(AssertionError, match="required"):
            await server.submit_modal(opened, {})
        with pytest.raises(AssertionError, match="no fields"):
            await server.submit_modal(opened, {"Question": "Who?", "Answer": "me"})
        with pytest.raises(AssertionError, match="0 to 20 characters"):
            await server.submit_modal(opened, {"Question": "x" * 21})
        assert (await server.submit_modal(opened, {"Question": "Who?"})).text == "asked: Who?"
    server.assert_clean()


async def test_an_ephemeral_message_is_seen_by_one_person(server: DiscordServer, panel_bot: Bot) -> None:
    bob = server.user("bob")
    async with server.running(panel_bot):
        message = await open_panel(server, user=bob, guild=False)
        with pytest.raises(AssertionError, match="does not see"):
            await server.click(message, "Next", user=server.alice)
        assert (await server.click(message, "Next")).text == "page 2"


async def test_components_v2(server: DiscordServer, bot: Bot) -> None:
    class Layout(discord.ui.LayoutView):
        shown: discord.ui.TextDisplay["Layout"] = discord.ui.TextDisplay("some text")

    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Layout())
        layout = Layout()
        layout.shown.content = "other text"
        await interaction.edit_original_response(view=layout)
        with pytest.raises(discord.HTTPException, match="IS_COMPONENTS_V2"):
            await interaction.edit_original_response(content="legacy")
        await interaction.delete_original_response()

    bot.command("show", show)
    async with server.running(bot):
        result = await server.slash("show", until=lambda result: result.done and result.original is None)
        assert [version["components"][0]["content"] for version in result.history] == [
            "some text",
            "other text",
        ]
        assert len(server.violations) == 1


# --- messages -----------------------------------------------------------------------------------------------


async def test_a_mention_is_answered_and_anything_else_is_not_read(server: DiscordServer, bot: Bot) -> None:
    async def answer(message: discord.Message) -> None:
        if bot.user in message.mentions:
            await message.reply(f"you said: {message.content}")

    bot.answer = answer
    async with server.running(bot):
        said = await server.say("what happened?")
        assert said.text == f"you said: {server.bot.mention} what happened?"
        assert said.replies[0]["message_reference"]["message_id"] == said.message["id"]
        await server.say("secret", mention_bot=False, expect=0)
        assert [message.content for message in bot.said] == [said.message["content"], ""]
        with pytest.raises(AssertionError, match="1 replies instead of 0"):
            await server.say("hello", expect=0)
        with pytest.raises(AssertionError, match="0 replies instead of 1"):
            await server.say("hello", mention_bot=False, timeout=0.1)
        # An answer to the bot's own message mentions it.
        await server.say("really?", mention_bot=False, reply_to=said.replies[0])
    server.assert_clean()


async def test_with_the_intent_everything_is_read(server: DiscordServer) -> None:
    bot = Bot(message_content=True)
    async with server.running(bot):
        await server.say("public", mention_bot=False, expect=0)
    assert [message.content for message in bot.said] == ["public"]


async def test_without_its_intent_nothing_is_heard(server: DiscordServer) -> None:
    async with server.running(Bot(guild_messages=False)):
        await server.say("anybody?", expect=None)
        await server.say("you there?", guild=False, expect=None)
        assert events(server) == ["READY", "GUILD_CREATE", "MESSAGE_CREATE"]


async def test_direct_messages(server: DiscordServer, bot: Bot) -> None:
    async def answer(message: discord.Message) -> None:
        assert message.guild is None
        await message.channel.send(message.content.upper())
        await message.author.send("and once more")

    bot.answer = answer
    async with server.running(bot):
        said = await server.say("quietly", guild=False, expect=2)
        assert said.text == "QUIETLY\nand once more"
        assert server.messages() == []
        assert len(server.messages(guild=False)) == 3
    server.assert_clean()


async def test_a_message_can_be_edited_reacted_to_and_deleted(server: DiscordServer, bot: Bot) -> None:
    async def answer(message: discord.Message) -> None:
        await message.channel.typing()
        await message.add_reaction("👀")
        sent = await message.channel.send("working", file=discord.File(io.BytesIO(b"abc"), "a.txt"))
        await sent.edit(content="done")
        await message.remove_reaction("👀", message.author if bot.user is None else bot.user)
        fetched = await message.channel.fetch_message(sent.id)
        assert [attachment.filename for attachment in fetched.attachments] == ["a.txt"]
        assert await fetched.attachments[0].read() == b"abc"
        assert [found.content async for found in message.channel.history(limit=1)] == ["done"]
        with pytest.raises(discord.NotFound):
            await message.channel.fetch_message(1)
        with pytest.raises(discord.Forbidden):
            await message.delete()
        await sent.delete()

    bot.answer = answer
    async with server.running(bot):
        said = await server.say(
            "go", until=lambda said: bool(server.world.record.typing) and not said.replies, expect=None
        )
        await server.wait_for(
            lambda: server.requests[-1].method == "DELETE" and server.requests[-1].status == 204
        )
        versions = server.history(said.message)
        assert [bool(version.get("reactions")) for version in versions] == [False, True, False]
    server.assert_clean()


# --- rules --------------------------------------------------------------------------------------------------


async def run_once(server: DiscordServer, bot: Bot, callback: Callback, **how: Any) -> Interaction:
    bot.command("once", callback)
    async with server.running(bot):
        return await server.slash("once", **how)


async def test_a_broken_limit_is_refused_and_recorded(server: DiscordServer, bot: Bot) -> None:
    async def talk(interaction: discord.Interaction) -> None:
        with pytest.raises(discord.HTTPException, match="2000 or fewer") as refused:
            await interaction.response.send_message("x" * 2001)
        bot.errors.append(refused.value)
        await interaction.response.send_message("shorter")

    result = await run_once(server, bot, talk)
    assert result.text == "shorter"
    assert (bot.errors[0].status, bot.errors[0].code) == (400, 50035)
    assert "data.content" in server.violations[0].detail
    with pytest.raises(AssertionError, match="2000 or fewer"):
        server.assert_clean()


async def test_a_refused_sync_names_the_command(server: DiscordServer, bot: Bot) -> None:
    async with server.running(bot):
        bot.command("long", _pong)
        command = bot.tree.get_command("long")
        assert isinstance(command, app_commands.Command)
        command.description = "x" * 101
        with pytest.raises(app_commands.CommandSyncFailure, match="In command 'long'"):
            await bot.tree.sync()
    assert len(server.violations) == 1


async def test_an_interaction_is_answered_once(server: DiscordServer, bot: Bot) -> None:
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        with pytest.raises(discord.HTTPException) as refused:
            await discord.InteractionResponse(interaction).send_message("two")
        bot.errors.append(refused.value)
        await interaction.followup.send("three")

    result = await run_once(server, bot, twice, until=lambda result: len(result.messages) == 2)
    assert result.text == "one\nthree"
    assert (bot.errors[0].status, bot.errors[0].code) == (400, 40060)
    assert [violation.code for violation in server.violations] == [40060]


async def test_a_late_answer_is_refused(server: DiscordServer, bot: Bot) -> None:
    server.interactions.response_deadline = 0.05

    async def late(interaction: discord.Interaction) -> None:
        await asyncio.sleep(0.1)
        with pytest.raises(discord.NotFound) as refused:
            await interaction.response.defer()
        bot.errors.append(refused.value)

    await run_once(server, bot, late, until=lambda result: bool(server.violations))
    assert bot.errors[0].code == 10062


@pytest.mark.parametrize("expired_token", [None, UNKNOWN_WEBHOOK])
async def test_a_followup_needs_an_answer_and_a_fresh_token(
    server: DiscordServer, bot: Bot, expired_token: tuple[int, int, str] | None
) -> None:
    if expired_token:
        server.interactions.expired_token = expired_token

    async def follow(interaction: discord.Interaction) -> None:
        with pytest.raises(discord.NotFound) as early:
            await interaction.followup.send("too early")
        await interaction.response.send_message("now")
        server.interactions.token_lifetime = 0
        with pytest.raises(discord.HTTPException) as expired:
            await interaction.edit_original_response(content="too late")
        bot.errors += [early.value, expired.value]

    await run_once(server, bot, follow, until=lambda result: len(server.violations) == 2)
    late = expired_token[:2] if expired_token else (401, 50027)
    assert [(error.status, error.code) for error in bot.errors] == [(404, 10015), late]


async def test_a_text_that_may_ping_is_recorded(server: DiscordServer) -> None:
    async def talk(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("@everyone look")

    bot = Bot(guarded=False)
    result = await run_once(server, bot, talk)
    assert result.original is not None
    assert result.original["mention_everyone"]
    assert len(server.mentions_unguarded) == 1
    with pytest.raises(AssertionError, match="mentions not guarded"):
        server.assert_clean()


async def test_an_unknown_request_is_recorded(server: DiscordServer, bot: Bot) -> None:
    async with server.running(bot):
        with pytest.raises(discord.NotFound):
            await bot.fetch_guild(1)
    assert server.unknown_requests == ["GET /guilds/1"]
    with pytest.raises(AssertionError, match="unknown request"):
        server.assert_clean()


async def test_injected_faults(server: DiscordServer, bot: Bot) -> None:
    async def busy(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="done")
        channel = bot.get_partial_messageable(int(server.guild.channels[0].id))
        with pytest.raises(discord.DiscordServerError) as failed:
            await channel.send("lost")
        bot.errors.append(failed.value)
        await channel.send("found")

    server.fail_next("PATCH", "/messages/@original$", 429, times=2, retry_after=0.02)
    server.fail_next("POST", r"^/channels/\d+/messages$", 503)
    result = await run_once(server, bot, busy, until=lambda result: len(server.messages()) == 2)
    assert result.text == "done"
    assert bot.errors[0].status == 503
    edits = [request.status for request in server.requests if request.path.endswith("@original")]
    assert edits == [429, 429, 200]
    server.assert_clean()


# --- limits -------------------------------------------------------------------------------------------------


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "L", "custom_id": "c", **fields}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def rows(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"content": "x", "components": [row(*parts)]}


def select(**fields: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}], **fields}


def v2(*components: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"flags": COMPONENTS_V2, "components": list(components), **fields}


def display(text: str = "t") -> dict[str, Any]:
    return {"type": 10, "content": text}


def embed(**fields: Any) -> dict[str, Any]:
    return {"embeds": [fields]}


FIELD = {"name": "n", "value": "v"}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * Limit.CONTENT},
        {"embeds": [{"title": "t"}] * Limit.EMBEDS},
        embed(title="x" * 256, description="x" * 4096, url="https://example.org/a"),
        embed(fields=[FIELD] * 25),
        embed(image={"url": "attachment://a.png"}),
        {"content": "x", "components": [row(button(custom_id=f"{n}")) for n in range(5)]},
        rows(*(button(custom_id=f"{n}", label="x" * 80) for n in range(5))),
        rows(button(style=5, custom_id=None, url="https://example.org/" + "x" * 492)),
        rows(select(options=[{"label": f"{n}", "value": f"{n}"} for n in range(25)])),
        v2(*[display("x" * 100)] * 40),
        v2({"type": 17, "components": [display(), row(button())]}),
        v2({"type": 9, "components": [display()], "accessory": button()}),
    ],
)
def test_a_message_within_the_limits(body: dict[str, Any]) -> None:
    check_message(body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": 5}, "content"),
        ({"embeds": [{"title": "t"}] * 11}, "embeds"),
        (embed(title="x" * 257), "embeds.0.title"),
        (embed(description="x" * 4097), "embeds.0.description"),
        (embed(fields=[FIELD] * 26), "embeds.0.fields"),
        (embed(fields=[{"name": "x" * 257, "value": "v"}]), "embeds.0.fields.0.name"),
        (embed(fields=[{"name": "n", "value": "x" * 1025}]), "embeds.0.fields.0.value"),
        (embed(fields=[{"name": "n", "value": ""}]), "embeds.0.fields.0.value"),
        (embed(title="t", footer={"text": "x" * 2049}), "embeds.0.footer.text"),
        (embed(title="t", author={"name": "x" * 257}), "embeds.0.author.name"),
        (embed(title="t", url="example.org"), "embeds.0.url"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds: Embed size"),
        ({"content": "x", "components": [row(button(custom_id=f"{n}")) for n in range(6)]}, "components"),
        ({"content": "x", "components": [display()]}, "components.0.type"),
        (rows(), "components.0.components"),
        (rows(*(button(custom_id=f"{n}") for n in range(6))), "components.0.components"),
        (rows(button(custom_id="x" * 101)), "components.0.components.0.custom_id"),
        (rows(button(custom_id=None)), "components.0.components.0.custom_id"),
        (rows(button(), button()), "duplicated"),
        (rows(button(label="x" * 81)), "components.0.components.0.label"),
        (rows(button(label=None)), "components.0.components.0: A button"),
        (rows(button(style=5, url="https://example.org/" + "x" * 493)), "components.0.components.0.url"),
        (rows(button(style=5)), "components.0.components.0.url"),
        (rows(button(style=5, url="javascript:alert()")), "components.0.components.0.url"),
        (rows(select(), button()), "whole row"),
        (rows(select(options=[])), "components.0.components.0.options"),
        (rows(select(options=[{"label": f"{n}", "value": f"{n}"} for n in range(26)])), "0.options"),
        (rows(select(options=[{"label": "x" * 101, "value": "a"}])), "0.options.0.label"),
        (rows(select(options=[{"label": "a", "value": "a"}] * 2)), "already used"),
        (v2(*[display()] * 41), "components"),
        (v2(*[{"type": 17, "components": [display()] * 20}] * 2), "total number of components"),
        (v2(*[display("x" * 2001)] * 2), "text displayed"),
        (v2(display(), content="x"), "'content' field"),
        (v2(display(), embeds=[{"title": "t"}]), "'embeds' field"),
        (v2({"type": 9, "components": [display()]}), "accessory"),
    ],
)
def test_a_message_beyond_a_limit(body: dict[str, Any], path: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_message(body)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert path in str(refused.value)
    assert json.dumps(refused.value.to_json())


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n"}, {"embeds": [{"color": 1}]}, {"components": [row(button())]}, v2()]
)
def test_an_empty_message(body: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="empty message") as refused:
        check_message(body)
    assert refused.value.code == 50006
    check_message(body, files=1)


def test_an_edit_is_judged_together_with_what_it_changes() -> None:
    check_message({"components": []}, before={"content": "stays", "flags": 0})
    with pytest.raises(ApiError, match="empty message"):
        check_message({"content": ""}, before={"content": "goes", "flags": 0})
    with pytest.raises(ApiError, match="'content' field"):
        check_message(v2(display()), before={"content": "stays", "flags": 0})
    check_message(v2(display(), content=None), before={"content": "goes", "flags": 0})


@pytest.mark.parametrize(
    ("body", "unguarded"),
    [
        ({"content": "hi"}, True),
        ({"content": "hi", "allowed_mentions": {"parse": ["users"]}}, True),
        ({"content": "hi", "allowed_mentions": {"parse": [], "replied_user": True}}, False),
        (v2({"type": 17, "components": [display()]}), True),
        ({"embeds": [{"title": "pings nobody"}]}, False),
        ({"content": ""}, False),
    ],
)
def test_guarded_mentions(body: dict[str, Any], unguarded: bool) -> None:
    assert mentions_unguarded(body) is unguarded


def command(**fields: Any) -> dict[str, Any]:
    return {"name": "ask", "description": "Ask", **fields}


def option(**fields: Any) -> dict[str, Any]:
    return {"type": 3, "name": "question", "description": "Which", **fields}


def choices(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"name": f"c{n}", "value": f"{n}", **fields} for n in range(number)]


@pytest.mark.parametrize(
    "commands",
    [
        [command(name="x" * 32, description="x" * 100), command(name="größe-2")],
        [command(options=[option(name=f"o{n}") for n in range(25)])],
        [command(options=[option(choices=choices(25)), option(name="b", autocomplete=True)])],
        [{"name": "Find reporting", "type": 3}, {"name": "Find reporting", "type": 2}],
        [command(name_localizations={"de": "größe-2"}, description_localizations={"ja": "説明"})],
    ],
)
def test_commands_within_the_limits(commands: list[dict[str, Any]]) -> None:
    check_commands(commands)


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ([command(name="x" * 33)], "0.name"),
        ([command(name="Ask")], "0.name"),
        ([command(name="ask it")], "0.name"),
        ([command(description="")], "0.description"),
        ([command(description="x" * 101)], "0.description"),
        ([command(), command()], "unique"),
        ([command(options=[option(name=f"o{n}") for n in range(26)])], "0.options"),
        ([command(options=[option(name="Q")])], "0.options.0.name"),
        ([command(options=[option(), option()])], "Option names"),
        ([command(options=[option(), option(name="b", required=True)])], "0.options.1"),
        ([command(options=[option(choices=choices(26))])], "0.options.0.choices"),
        ([command(options=[option(choices=choices(1, name="x" * 101))])], "0.options.0.choices.0.name"),
        ([command(options=[option(type=4, choices=choices(1))])], "0.options.0.choices.0.value"),
        ([command(options=[option(choices=choices(1), autocomplete=True)])], "exclude"),
        ([command(options=[option(type=6, autocomplete=True)])], "Only text"),
        (
            [command(options=[option(choices=choices(25, name="x" * 100, value="x" * 100))] * 2)],
            "maximum size",
        ),
        ([{"name": "Menu", "type": 3, "description": "none"}], "neither description"),
        ([command(name_localizations={"de": "Frage"})], "0.name_localizations.de"),
        ([command(description_localizations={"de": "x" * 101})], "0.description_localizations.de"),
        ([command(), command(name="find", name_localizations={"de": "ask"})], "unique"),
        ([{"name": "Menu", "type": 3, "name_localizations": {"fr": "x" * 33}}], "0.name_localizations.fr"),
        (
            [command(options=[option(choices=choices(1, name_localizations={"ja": "x" * 101}))])],
            "0.options.0.choices.0.name_localizations.ja",
        ),
        (
            [
                command(
                    options=[
                        option(name=f"o{n}", choices=choices(25, name_localizations={"ja": "x" * 100}))
                        for n in range(4)
                    ]
                )
            ],
            "maximum size",
        ),
    ],
)
def test_commands_beyond_a_limit(commands: list[dict[str, Any]], path: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_commands(commands)
    assert path in str(refused.value)


def test_autocomplete_choices_and_forms_have_limits() -> None:
    check_choices(choices(25), 3)
    for wrong in (choices(26), choices(1, name="x" * 101), choices(1, value="x" * 101)):
        with pytest.raises(ApiError, match=r"data\.choices"):
            check_choices(wrong, 3)
    field = {"type": 4, "custom_id": "q", "label": "Question", "style": 1}
    check_modal({"title": "x" * 45, "custom_id": "f", "components": [row(field)]})
    check_modal(
        {"title": "t", "custom_id": "f", "components": [{"type": 18, "label": "L", "component": field}]}
    )
    for title, components in (
        ("x" * 46, [row(field)]),
        ("t", []),
        ("t", [row({**field, "label": "x" * 46})]),
    ):
        with pytest.raises(ApiError):
            check_modal({"title": title, "custom_id": "f", "components": components})
