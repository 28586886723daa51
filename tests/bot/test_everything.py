"""Whatever the bot registers is used once over a real socket: who adds a command or panel has to use it here.

The tables say how; that nothing is missing from them is found out from the running bot and from its classes.
"""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

import pytest
from discord import ui

from bot.client import NewsBot
from bot.cogs.follows import StopMenu
from bot.cogs.privacy import Confirm
from bot.cogs.reindex import CancelView
from bot.cogs.settings import SettingsPanel
from bot.cogs.setup import SetupPanel, SharedMenu, SharedPage
from bot.cogs.sources import SourcesPage
from bot.interactions.buttons import LABELS, Action, AnswerButton, AnswerMenu
from bot.interactions.panels import BoxPanel
from bot.interactions.story_menu import StoryMenu
from bot.interactions.views import Form, Panel
from bot.services.answers import FollowUp
from bot.services.paging import PageButton
from index import NewsIndex
from tests.discord.actions import SUBCOMMAND, SUBCOMMAND_GROUP
from tests.discord.interactions import Interaction
from tests.discord.limits import SELECTS, ComponentType, Json, walk
from tests.discord.server import DiscordServer
from tests.fake_news import FakeNews

ROOT: Final = Path(__file__).parents[2]
QUESTION: Final = "How many North Korean troops were sent?"

# Stand for the channel where everything happens, and for a role that anybody may mention.
GENERAL: Final = object()
ROLE: Final = object()
# Every command with all of its options.
COMMANDS: Final[dict[str, dict[str, Any]]] = {
    "ask": {
        "question": QUESTION,
        "since": "2025-06-01",
        "until": "today",
        "source": "Sample Wire",
        "language": "en",
        "private": True,
        "limit": 2,
    },
    "latest": {"topic": "kim", "source": "Sample Wire", "language": "en"},
    "timeline": {"topic": "troops", "from": "2024-01-01", "to": "today", "language": "any"},
    "follow": {"what": QUESTION, "here": True},
    "follows": {},
    "missed": {},
    "digest set": {
        "every": "week",
        "hour": 7,
        "timezone": "Europe/Berlin",
        "weekday": "Friday",
        "channel": GENERAL,
        "topics": "troops",
        "sources": "Sample Wire",
        "number": 3,
        "quiet_from": 22,
        "quiet_until": 6,
        "role": ROLE,
        "apart": True,
        "publish": False,
        "to_me": False,
        "change": None,
    },
    "digest show": {},
    "digest now": {"which": "1"},
    "digest stop": {"which": "1"},
    "quality": {"days": 7, "export": True},
    "status": {},
    "settings": {},
    "audit": {},
    "privacy about": {},
    "privacy export": {},
    "privacy delete": {},
    "help": {},
}
# What has to be there before a command does its work.
BEFORE: Final = {"digest show": "digest set", "digest now": "digest set", "digest stop": "digest set"}
# What needs more than this library in memory: the file of tests that uses it, and how that is seen there.
ELSEWHERE: Final = {
    "reindex": ("bot/cogs/test_reindex.py", 'slash("reindex"'),
    "sources add": ("bot/cogs/test_sources.py", '"add"'),
    "sources test": ("bot/cogs/test_sources.py", '"test"'),
    "sources remove": ("bot/cogs/test_sources.py", '"remove"'),
    "sources list": ("bot/cogs/test_sources.py", 'slash("sources list"'),
}
PARTS_ELSEWHERE: Final[dict[type, tuple[str, str]]] = {
    CancelView: ("bot/cogs/test_reindex.py", '"Cancel"'),
    SourcesPage: ("bot/cogs/test_sources.py", '"Next"'),
    SetupPanel: ("bot/cogs/test_setup.py", '"setup:topics"'),
    SharedMenu: ("bot/cogs/test_setup.py", '"shared:keep:1"'),
    SharedPage: ("bot/cogs/test_setup.py", '"Next"'),
    StoryMenu: ("bot/test_client.py", '"Open a story …"'),
}
MENUS: Final = {"Find reporting", "Check this quote"}
# The command that shows each panel, after what has to be there first.
PANELS: Final[dict[type[Panel | BoxPanel], list[str]]] = {
    SettingsPanel: ["settings"],
    StopMenu: ["follow", "follows"],
    Confirm: ["privacy delete"],
}
# The button that opens each form, and what is typed into it.
FORMS: Final[dict[type[Form], tuple[Action, dict[str, str]]]] = {
    FollowUp: (Action.FOLLOW_UP, {"Your question": "And what about Kursk?"})
}


@asynccontextmanager
async def started(tmp_path: Path) -> AsyncIterator[DiscordServer]:
    """A server in which alice may do everything. In the end, nothing may have been wrong."""
    bot = NewsBot(lambda: cast(NewsIndex, FakeNews()), tmp_path)
    async with DiscordServer() as server:
        server.user(server.bot.name, mention_everyone=True, create_public_threads=True)
        server.world.role(server.guild, "readers")
        async with server.running(bot, commands=7):
            server.alice = server.user("alice", manage_guild=True)
            yield server
        assert not [message for message in server.messages() if "Something went wrong" in str(message)]
        server.assert_clean()


def leaves(command: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the names by which a command is used, with its options."""
    name = f"{path} {command['name']}".strip()
    inner = [
        option for option in command.get("options") or [] if option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)
    ]
    if not inner:
        yield name, command
    for option in inner:
        yield from leaves(option, name)


def subclasses(base: type) -> set[type]:
    """Return the classes of the bot that are made from one, also those made from those."""
    made = {kind for kind in base.__subclasses__() if kind.__module__.startswith("bot.")}
    return made | {further for kind in made for further in subclasses(kind)}


async def use(server: DiscordServer, name: str) -> Interaction:
    """Use a command with all of its options, and wait for its answer."""
    here = server.guild.channels[0]
    role = next(iter(server.guild.roles))
    given = {key: value for key, value in COMMANDS[name].items() if value is not None}
    options = {key: {GENERAL: here, ROLE: role}.get(value, value) for key, value in given.items()}
    return await answered(await server.slash(name, options))


async def answered(interaction: Interaction) -> Interaction:
    return await interaction.wait(lambda it: it.done and (bool(it.messages) or it.modal is not None))


# -- nothing is missing from the tables ------------------------------------------------------------------


async def test_the_tables_name_all_that_is_registered(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        commands = [command for command in server.commands.values() if command["type"] == 1]
        menus = {command["name"] for command in server.commands.values() if command["type"] != 1}
        options = {
            name: {option["name"] for option in leaf.get("options") or []}
            for command in commands
            for name, leaf in leaves(command)
        }
    assert options.keys() == COMMANDS.keys() | ELSEWHERE.keys()
    assert {name: set(given) for name, given in COMMANDS.items()}.items() <= options.items()
    assert menus == MENUS


def test_the_tables_name_every_panel_and_form() -> None:
    made = subclasses(Panel) | subclasses(BoxPanel) | subclasses(ui.DynamicItem)
    # Pages are made of PageButton.
    assert made - {PageButton} == {AnswerButton, AnswerMenu, *PANELS, *PARTS_ELSEWHERE}
    assert subclasses(Form) == set(FORMS)


@pytest.mark.parametrize(("file", "used"), [*ELSEWHERE.values(), *PARTS_ELSEWHERE.values()])
def test_what_is_used_elsewhere_is(file: str, used: str) -> None:
    assert used in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "bot").rglob("*.py")), ids=lambda path: path.stem)
def test_panels_and_forms_are_made_from_ours(path: Path) -> None:
    """What is made from discord.py's own classes would be in no table, and would explain no error."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bases = [
        ast.unparse(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases
    ]
    theirs = {base.rpartition(".")[2] for base in bases} & {"View", "LayoutView", "Modal"}
    if path.name not in ("views.py", "panels.py"):
        assert theirs <= set()


# -- each is used ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
async def test_every_command_answers(tmp_path: Path, name: str) -> None:
    async with started(tmp_path) as server:
        for used in (BEFORE.get(name), name):
            result = await use(server, used) if used else None
        assert result
        assert result.text
        assert "went wrong" not in result.text


async def test_every_suggestion_is_made(tmp_path: Path) -> None:
    async with started(tmp_path) as server:
        suggesting = [
            (name, option["name"])
            for command in server.commands.values()
            for name, leaf in leaves(command)
            for option in leaf.get("options") or []
            if option.get("autocomplete") and name in COMMANDS
        ]
        assert suggesting
        await use(server, "digest set")  # digests are suggested, too
        for name, option in suggesting:
            assert (await server.autocomplete(name, {}, focused=option)).choices, (name, option)
            none = await server.autocomplete(name, {option: "~ nothing begins like this"}, focused=option)
            assert none.choices == [], (name, option)


@pytest.mark.parametrize("name", sorted(MENUS))
async def test_every_menu_answers(tmp_path: Path, name: str) -> None:
    async with started(tmp_path) as server:
        said = await server.say(QUESTION, mention_bot=False, expect=0)
        result = await answered(await server.message_command(name, said.message))
        assert result.ephemeral
        assert result.text


@pytest.mark.parametrize("action", list(Action))
async def test_every_button_below_an_answer_does_something(tmp_path: Path, action: Action) -> None:
    async with started(tmp_path) as server:
        shown = [
            await server.slash("ask", {"question": question, "private": private, "since": "2020-01-01"})
            for question, private in ((QUESTION, True), (QUESTION, False), ("Volcanoes?", False))
        ]
        message, button = next(
            (found, part["type"] == ComponentType.BUTTON)
            for result in shown
            for found in result.messages
            for part in walk(found["components"])
            if LABELS[action] in (part.get("label"), *(one["label"] for one in part.get("options", [])))
        )
        which: dict[str, Any] = {} if button else {"values": [LABELS[action]]}
        used = await server.click(message, LABELS[action] if button else "…", user=server.alice, **which)
        pressed = await answered(used)
        assert pressed.modal or pressed.text
        assert "does nothing any more" not in pressed.text


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.__name__)
async def test_every_part_of_a_panel_does_something(tmp_path: Path, panel: type[Panel | BoxPanel]) -> None:
    async with started(tmp_path) as server:
        message = await open_panel(server, panel)
        parts = [part for part in walk(message["components"]) if part.get("custom_id")]
        declared = sum(hasattr(member, "__discord_ui_model_type__") for member in vars(panel).values())
        assert len(parts) == declared
    for number in range(len(parts)):
        async with started(tmp_path) as server:
            message = await open_panel(server, panel)
            part = [part for part in walk(message["components"]) if part.get("custom_id")][number]
            changed = len(server.history(message))
            await server.click(message, part["custom_id"], values=choice(server, part), user=server.alice)
            await server.wait_for(lambda before=changed, panel=message: len(server.history(panel)) > before)


async def open_panel(server: DiscordServer, panel: type[Panel | BoxPanel]) -> Json:
    for name in PANELS[panel]:
        result = await use(server, name)
    return result.messages[0]


def choice(server: DiscordServer, part: Json) -> list[Any]:
    """Something that can be chosen in a menu; nothing for a button."""
    if part["type"] not in SELECTS:
        return []
    chosen: dict[int, Any] = {
        ComponentType.CHANNEL_SELECT: server.guild.channels[0],
        ComponentType.ROLE_SELECT: server.guild.id,  # the role that all members have
        ComponentType.USER_SELECT: server.alice,
    }
    if part["type"] in chosen:
        return [chosen[part["type"]]]
    return [next(option["value"] for option in reversed(part["options"]) if not option.get("default"))]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
async def test_every_form_can_be_sent(tmp_path: Path, form: type[Form]) -> None:
    action, typed = FORMS[form]
    async with started(tmp_path) as server:
        answer = await server.slash("ask", {"question": QUESTION})
        opened = await server.click(answer.messages[0], LABELS[action], user=server.alice)
        assert opened.modal
        result = await answered(await server.submit_modal(opened, typed))
        assert result.text
