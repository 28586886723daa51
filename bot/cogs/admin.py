"""For those who look after the bot: `/reindex` and `/status`."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import explain
from bot.markdown import timestamp
from bot.render import progress_text, report_text, status_card
from bot.workers import Workers
from index import Progress, ReindexReport

if TYPE_CHECKING:
    from bot.client import NewsBot

# Discord allows about five edits in five seconds for a channel: half of that leaves room for answers.
EDIT_SECONDS = 2.0
# An interaction can be answered for 15 minutes; what comes later has to be an ordinary message.
EXPIRY_MARGIN = timedelta(minutes=1)
# How Discord refuses an edit after that, which is news only to a computer whose clock is slow.
EXPIRED = frozenset({10015, 50027})  # Unknown Webhook, Invalid Webhook Token
CLOSE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Stopped(BaseException):
    """Raised inside a reindex, through its progress listener, to end it when the bot closes.

    Not an Exception, so that nothing that carries on after one broken source takes it for such a thing.
    """


class Report:
    """A text that is kept up to date: the answer to a command, and when that expires, a message below it."""

    def __init__(self, interaction: discord.Interaction[NewsBot]) -> None:
        self._interaction = interaction
        self._message: discord.Message | None = None
        self._expired = False
        self._shown = ""

    @property
    def begun(self) -> bool:
        return bool(self._shown)

    async def show(self, text: str) -> None:
        """Show the text; where Discord refuses, log that and go on, because the work itself goes on."""
        if text == self._shown:
            return
        try:
            await self._send(text)
            self._shown = text
        except discord.HTTPException as error:
            log.warning("report.failed channel=%s status=%s", self._interaction.channel_id, error.status)

    async def _send(self, text: str) -> None:
        if self._message is not None:
            await self._message.edit(content=text)
        elif not await self._edit_response(text) and isinstance(
            self._interaction.channel, discord.abc.Messageable
        ):
            self._message = await self._interaction.channel.send(text)

    async def _edit_response(self, text: str) -> bool:
        """Show the text as the answer to the command; tell whether that is still possible."""
        if self._expired or datetime.now(UTC) >= self._interaction.expires_at - EXPIRY_MARGIN:
            return False
        try:
            await self._interaction.edit_original_response(content=text)
        except discord.HTTPException as error:
            if error.code not in EXPIRED:
                raise
            self._expired = True
        return not self._expired


@dataclass(slots=True)
class Job:
    """A reindex that runs. `progress` is written by its thread and read by the loop.

    `ended` is set when its outcome has been reported as well.
    """

    user: int
    started_at: datetime
    progress: Progress | None = None
    stopped: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self, progress: Progress) -> None:
        if self.stopped:
            raise Stopped
        self.progress = progress


class Admin(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot
        # A thread of its own: questions never wait for a reindex.
        self._workers = Workers("reindex", threads=1, waiting=0)
        self._job: Job | None = None
        self._version = version("newsbot")

    async def cog_unload(self) -> None:
        if job := self._job:
            job.stopped = True
            with suppress(TimeoutError):
                await asyncio.wait_for(job.ended.wait(), CLOSE_SECONDS)
        await self._workers.close(0)

    @app_commands.command(name="reindex", description="Read the known sources again and update the search")
    @app_commands.describe(full="Embed everything again, even what is up to date")
    @app_commands.guild_only()
    async def reindex(self, interaction: discord.Interaction[NewsBot], full: bool = False) -> None:
        await self.bot.guild_rules.require_reindex(interaction)
        if self._job:
            await interaction.response.send_message(_already_running(self._job), ephemeral=True)
            return
        self._job = job = Job(interaction.user.id, datetime.now(UTC))
        try:
            await interaction.response.defer(thinking=True)
            await self.bot.guild_rules.note(interaction, "reindex", "full" if full else "")
            await self._reindex(job, Report(interaction), full)
        finally:
            self._release(job)
            job.ended.set()

    async def _reindex(self, job: Job, report: Report, full: bool) -> None:
        log.info("reindex.started user=%d full=%s", job.user, full)
        running = asyncio.create_task(
            self._workers.run(self.bot.index.reindex, full=full, on_progress=job.listen)
        )
        # The next may start as soon as this one has ended, while its report is still on the way.
        running.add_done_callback(lambda _: self._release(job))
        while not (await asyncio.wait({running}, timeout=EDIT_SECONDS))[0]:
            await report.show(progress_text(job.progress))
        try:
            result = await running
        except Stopped:
            await report.show(
                "The reindex was stopped, because the bot is shutting down. Run it again later."
            )
        except Exception as error:
            if not report.begun:  # nobody has seen anything yet: tell only the person who asked
                raise
            await report.show(explain(error, "/reindex"))
        else:
            _log(result)
            await report.show(report_text(result, datetime.now(UTC) - job.started_at))
            await self.bot.sources.refresh()

    def _release(self, job: Job) -> None:
        if self._job is job:
            self._job = None

    @app_commands.command(name="status", description="How many articles there are and how fresh they are")
    async def status(self, interaction: discord.Interaction[NewsBot]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        status = await self.bot.workers.run(self.bot.index.status)
        await interaction.edit_original_response(
            embed=status_card(status, self._version, self.bot.latency).embed()
        )


def _already_running(job: Job) -> str:
    return f"A reindex is running already: <@{job.user}> started it {timestamp(job.started_at, 'R')}."


def _log(result: ReindexReport) -> None:
    ingested = result.ingested
    for failure in ingested.failed:
        log.warning("source.failed where=%r why=%r", failure.where, failure.why)
    log.info(
        "reindex.finished added=%d updated=%d failed=%d embedded=%d",
        ingested.added,
        ingested.updated,
        len(ingested.failed),
        result.embedded,
    )
