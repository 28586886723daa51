"""For managers of a guild: `/sources`, the feeds and pages that are read again and again.

They change their own and choose among the shared ones; operators change the shared ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.source import ON_PAGE, added_card, page_card, trial_card
from bot.interactions.choices import LOOKED_AT, read_in_time, source_choices
from bot.interactions.layouts import card_layout, redraw
from bot.services.editions import edition_of
from bot.services.guild_rules import require_manager
from bot.services.paging import PageButton
from bot.services.services import Services, services_of
from bot.services.workers import Workers
from bot.text.markdown import cut
from bot.text.source_words import dropped_line, removed_line, removed_own_line
from index import SHARED, Source, UsageError, masked

# Trying an address may take a minute, so this has threads of its own: each server uses one of them at a time.
THREADS, WAITING = 8, 32
# Characters of the sentence on a removed source.
MAX_SENTENCE = 500

P = ParamSpec("P")
T = TypeVar("T")

Address = app_commands.Range[str, 1, 2000]

log = logging.getLogger(__name__)


class SourcesPage(PageButton, template=r"sources:(?P<side>back|on):(?P<page>\d+)"):
    name, command = "sources", "/sources list"

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        await show_page(interaction, self.page)


async def show_page(interaction: discord.Interaction, page: int) -> None:
    """Show a page of the list in the reply to an interaction; the last page where `page` is too large."""
    library, edition = services_of(interaction).library, edition_of(interaction)
    read = library.index.subscriptions.page
    found = await library.records.run(read, edition, page * ON_PAGE, ON_PAGE)
    last = max(0, found.total - 1) // ON_PAGE
    if page > last:
        page, found = last, await library.records.run(read, edition, last * ON_PAGE, ON_PAGE)
    turning = [ui.ActionRow[Any](*SourcesPage.both(page, last))] if last else []
    view = card_layout(page_card(found, page), *turning)
    await redraw(interaction, view)
    view.stop()  # the button that is registered with the bot handles presses


class Sources(commands.Cog):
    sources = app_commands.Group(
        name="sources",
        description="The feeds and pages that are read again and again",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library
        self._workers = Workers("sources", THREADS, WAITING)

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(SourcesPage)

    async def cog_unload(self) -> None:
        if not await self._workers.close(self.library.patience):
            log.warning("sources.close calls=unfinished")

    @sources.command(name="add", description="Try an address, store its articles, read it from now on")
    @app_commands.describe(
        address="A feed, sitemap, page, or list of feeds: https://example.org/feed.xml",
        for_all="For all servers (operators of the bot only)",
    )
    async def add(self, interaction: discord.Interaction, address: Address, for_all: bool = False) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        editions = self.services.editions
        edition = editions.written(interaction, for_all)
        added = await self._run_alone(interaction, self.library.index.subscriptions.add, address, edition)
        source = added.source
        if source or added.listed:
            log.info("source.added user=%d edition=%r url=%s", interaction.user.id, edition, added.trial.url)
            origin = source.origin if source else None
            await editions.note(interaction, edition, "source added", added.trial.url, origin)
            await self.services.source_names.refresh(edition_of(interaction))
        await interaction.edit_original_response(view=card_layout(added_card(added)))

    @sources.command(name="test", description="Show what is found at an address, and store nothing")
    @app_commands.describe(address="A feed, sitemap, page, or list of feeds: https://example.org/feed.xml")
    async def test(self, interaction: discord.Interaction, address: Address) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        edition = self.services.editions.written(interaction)
        trial = await self._run_alone(interaction, self.library.index.subscriptions.test, address, edition)
        await interaction.edit_original_response(view=card_layout(trial_card(trial)))

    @sources.command(name="remove", description="Stop reading a source, or leave out a shared one here")
    @app_commands.describe(
        source="Its title or address", for_all="For all servers (operators of the bot only)"
    )
    async def remove(self, interaction: discord.Interaction, source: str, for_all: bool = False) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        written = self.services.editions.written(interaction, for_all)
        removed, edition = await self._workers.run(self._remove, source, written, edition_of(interaction))
        left_out = removed.shared and edition != SHARED
        action = "source left out" if left_out else "source removed"
        await self.services.editions.note(interaction, edition, action, removed.url, removed.origin)
        log.info("source.removed user=%d edition=%r url=%s", interaction.user.id, edition, removed.url)
        line = dropped_line if left_out else removed_line if removed.shared else removed_own_line
        await interaction.edit_original_response(content=cut(line(masked(removed.url)), MAX_SENTENCE))

    def _remove(self, name: str, edition: str, here: str) -> tuple[Source, str]:
        """Remove a source from an edition, or where it is one of the server's own, from that of `here`.

        Return the source as it was, and from which edition it was removed.
        """
        subscriptions = self.library.index.subscriptions
        try:
            found = subscriptions.find(name, here)
        except UsageError:
            if edition != SHARED:
                raise
            found = subscriptions.find(name, SHARED)  # an operator's server may have left it out
        edition = edition if found.shared else here
        return subscriptions.remove(found.url, edition), edition

    @remove.autocomplete("source")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not interaction.permissions.manage_guild:
            return []
        reading = self.library.records.run(self._choices, edition_of(interaction), typed)
        return await read_in_time(reading)

    def _choices(self, edition: str, typed: str) -> list[app_commands.Choice[str]]:
        return source_choices(
            self.library.index.subscriptions.named_like(edition, typed.strip(), LOOKED_AT), typed
        )

    async def _run_alone(
        self, interaction: discord.Interaction, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `call` in a thread. Raises BusyError where the server reads something already.

        Operators, and who manages the only server, may try and add sources while a long job runs.
        """
        if self.services.editions.may_all(interaction):
            return await self._workers.run(call, *args, **kwargs)
        self.services.editions.begin(interaction.guild_id)
        try:
            return await self._workers.run(call, *args, **kwargs)
        finally:
            self.services.editions.end(interaction.guild_id)

    @sources.command(name="list", description="Every source: its state, when it is read, what is wrong")
    async def list_all(self, interaction: discord.Interaction) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        await show_page(interaction, 0)
