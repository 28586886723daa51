"""The Discord bot: what it is allowed to see, how it starts, and how it ends.

It asks for no privileged intent. Discord sends the text of messages that mention the bot or reach it directly
in any case, and it needs no other.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.cogs.alert_sender import Alerts
from bot.cogs.ask import Ask
from bot.cogs.corrections import Living
from bot.cogs.digest_sender import DigestPost
from bot.cogs.digests import Digests
from bot.cogs.follows import Follows
from bot.cogs.help import Help
from bot.cogs.latest import Highlights
from bot.cogs.message_menu import Claims
from bot.cogs.privacy import Privacy
from bot.cogs.quality import QualityReport
from bot.cogs.reindex import Reindexing
from bot.cogs.settings import Settings, SettingsPanel
from bot.cogs.shards import Shards
from bot.cogs.sources import Sources
from bot.cogs.status import Admin
from bot.cogs.timelines import Timelines
from bot.command_tree import NewsTree
from bot.interactions.buttons import AnswerButton
from bot.ops.health import OK, Condition, Health, readiness
from bot.ops.metrics import Measurements
from bot.services.answers import Answering
from bot.services.guild_rules import GuildRules
from bot.services.source_names import SourceNames
from bot.services.workers import Workers
from bot.text.language import _
from bot.text.translator import CommandTranslator
from index import BusyError, Deadline, ModelError, NewsError

if TYPE_CHECKING:
    import yarl

    from index import NewsIndex

# More threads would only wait for each other: the model and the search use all cores for one question.
THREADS, WAITING = 4, 256
# Whoever stops the bot gives it ten seconds. All calls that are under way share these, the first of them for
# answers, while there is a connection to send them; the rest is for closing the library.
CLOSE_SECONDS = 5.5
FINISH_SECONDS = 3.0
# The names that discord.py gives the tasks in which commands, messages, buttons and forms are handled.
HANDLERS = (
    "CommandTree-invoker",
    "discord.py: on_message",
    "discord-ui-view-dispatch",
    "discord-ui-dynamic-item",
    "discord-ui-modal-dispatch",
)
# A question takes a tenth of a second, its wait in a full queue twenty: what takes longer than this hangs.
CALL_SECONDS = 120.0
# An event loop that does not come round in this time hangs.
LOOP_SECONDS = 5.0


COGS = (
    Shards,
    Ask,
    Claims,
    Highlights,
    Timelines,
    Follows,
    Alerts,
    Digests,
    DigestPost,
    Living,
    QualityReport,
    Admin,
    Reindexing,
    Sources,
    Settings,
    Privacy,
    Help,
)

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class NewsBot(commands.AutoShardedBot):
    """Answers from a `NewsIndex` that `open_index` opens in a thread once Discord has accepted the token.

    `data_dir` is where it remembers which commands Discord knows already. `share` are the shards that this
    process runs, and how many there are in all; without it, it runs as many as Discord recommends.
    """

    def __init__(
        self,
        open_index: Callable[[], NewsIndex],
        data_dir: Path,
        clock: Callable[[], datetime] = _now,
        share: tuple[Sequence[int], int] | None = None,
    ) -> None:
        # discord.py would warn about libraries for voice, which a bot that only writes does not need.
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
        self._failure: NewsError | None = None
        self._ending: asyncio.Task[None] | None = None
        self._closing: Deadline | None = None
        self.workers = Workers("index", THREADS, WAITING, CALL_SECONDS)
        # Small reads and writes have a thread of their own: they and questions do not wait for each other.
        self.records = Workers("records", 1, 4 * WAITING, CALL_SECONDS)
        self.measurements = Measurements(lambda: self.index.status(), lambda: len(self.workers))
        self.answering = Answering(self)
        self.guild_rules = GuildRules(self)
        self.sources = SourceNames(lambda: self.workers.run(self.index.source_names))
        self.clock = clock
        self._open_index = open_index
        self._index: NewsIndex | None = None
        self._translator = CommandTranslator()
        self._known_commands = data_dir / "discord-commands.sha256"

    @property
    def index(self) -> NewsIndex:
        """The library. Every call blocks: use `workers`."""
        if self._index is None:
            raise BusyError(_("The news library is still being opened: try again in a few seconds."))
        return self._index

    @property
    def patience(self) -> float:
        """How many seconds calls may still take that are under way, when the bot or a part of it closes."""
        return self._closing.left() if self._closing else CLOSE_SECONDS

    def health(self) -> Health:
        """Return what a watcher may ask, in other threads than that of the loop, which has to be running."""
        loop = asyncio.get_running_loop()

        def alive() -> Condition:
            turn = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
            try:
                turn.result(LOOP_SECONDS)
            except concurrent.futures.TimeoutError:
                turn.cancel()
                return Condition("failing", f"The event loop has been busy for {LOOP_SECONDS:.0f} seconds.")
            return OK

        def ready() -> Condition:
            if not self.is_ready():
                return Condition("failing", "The bot is not connected to Discord.")
            return readiness(lambda: self.index)

        return Health(self.measurements, alive, ready)

    async def setup_hook(self) -> None:
        await self.workers.run(self._open)
        await self.sources.refresh()
        for cog in COGS:
            await self.add_cog(cog(self))
        self.add_dynamic_items(AnswerButton)
        self.add_view(SettingsPanel(self))
        await self.tree.set_translator(self._translator)
        await self._sync_commands()

    async def on_ready(self) -> None:
        log.info("bot.ready user=%s guilds=%d", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are the ask cog's: there are no prefix commands to look for."""

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        if self.is_closed():  # discord.py would try for ever with what has been closed meanwhile
            return
        shards = self.get_cog("Shards")
        if isinstance(shards, Shards):
            await shards.turn_to_identify(shard_id)
        # The first of all: it does not wait for others of this process once more.
        await super().launch_shard(gateway, shard_id, initial=True)

    def end(self, why: NewsError) -> None:
        """Stop by itself, because of an error that whoever runs the bot is told."""
        log.error("bot.ending why=%r", str(why))
        self._failure = why
        self._ending = asyncio.create_task(self.close())

    async def ended(self) -> None:
        """Wait until a bot that stops by itself has closed everything, and raise its error."""
        if self._ending and self._failure:
            await self._ending
            raise self._failure

    async def close(self) -> None:
        if self.is_closed():
            return
        self._closing = Deadline(CLOSE_SECONDS)
        await self._finish()
        await super().close()
        for workers in (self.workers, self.records):
            if not await workers.close(self.patience):
                log.warning("bot.close calls=unfinished")
        if self._index is not None:
            await asyncio.to_thread(self._index.close)
        log.info("bot.closed")

    async def _finish(self) -> None:
        """Let what people have asked be answered, while there is still a connection to send it."""
        for cog in self.cogs.values():
            if isinstance(cog, Reindexing):
                cog.stop()
        tasks = {task for task in asyncio.all_tasks() if task.get_name().startswith(HANDLERS)}
        if tasks - {asyncio.current_task()}:
            await asyncio.wait(tasks - {asyncio.current_task()}, timeout=FINISH_SECONDS)

    def _open(self) -> None:
        # Kept at once, in the thread: whoever closes the bot meanwhile finds it and closes it as well.
        self._index = self._open_index()
        # Without its model it answers by words alone, and tries again.
        with suppress(ModelError):
            self._index.load_model()

    async def _sync_commands(self) -> None:
        """Register the commands where they are not what Discord was told last: it limits how often."""
        commands = self.tree.get_commands()
        payload = [await each.get_translated_payload(self.tree, self._translator) for each in commands]
        text = json.dumps([self.application_id, payload], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with suppress(OSError):
            if self._known_commands.read_text() == digest:
                return
        try:
            await self.tree.sync()
            self._known_commands.parent.mkdir(parents=True, exist_ok=True)
            self._known_commands.write_text(digest)
        except (discord.HTTPException, OSError) as error:  # the bot still answers mentions and old commands
            log.warning("commands.sync.failed why=%r", str(error))
        else:
            log.info("commands.synced count=%d", len(payload))
