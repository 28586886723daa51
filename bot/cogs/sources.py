"""For managers of a guild: `/sources`, the feeds and pages that are read again and again."""

from __future__ import annotations

import logging
import re
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.source import added_card, source_pages, trial_card
from bot.interactions.choices import read_in_time, source_choices
from bot.interactions.errors import explain, tell
from bot.interactions.views import Localized
from bot.services.guild_rules import require_manager
from bot.services.services import Services, services_of
from bot.services.workers import Workers
from bot.text.language import _
from bot.text.markdown import cut
from bot.text.source_words import removed_line
from index import masked

# Trying an address may take a minute, so this has threads of its own.
THREADS, WAITING = 2, 8
# Characters of the sentence on a removed source.
MAX_SENTENCE = 500

Address = app_commands.Range[str, 1, 2000]

log = logging.getLogger(__name__)


class PageButton(
    Localized, ui.DynamicItem[ui.Button[Any]], template=r"sources:(?P<side>back|on):(?P<page>\d+)"
):
    """A button that turns the list to a page, counted from 0. It works after a restart, too."""

    def __init__(self, side: str, page: int, disabled: bool = False) -> None:
        label = _("Previous") if side == "back" else _("Next")
        super().__init__(ui.Button(label=label, custom_id=f"sources:{side}:{page}", disabled=disabled))
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["side"], int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            require_manager(interaction)
            await interaction.response.defer()
            await show_page(interaction, self.page)
        except Exception as error:  # discord.py would only log it
            await tell(interaction, explain(error, "/sources list"))


async def show_page(interaction: discord.Interaction, page: int) -> None:
    """Show a page of the list in the reply to an interaction; the last page where `page` is too large."""
    library = services_of(interaction).library
    pages = source_pages(await library.records.run(library.index.subscriptions.all))
    page = min(page, len(pages) - 1)
    view = None
    if len(pages) > 1:
        view = ui.View(timeout=None)
        view.add_item(PageButton("back", max(page - 1, 0), disabled=page == 0))
        view.add_item(PageButton("on", page + 1, disabled=page == len(pages) - 1))
    await interaction.edit_original_response(embed=pages[page].embed(), view=view)
    if view:
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
        self.bot.add_dynamic_items(PageButton)

    async def cog_unload(self) -> None:
        if not await self._workers.close(self.library.patience):
            log.warning("sources.close calls=unfinished")

    @sources.command(name="add", description="Try an address, store its articles, read it from now on")
    @app_commands.describe(address="A feed, sitemap, page, or list of feeds: https://example.org/feed.xml")
    async def add(self, interaction: discord.Interaction, address: Address) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        added = await self._workers.run(self.library.index.subscriptions.add, address)
        if added.source or added.listed:
            log.info("source.added user=%d url=%s", interaction.user.id, added.trial.url)
            await self.services.guild_rules.note(interaction, "source added", added.trial.url)
            await self.services.source_names.refresh()
        await interaction.edit_original_response(embed=added_card(added).embed())

    @sources.command(name="test", description="Show what is found at an address, and store nothing")
    @app_commands.describe(address="A feed, sitemap, page, or list of feeds: https://example.org/feed.xml")
    async def test(self, interaction: discord.Interaction, address: Address) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        trial = await self._workers.run(self.library.index.subscriptions.test, address)
        await interaction.edit_original_response(embed=trial_card(trial).embed())

    @sources.command(name="remove", description="Stop reading a source; its articles stay")
    @app_commands.describe(source="Its title or address")
    async def remove(self, interaction: discord.Interaction, source: str) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        removed = await self._workers.run(self.library.index.subscriptions.remove, source)
        await self.services.guild_rules.note(interaction, "source removed", removed.url)
        log.info("source.removed user=%d url=%s", interaction.user.id, removed.url)
        await interaction.edit_original_response(content=cut(removed_line(masked(removed.url)), MAX_SENTENCE))

    @remove.autocomplete("source")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not interaction.permissions.manage_guild:
            return []
        reading = self.library.records.run(self.library.index.subscriptions.all)
        return source_choices(await read_in_time(reading), typed)

    @sources.command(name="list", description="Every source: its state, when it is read, what is wrong")
    async def list_all(self, interaction: discord.Interaction) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        await show_page(interaction, 0)
