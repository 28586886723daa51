"""The Discord bot: what Discord lets it see, how it starts and how it closes.

It asks for no privileged intent. Discord sends the text of messages that mention the bot or are sent to it
directly without one, and the bot reads no others.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import hashlib
import json
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.ask import Ask
from bot.cogs.background.alert_sender import AlertSender
from bot.cogs.background.corrections import Corrections
from bot.cogs.background.digest_sender import DigestSender
from bot.cogs.background.shards import Shards
from bot.cogs.background.tidying import Tidying
from bot.cogs.background.upkeep import AnswerKeeper, CommandKeeper, EditionKeeper, SettingsReader
from bot.cogs.digests import Digests
from bot.cogs.follows import Follows
from bot.cogs.help import Help
from bot.cogs.latest import Latest
from bot.cogs.leftovers import Leftovers
from bot.cogs.message_menu import MessageMenu
from bot.cogs.messages import Messages
from bot.cogs.privacy import Privacy
from bot.cogs.quality import QualityCommand
from bot.cogs.reindex import Reindex
from bot.cogs.settings import SettingsCommands
from bot.cogs.setup import Setup
from bot.cogs.sources import Sources
from bot.cogs.status import StatusCommand
from bot.cogs.timelines import Timelines
from bot.command_tree import NewsTree
from bot.interactions.buttons import AnswerButton, AnswerMenu
from bot.interactions.story_menu import StoryMenu
from bot.ops.health import OK, CheckResult, Health, readiness
from bot.services.services import make_services
from bot.text.translator import CommandTranslator
from index import SHARED, NewsError

if TYPE_CHECKING:
    import yarl

    from index import NewsIndex

# When the bot closes, commands that are running get this long to send their answers, while there is still a
# connection. They are a part of the `CLOSE_SECONDS` in `bot.services.library`.
FINISH_SECONDS = 3.0
# The names that discord.py gives the tasks in which commands, messages, buttons and forms are handled.
HANDLERS = (
    "CommandTree-invoker",
    "discord.py: on_message",
    "discord-ui-view-dispatch",
    "discord-ui-dynamic-item",
    "discord-ui-modal-dispatch",
)
# An event loop that runs nothing new for this long hangs.
LOOP_SECONDS = 5.0

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class NewsBot(commands.AutoShardedBot):
    """Answers from a `NewsIndex` that `open_index` opens in a thread once Discord has accepted the token.

    In `data_dir` it stores a hash of the commands that Discord has. `share` is the shards that this process
    runs, and how many there are in all; without it, the process runs as many as Discord recommends.
    `operators` are the ids of people who may change what all servers share, beside the application's owners.
    """

    def __init__(
        self,
        open_index: Callable[[], NewsIndex],
        data_dir: Path,
        clock: Callable[[], datetime] = _now,
        share: tuple[Sequence[int], int] | None = None,
        operators: Collection[int] = (),
    ) -> None:
        # discord.py would warn about missing voice libraries, which a bot that only writes does not need.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            tree_cls=NewsTree,
            help_command=None,
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            activity=discord.CustomActivity("Quotes the news: /ask"),
            max_messages=None,
        )
        if share:
            self.shard_ids, self.shard_count = list(share[0]), share[1]
        self.services = make_services(self, open_index, clock, operators)
        self._shards: Shards | None = None
        self._reindex: Reindex | None = None
        self._failure: NewsError | None = None
        self._ending: asyncio.Task[None] | None = None
        self._translator = CommandTranslator()
        self._known_commands = data_dir / "discord-commands.sha256"

    def health(self) -> Health:
        """Return the checks of this bot for `bot.ops.health`; the event loop has to be running.

        The checks are called in threads other than that of the loop.
        """
        loop = asyncio.get_running_loop()

        def alive() -> CheckResult:
            turn = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
            try:
                turn.result(LOOP_SECONDS)
            except concurrent.futures.TimeoutError:
                turn.cancel()
                return CheckResult("failing", f"The event loop has been busy for {LOOP_SECONDS:.0f} seconds.")
            return OK

        def ready() -> CheckResult:
            if not self.is_ready():
                return CheckResult("failing", "The bot is not connected to Discord.")
            return readiness(lambda: self.services.library.index)

        return Health(self.services.metrics, alive, ready)

    async def setup_hook(self) -> None:
        """Open the library, then add the cogs and register the commands. discord.py calls this after login.

        Raises what `open_index` raises, and BusyError where another process runs one of the shards.
        """
        await self.services.library.open()
        await self.services.source_names.refresh(SHARED)
        for cog in self._make_cogs():
            await self.add_cog(cog)
        self.add_dynamic_items(AnswerButton, AnswerMenu, StoryMenu)
        await self.tree.set_translator(self._translator)
        await self.sync_commands()

    def _make_cogs(self) -> list[commands.Cog]:
        """Return the cogs in the order in which they are added: the shards first, for they may be taken."""
        services = self.services
        self._shards = Shards(self, services, self.end)
        self._reindex = Reindex(self, services)
        return [
            self._shards,
            SettingsReader(self, services),
            AnswerKeeper(self, services),
            EditionKeeper(self, services),
            Ask(self, services),
            Messages(self, services),
            MessageMenu(self, services),
            Latest(services),
            Timelines(services),
            Follows(self, services),
            AlertSender(self, services),
            Digests(self, services),
            DigestSender(self, services),
            Corrections(self, services),
            QualityCommand(services),
            StatusCommand(self, services),
            self._reindex,
            Sources(self, services),
            SettingsCommands(self, services),
            Setup(self, services),
            Privacy(self, services),
            Tidying(self, services),
            Help(),
            Leftovers(services),
            CommandKeeper(self, services, self.sync_commands),
        ]

    async def on_ready(self) -> None:
        log.info("bot.ready user=%s guilds=%d", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: the cog `Ask` listens to messages, and there are no prefix commands to look for."""

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        if self.is_closed():  # discord.py would try again and again to connect a client that has been closed
            return
        if self._shards:
            await self._shards.turn_to_identify(shard_id)
        # `initial` keeps discord.py from waiting for the other shards of this process: that was done above.
        await super().launch_shard(gateway, shard_id, initial=True)

    def end(self, why: NewsError) -> None:
        """Begin to close the bot because of an error, which `ended` raises, so that the operator sees it."""
        log.error("bot.ending why=%r", str(why))
        self._failure = why
        self._ending = asyncio.create_task(self.close())

    async def ended(self) -> None:
        """Where `end` was called, wait until everything is closed, and raise its error."""
        if self._ending and self._failure:
            await self._ending
            raise self._failure

    async def close(self) -> None:
        if self.is_closed():
            return
        self.services.library.begin_closing()
        await self._finish()
        await super().close()
        await self.services.library.close()
        log.info("bot.closed")

    async def _finish(self) -> None:
        """Wait until the running commands have sent their answers, at most `FINISH_SECONDS`."""
        if self._reindex:
            self._reindex.stop()
        tasks = {task for task in asyncio.all_tasks() if task.get_name().startswith(HANDLERS)}
        if tasks - {asyncio.current_task()}:
            await asyncio.wait(tasks - {asyncio.current_task()}, timeout=FINISH_SECONDS)

    async def sync_commands(self) -> None:
        """Register the commands where they have changed, or Discord has lost some: it limits how often.

        What Discord has is asked for, because it may forget what it was told before.
        """
        commands = self.tree.get_commands()
        payload = [await command.get_translated_payload(self.tree, self._translator) for command in commands]
        text = json.dumps([self.application_id, payload], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        try:
            if self._was_registered(digest) and not await self._missing_commands():
                return
            await self.tree.sync()
            self._known_commands.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._known_commands.write_text(digest)
        except (discord.HTTPException, OSError) as error:  # mentions and the commands of before still work
            log.warning("commands.sync.failed why=%r", str(error))
        else:
            log.info("commands.synced count=%d", len(payload))

    def _was_registered(self, digest: str) -> bool:
        with suppress(OSError):
            return self._known_commands.read_text() == digest
        return False

    async def _missing_commands(self) -> set[tuple[int, str]]:
        """Return type and name of the commands that Discord does not have."""
        assert self.application_id is not None  # known since the login
        registered = await self.http.get_global_commands(self.application_id)
        there = {(command.get("type", 1), command["name"]) for command in registered}
        wanted = {
            (command.type.value if isinstance(command, app_commands.ContextMenu) else 1, command.name)
            for command in self.tree.get_commands()
        }
        return wanted - there
