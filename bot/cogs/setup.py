"""Sets a guild up in three clicks: in the message that it gets when it adds the bot, or from `/settings`."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

import discord
from discord import ui
from discord.ext import commands

from bot.cards.setup import TOPICS, SetUp, invitation_card, setup_card, shared_card
from bot.interactions.choices import MAX_CHOICE
from bot.interactions.errors import explain, tell
from bot.interactions.layouts import card_layout, redraw
from bot.interactions.menus import (
    CHANNEL_TYPES,
    MAX_CHOSEN,
    chosen_values,
    displayed,
    language_options,
)
from bot.interactions.panels import BoxPanel
from bot.interactions.views import Localized
from bot.services.delivery import PASSING, UndeliverableError, deliver
from bot.services.guild_rules import require_manager
from bot.services.paging import PageButton
from bot.services.services import Services, services_of
from bot.services.setup_sources import catalogue
from bot.text.language import LANGUAGES, _, closest, speaking, to_everyone
from index import GuildSettings, Source, UsageError, masked

# Channels in which the message for a new guild is tried, before the one who added the bot is written to.
TRIED_CHANNELS = 3
# Entries of a guild's audit log, newest first, among which is looked for who has added the bot.
AUDIT_ENTRIES = 10

log = logging.getLogger(__name__)


class SetupPanel(BoxPanel):
    """Menus for the language, the channels and the topics of a guild; each choice takes effect at once.

    A panel keeps no state, as `bot.cogs.settings.SettingsPanel`: what is chosen is in the message itself, so
    the one that is registered with the bot handles messages that were sent before a restart.
    """

    language: ui.ActionRow[SetupPanel] = ui.ActionRow()
    channels: ui.ActionRow[SetupPanel] = ui.ActionRow()
    sources: ui.ActionRow[SetupPanel] = ui.ActionRow()
    topics: ui.ActionRow[SetupPanel] = ui.ActionRow()
    buttons: ui.ActionRow[SetupPanel] = ui.ActionRow()

    def __init__(self, services: Services, set_up: SetUp | None = None, language: str | None = None) -> None:
        """`language` is that of the sources which are offered."""
        super().__init__(timeout=None)
        self.services = services
        set_up = set_up or SetUp(GuildSettings())
        language = language or next(iter(LANGUAGES))
        self.choose_language.options = language_options(set_up.settings.language)
        self.choose_channels.default_values = chosen_values(
            set_up.settings.channels, discord.SelectDefaultValueType.channel
        )
        self.choose_channels.placeholder = _("Answer in every channel")
        self.choose_sources.options = [
            discord.SelectOption(
                label=_("Sources in {language}").format(language=name), value=code, default=code == language
            )
            for code, name in LANGUAGES.items()
        ]
        self.choose_topics.options = list(_topic_options(set_up, language))
        self.choose_topics.max_values = len(self.choose_topics.options)
        self.choose_topics.placeholder = _("Choose topics")
        self.show_shared.label = _("Shared sources")
        self.show(setup_card(set_up))

    @language.select(cls=ui.Select[Any], custom_id="setup:language")
    async def choose_language(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await _begin(interaction)
        (chosen,) = select.values
        language = chosen if chosen in LANGUAGES else None
        await self.services.guild_rules.change(interaction, lambda now: replace(now, language=language))
        await self._show(interaction, language)

    @channels.select(
        cls=ui.ChannelSelect,
        channel_types=CHANNEL_TYPES,
        custom_id="setup:channels",
        min_values=0,
        max_values=MAX_CHOSEN,
    )
    async def choose_channels(
        self, interaction: discord.Interaction, select: ui.ChannelSelect[SetupPanel]
    ) -> None:
        await _begin(interaction)
        channels = tuple(sorted(str(channel.id) for channel in select.values))
        await self.services.guild_rules.change(interaction, lambda now: replace(now, channels=channels))
        await self._show(interaction)

    @sources.select(cls=ui.Select[Any], custom_id="setup:sources")
    async def choose_sources(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await _begin(interaction)
        await self._show(interaction, select.values[0])

    @topics.select(cls=ui.Select[Any], custom_id="setup:topics", min_values=0)
    async def choose_topics(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        guild = await _begin(interaction)
        shown, chosen = displayed(interaction, "setup:topics"), set(select.values)
        try:
            editions = self.services.editions
            edition = editions.written(interaction)
            await self.services.setup_sources.choose(guild, edition, chosen - shown, shown - chosen)
            for action, topics in (("topic added", chosen - shown), ("topic removed", shown - chosen)):
                for topic in sorted(topics):
                    await editions.note(interaction, edition, action, topic)
            await self.services.source_names.refresh(str(guild))
        finally:
            await self._show(interaction)  # also what was not taken, so that no menu shows it as chosen

    @buttons.button(custom_id="setup:shared", style=discord.ButtonStyle.secondary)
    async def show_shared(self, interaction: discord.Interaction, button: ui.Button[SetupPanel]) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        await show_shared(interaction, 0)

    async def _show(self, interaction: discord.Interaction, language: str | None = None) -> None:
        """Show what is set now, and topics with sources in `language`, or in the one that is displayed."""
        language = language or next(iter(displayed(interaction, "setup:sources")), None)
        await show_setup(interaction, language)


async def show_setup(interaction: discord.Interaction, language: str | None = None) -> None:
    """Show what is set up in the message of an interaction, with topics whose sources are in `language`."""
    services, guild = services_of(interaction), interaction.guild_id
    assert guild is not None, "outside of guilds `require_manager` raises"
    await services.guild_rules.speak(interaction)  # the change may have been one of the language
    if interaction.message and not interaction.message.flags.ephemeral:
        to_everyone()
    set_up = await _read(services, guild)
    panel = SetupPanel(
        services, set_up, language or set_up.settings.language or closest(str(interaction.guild_locale))
    )
    await redraw(interaction, panel)
    panel.stop()  # the panel that `cog_load` registered handles the choices


class SharedMenu(Localized, ui.DynamicItem[ui.Select[Any]], template=r"shared:keep:(?P<page>\d+)"):
    """A page of the shared sources, of which those are marked that a guild keeps."""

    def __init__(self, page: int, offered: list[tuple[Source, bool]] | None = None) -> None:
        options = [
            discord.SelectOption(
                label=(source.title or masked(source.url))[:MAX_CHOICE],
                value=str(source.origin),
                description=masked(source.url)[:MAX_CHOICE],
                default=kept,
            )
            for source, kept in offered or []
        ]
        menu = ui.Select[Any](
            custom_id=f"shared:keep:{page}",
            placeholder=_("None of these is kept"),
            min_values=0,
            max_values=max(1, len(options)),
            options=options,
        )
        super().__init__(menu)
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            guild = await _begin(interaction)
            services = services_of(interaction)
            shown = displayed(interaction, f"shared:keep:{self.page}")
            chosen = set(self.item.values)
            back, dropped = await services.setup_sources.keep(guild, chosen - shown, shown - chosen)
            for action, sources in (("shared source taken back", back), ("shared source dropped", dropped)):
                for source in sources:
                    await services.guild_rules.note(interaction, action, source.url)
            await services.source_names.refresh(str(guild))
            await show_shared(interaction, self.page)
        except Exception as error:  # discord.py would only log it
            await tell(interaction, explain(error, "shared sources"))


class SharedPage(PageButton, template=r"shared:(?P<side>back|on):(?P<page>\d+)"):
    name, command = "shared", "shared sources"

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        await show_shared(interaction, self.page)


async def show_shared(interaction: discord.Interaction, page: int) -> None:
    """Show a page of the shared sources in the reply to an interaction; the last where `page` is too large.

    Raises UsageError where there is none, and where the guild's own sources are the shared ones.
    """
    services, guild = services_of(interaction), interaction.guild_id
    assert guild is not None, "outside of guilds `require_manager` raises"
    if services.editions.is_alone(guild):
        raise UsageError(
            _("I am in this server only: all sources are its own, and `/sources remove` ends one.")
        )
    offered = await services.setup_sources.shared(guild)
    if not offered:
        raise UsageError(
            _("There are no shared sources: choose topics, or add your own with `/sources add`.")
        )
    pages = [offered[start : start + MAX_CHOSEN] for start in range(0, len(offered), MAX_CHOSEN)]
    page = min(page, len(pages) - 1)
    rows = [ui.ActionRow[Any](SharedMenu(page, pages[page]))]
    if len(pages) > 1:
        rows.append(ui.ActionRow(*SharedPage.both(page, len(pages) - 1)))
    card = shared_card(sum(kept for _, kept in offered), len(offered), page, len(pages))
    view = card_layout(card, *rows)
    await redraw(interaction, view)
    view.stop()  # the items that are registered with the bot handle what is chosen


class Setup(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    async def cog_load(self) -> None:
        # Handle choices in messages that were sent before a restart.
        self.bot.add_view(SetupPanel(self.services))
        self.bot.add_dynamic_items(SharedMenu, SharedPage)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Send the message with which a guild is set up. discord.py does not call this for a guild that was
        only unavailable."""
        log.info("guild.joined guild=%d", guild.id)
        try:
            with speaking(await self.services.guild_rules.language_of(guild.id)):
                if not await self._post(guild):
                    await self._invite(guild)
        except Exception:  # an event has no person to explain an error to
            log.exception("guild.greeting.failed guild=%d", guild.id)

    async def _post(self, guild: discord.Guild) -> bool:
        """Post the message in the first channel where the bot may write; tell whether there is one."""
        set_up = await _read(self.services, guild.id)
        language = set_up.settings.language or closest(str(guild.preferred_locale))
        for channel in list(_writable(guild))[:TRIED_CHANNELS]:
            panel = SetupPanel(self.services, set_up, language)
            try:
                await channel.send(view=panel)
            except discord.Forbidden as error:
                log.info("guild.greeting.refused guild=%d channel=%d why=%s", guild.id, channel.id, error)
            else:
                return True
            finally:
                panel.stop()
        return False

    async def _invite(self, guild: discord.Guild) -> None:
        """Write to the person who has added the bot, or to the owner.

        Without the menus: in a direct message Discord shows none of the guild's channels, and does not tell
        what the person may do there.
        """
        person = await self._adder(guild) or guild.owner_id
        view = card_layout(invitation_card(guild.name))
        try:
            await deliver(self.bot, None, str(person), view, f"joined:{guild.id}")
        except (UndeliverableError, *PASSING) as error:
            log.warning("guild.greeting.undelivered guild=%d why=%r", guild.id, str(error))

    async def _adder(self, guild: discord.Guild) -> int | None:
        """Return who has added the bot, where it may read the guild's audit log."""
        if not guild.me.guild_permissions.view_audit_log:
            return None
        added = guild.audit_logs(action=discord.AuditLogAction.bot_add, limit=AUDIT_ENTRIES)
        async for entry in added:
            if entry.target and entry.target.id == guild.me.id and entry.user:
                return entry.user.id
        return None


async def _begin(interaction: discord.Interaction[Any]) -> int:
    """Acknowledge a choice of a person who manages the guild; return the guild. Raises MissingPermissions."""
    require_manager(interaction)
    await interaction.response.defer()
    assert interaction.guild_id is not None, "outside of guilds `require_manager` raises"
    return interaction.guild_id


async def _read(services: Services, guild: int) -> SetUp:
    settings = await services.guild_rules.settings(guild)
    sources = await services.setup_sources.sources(guild)
    seen = {source.url for source in sources}
    topics = [
        (topic.name, topic.language)
        for topic in catalogue().values()
        if seen.issuperset(feed.url for feed in topic.feeds)
    ]
    shared = sum(source.shared for source in sources)
    return SetUp(settings, topics, len(sources) - shared, shared)


def _topic_options(set_up: SetUp, language: str) -> Iterator[discord.SelectOption]:
    for name, label in TOPICS.items():
        topic = catalogue()[f"{language}:{name}"]
        yield discord.SelectOption(
            label=_(label),
            value=topic.key,
            description=", ".join(feed.title or feed.url for feed in topic.feeds)[:MAX_CHOICE],
            default=(name, language) in set_up.topics,
        )


def _writable(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Yield the text channels in which the bot may write, the system channel first."""
    first = [guild.system_channel] if guild.system_channel else []
    for channel in [*first, *(one for one in guild.text_channels if one not in first)]:
        mine = channel.permissions_for(guild.me)
        if mine.view_channel and mine.send_messages:
            yield channel
