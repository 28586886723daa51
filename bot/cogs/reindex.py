"""Reads sources or an attached file again: `/reindex`, with its progress and a button that stops it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.interactions.choices import LOOKED_AT, read_in_time, source_choices
from bot.interactions.errors import explain
from bot.interactions.views import Panel
from bot.services.editions import edition_named, edition_of
from bot.services.job import Job, Stopped
from bot.services.job_message import JobMessage
from bot.services.job_text import Outcome, outcome_text, progress_text, stopped_text
from bot.services.services import Services
from bot.services.workers import Workers
from bot.text.language import _, mark, number, to_everyone
from bot.text.markdown import timestamp
from index import SHARED, Progress, UsageError

# Between two edits of the progress. Discord allows about five edits in five seconds for a channel, and
# answers need some of them.
EDIT_SECONDS = 3.0
MAX_FILE = 25 * 2**20
# Servers that reindex at the same time. They embed one after another, those with the least to do first.
THREADS = 16

Work = Callable[[Callable[[Progress], None]], Outcome]

log = logging.getLogger(__name__)


class CancelView(Panel):
    """The button below a progress. It keeps no state: person and message are checked at each press."""

    def __init__(self, cog: Reindex) -> None:
        super().__init__(timeout=None)
        self._cog = cog
        self.cancel.label = _("Cancel")

    @ui.button(style=discord.ButtonStyle.danger, custom_id="reindex:cancel")
    async def cancel(self, interaction: discord.Interaction, button: ui.Button[CancelView]) -> None:
        await self._cog.cancel(interaction)


class Reindex(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
        # Reindexing has threads of its own, so that questions never wait for it; a server uses one at a time.
        self._workers = Workers("reindex", threads=THREADS, waiting=0)
        self._running: dict[int, tuple[Job, JobMessage]] = {}  # by guild
        self._view = CancelView(self)

    async def cog_load(self) -> None:
        # Handles buttons that were sent before a restart, too.
        self.bot.add_view(self._view)

    def stop(self) -> None:
        """Stop the running jobs after the articles that they have stored."""
        for job, _message in self._running.values():
            job.why_stopped = mark("because the bot is shutting down")

    async def cog_unload(self) -> None:
        self.stop()
        ended = [job.ended.wait() for job, _message in self._running.values()]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*ended), self.library.patience)
        await self._workers.close(0)

    @app_commands.command(name="reindex", description="Read the known sources again and update the search")
    @app_commands.describe(
        source="Only this source, as /sources list shows it",
        full="Embed everything again, even what is up to date (operators of the bot only)",
        file="Articles to read: JSON lines, a story page or a feed, gzipped or not; or an OPML list",
        for_all="For all servers (operators of the bot only)",
    )
    @app_commands.guild_only()
    async def reindex(
        self,
        interaction: discord.Interaction,
        source: str | None = None,
        full: bool = False,
        file: discord.Attachment | None = None,
        for_all: bool = False,
    ) -> None:
        await self.services.guild_rules.require_reindex(interaction)
        guild = interaction.guild_id or 0
        if guild in self._running:
            job, _message = self._running[guild]
            await interaction.response.send_message(_already_running(job), ephemeral=True)
            return
        _require_one(source, full, file)
        edition = self.services.editions.written(interaction, for_all or full)
        self.services.editions.begin(guild)
        clock = self.services.clock
        what = file.filename if file else source or ""
        job, message = Job(what, interaction.user.id, clock, clock()), JobMessage(interaction, clock)
        self._running[guild] = job, message
        try:
            await interaction.response.defer(thinking=True, ephemeral=True)
            work = await self._work(interaction, edition, source, full, file)
            detail = what or ("full" if full else "")
            await self.services.editions.note(interaction, edition, "reindex", detail)
            to_everyone()
            log.info("reindex.started user=%d edition=%r what=%r full=%s", job.person, edition, what, full)
            await self._run(guild, job, message, work)
        finally:
            self._release(guild, job)
            job.ended.set()

    @reindex.autocomplete("source")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not await self.services.guild_rules.may_reindex(interaction):
            return []
        reading = self.library.records.run(self._choices, edition_of(interaction), typed)
        return await read_in_time(reading)

    def _choices(self, edition: str, typed: str) -> list[app_commands.Choice[str]]:
        return source_choices(
            self.library.index.subscriptions.named_like(edition, typed.strip(), LOOKED_AT), typed
        )

    async def cancel(self, interaction: discord.Interaction) -> None:
        """Stop the job that is shown by the message that the button is on."""
        await self.services.guild_rules.require_reindex(interaction)
        job, message = self._running.get(interaction.guild_id or 0, (None, None))
        if job is None or message is None or not message.is_on(interaction.message):
            await interaction.response.edit_message(view=None)
            await interaction.followup.send(_("That has ended already."), ephemeral=True)
            return
        to_everyone()
        job.why_stopped = job.why_stopped or _("by {person}").format(person=f"<@{interaction.user.id}>")
        await interaction.response.edit_message(content=progress_text(job), view=None)
        await self.services.guild_rules.note(interaction, "reindex cancelled")

    async def _work(
        self,
        interaction: discord.Interaction,
        edition: str,
        source: str | None,
        full: bool,
        file: discord.Attachment | None,
    ) -> Work:
        """Return the function that does the job in its thread."""
        if file:
            subscribe = interaction.permissions.manage_guild
            return partial(self._read_file, await _fetched(file), file.filename, subscribe, edition)
        if source:
            here = edition_of(interaction)
            found = await self.library.records.run(self.library.index.subscriptions.find, source, here)
            if found.shared and not self.services.editions.may_all(interaction):
                raise UsageError(_("That source is shared by all servers: the bot reads it by itself."))
            return partial(self._read_source, found.url, here)
        if edition == SHARED:
            return partial(self._read_all, full)
        return partial(self._read_own, edition)

    def _read_own(self, guild: str, listen: Callable[[Progress], None]) -> Outcome:
        report = self.library.index.reindex_own(guild, listen)
        return Outcome(report, shown=report.failed)

    def _read_all(self, full: bool, listen: Callable[[Progress], None]) -> Outcome:
        report = self.library.index.reindex(full=full, on_progress=listen)
        return Outcome(report.ingested, embedded=report.embedded)

    def _read_source(self, url: str, edition: str, listen: Callable[[Progress], None]) -> Outcome:
        refreshed = self.library.index.subscriptions.refresh(url, listen, edition)
        return Outcome(refreshed.ingested, shown=refreshed.ingested.failed)

    def _read_file(
        self, body: bytes, name: str, subscribe: bool, edition: str, listen: Callable[[Progress], None]
    ) -> Outcome:
        received = self.library.index.receive(body, name, listen, subscribe=subscribe, edition=edition)
        return Outcome(received.ingested, listed=received.listed, shown=received.ingested.failed)

    async def _run(self, guild: int, job: Job, message: JobMessage, work: Work) -> None:
        running = asyncio.create_task(self._workers.run(work, job.listen))
        # The next job may start as soon as this one has ended, before its outcome has been shown.
        running.add_done_callback(lambda _: self._release(guild, job))
        while not (await asyncio.wait({running}, timeout=EDIT_SECONDS))[0]:
            await message.show(progress_text(job), None if job.why_stopped else self._view)
        try:
            outcome = await running
        except Stopped:
            log.info("reindex.stopped why=%r", job.why_stopped)
            await message.end(stopped_text(job))
        except Exception as error:
            if not message.begun:  # there is no message yet: the command's own error handling explains it
                raise
            await message.end(explain(error, "/reindex"))
        else:
            _log(outcome)
            await message.end(outcome_text(job, outcome, job.clock() - job.started_at))
            await self.services.source_names.refresh(edition_named(guild))

    def _release(self, guild: int, job: Job) -> None:
        if self._running.get(guild, (None,))[0] is job:
            del self._running[guild]
            self.services.editions.end(guild)


def _require_one(source: str | None, full: bool, file: discord.Attachment | None) -> None:
    """Raise UsageError where more than one option is given, or the file is too large."""
    if bool(source) + full + (file is not None) > 1:
        raise UsageError(_("Choose one: a source, a file, or everything in full."))
    if file and file.size > MAX_FILE:
        large = _("{name} has {size} MiB, more than the {most} that are read: send it in parts, or gzipped.")
        size, most = number(round(file.size / 2**20)), number(MAX_FILE // 2**20)
        raise UsageError(large.format(name=file.filename, size=size, most=most))


async def _fetched(file: discord.Attachment) -> bytes:
    try:
        return await file.read()
    except (discord.HTTPException, aiohttp.ClientError) as error:
        lost = _("{name} could not be fetched from Discord: attach it again.")
        raise UsageError(lost.format(name=file.filename)) from error


def _already_running(job: Job) -> str:
    running = _("A reindex is running already: {person} started it {when}.")
    return running.format(person=f"<@{job.person}>", when=timestamp(job.started_at, "R"))


def _log(outcome: Outcome) -> None:
    ingested = outcome.ingested
    for failure in ingested.failed:
        log.warning("source.failed where=%r why=%r", failure.where, failure.why)
    log.info(
        "reindex.finished added=%d updated=%d failed=%d embedded=%d",
        ingested.added,
        ingested.updated,
        len(ingested.failed),
        outcome.embedded or 0,
    )
