"""Uses everything that the bot has in Discord while another process keeps the database locked: `make locked`.

Discord drops an interaction that has no first response within three seconds. Writers wait until the lock is
gone, and what they wait with, nobody else has to wait for.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from bot.client import NewsBot
from bot.interactions.buttons import LABELS, Action
from index.storage import schema
from tests.discord.interactions import Interaction
from tests.discord.limits import ComponentType, Json, walk
from tests.discord.server import DiscordServer
from tests.fakes import article, open_news, stored
from tests.servers.locked import locked

SERVERS: Final = 8
FIRST_RESPONSE: Final = 3.0
_ANSWER: Final = re.compile(r"answer:[a-z]+:([0-9a-f]{16})")
TEXT: Final = (
    "The council opened the bridge on Monday. About 300 people came to see it. It cost nine million."
)
QUESTION: Final = "How many people came to see the bridge that the council opened on Monday?"
# Every command, with options with which it goes as far as it can.
COMMANDS: Final[dict[str, dict[str, Any]]] = {
    "ask": {"question": QUESTION, "private": True},
    "latest": {},
    "timeline": {"topic": "bridge"},
    "follow": {"what": "harbour"},
    "follows": {},
    "digest set": {"every": "day", "hour": 7},
    "digest show": {},
    "digest now": {},
    "digest stop": {},
    "quality": {"export": True},
    "status": {},
    "settings": {},
    "audit": {},
    "privacy export": {},
    "privacy delete": {},
    "help": {},
    "reindex": {},
    "sources add": {"address": "https://127.0.0.1/feed"},
    "sources test": {"address": "https://127.0.0.1/feed"},
    "sources remove": {"source": "nothing"},
    "sources list": {},
}
SUGGESTIONS: Final = {
    "ask": "source",
    "latest": "source",
    "digest set": "sources",
    "reindex": "source",
    "sources remove": "source",
}
MENUS: Final = ("Find reporting", "Check this quote")


@dataclass
class Found:
    """Seconds until each first response, by what was used; ids of the answers shown, and of those stored."""

    latencies: dict[str, float] = field(default_factory=dict)
    posted: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)


def responded(interaction: Interaction) -> bool:
    return interaction.response_type is not None


async def run(folder: Path, seconds: float) -> Found:
    """Use everything once, then ask again and again, until the lock has been held for `seconds`."""
    news = open_news(folder, [article("bridge", TEXT)])
    found = Found()
    async with DiscordServer() as server, server.running(NewsBot(lambda: news, folder), commands=7):
        use = _all_uses(server, await _shown(server))
        with locked(folder / "data" / "news.db"):
            began = time.monotonic()
            sent = dict(zip(use, await asyncio.gather(*(start() for start in use.values())), strict=True))
            form, typed = (
                sent[f"press {LABELS[Action.FOLLOW_UP]}"],
                {"Your question": "And what did it cost?"},
            )
            sent["form"] = await server.submit_modal(form, typed, until=responded)
            questions = [one for name, one in sent.items() if name[0].isdigit()]
            await asyncio.gather(*(one.wait(lambda it: "Sources" in str(it.messages)) for one in questions))
            number = 0
            while time.monotonic() - began < seconds:
                number += 1
                asked = await _ask(server, number)()
                sent[f"/ask after {number} s"] = asked
                await asyncio.sleep(1)
        for name, interaction in sent.items():
            await interaction.wait(timeout=20)
            found.latencies[name] = interaction.latency or 0.0
            found.posted |= set(_ANSWER.findall(str(interaction.messages)))
        for _ in range(200):
            found.stored = found.posted & await _stored(folder)
            if found.stored == found.posted:
                break
            await asyncio.sleep(0.05)
        server.assert_clean()
    return found


async def _shown(server: DiscordServer) -> dict[str, Json]:
    """Return the messages whose parts are used: by the labels of buttons and of what the menu below an answer
    offers, or the ids of other menus.
    """
    boss = server.user("boss", manage_guild=True)
    asked = [
        await server.slash("ask", {"question": QUESTION}, user=boss),
        await server.slash("ask", {"question": "Volcanoes?", "since": "2020-01-01"}, user=boss),
        await server.slash("ask", {"question": QUESTION, "private": True}, user=boss),
        await server.slash("follow", {"what": "bridge"}, user=boss),
        await server.slash("follows", user=boss),
        await server.slash("settings", user=boss),
        await server.slash("privacy delete", user=server.user("leaver")),
    ]
    messages = [message for interaction in asked for message in interaction.messages]
    parts = {
        name: message
        for message in messages
        for part in walk(message["components"])
        if part.get("custom_id")
        for name in _names(part)
    }
    missing = {LABELS[action] for action in Action} - parts.keys()
    assert not missing, missing
    return parts


def _names(part: Json) -> list[str]:
    """Return by which names a button or menu is used."""
    if part["custom_id"].startswith("answer-menu:"):
        return [option["label"] for option in part["options"]]
    return [part.get("label") or part["custom_id"]]


def _all_uses(
    server: DiscordServer, shown: dict[str, Json]
) -> dict[str, Callable[[], Awaitable[Interaction]]]:
    """Return what is used, by a name for it; each by a person of their own, so that nobody asks too often."""
    uses: dict[str, Callable[[], Awaitable[Interaction]]] = {}
    for number in range(SERVERS):
        uses[f"{number} /ask"] = _ask(server, -number, server.add_guild(f"guild {number}"))
    for name, options in COMMANDS.items():
        uses[f"/{name}"] = lambda name=name, options=options: server.slash(  # type: ignore[misc]
            name, options, user=server.user(f"for {name}", manage_guild=True), until=responded
        )
    for name, option in SUGGESTIONS.items():
        uses[f"suggestions of /{name}"] = lambda name=name, option=option: server.autocomplete(  # type: ignore[misc]
            name, {}, focused=option, user=server.user(f"for {name}", manage_guild=True)
        )
    said = server.messages()[0]
    for name in MENUS:
        uses[name] = lambda name=name: server.message_command(  # type: ignore[misc]
            name, said, user=server.user(f"for {name}"), until=responded
        )
    for label, message in shown.items():
        uses[f"press {label}"] = lambda label=label, message=message: _press(server, message, label)  # type: ignore[misc]
    return uses


def _ask(server: DiscordServer, number: int, guild: Any = True) -> Callable[[], Awaitable[Interaction]]:
    person = server.user(f"asker {number}")
    return lambda: server.slash("ask", {"question": QUESTION}, user=person, guild=guild, until=responded)


async def _press(server: DiscordServer, message: Json, label: str) -> Interaction:
    part = next(
        part for part in walk(message["components"]) if part.get("custom_id") and label in _names(part)
    )
    values: list[Any] = []
    if part["custom_id"].startswith("answer-menu:"):
        values = [label]
    elif part["type"] in (ComponentType.CHANNEL_SELECT, ComponentType.ROLE_SELECT):
        channel = part["type"] == ComponentType.CHANNEL_SELECT
        values = [server.guild.channels[0] if channel else server.guild.id]
    elif part.get("options"):
        values = [part["options"][-1]["value"]]
    private = server.world.audience.get(message["id"])
    person = private or server.user(f"presses {label}")
    return await server.click(message, part["custom_id"], values=values, user=person, until=responded)


async def _stored(folder: Path) -> set[str]:
    """Return the ids of the answers that are stored."""

    def read() -> set[str]:
        with stored(folder) as store, store.database.reading() as connection:
            return set(connection.execute(select(schema.posted_answers.c.id)).scalars())

    return await asyncio.to_thread(read)


def main(seconds: float) -> int:
    """Print the slowest first responses; fail where one took longer than Discord waits."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(Path(folder), seconds))
    slowest = sorted(found.latencies, key=lambda name: -found.latencies[name])[:5]
    lines = [f"{found.latencies[name]:.2f} s {name}" for name in slowest]
    lines.append(
        f"first_responses={len(found.latencies)} slowest_seconds={max(found.latencies.values()):.2f} "
        f"posted={len(found.posted)} stored={len(found.stored)}\n"
    )
    sys.stdout.write("\n".join(lines))
    return 0 if max(found.latencies.values()) < FIRST_RESPONSE and found.posted == found.stored else 1
