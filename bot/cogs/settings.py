"""For managers of a guild: `/settings` shows and changes its settings, `/audit` shows its audit trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.base import Card
from bot.cards.setup import OWN_LANGUAGE
from bot.cogs.setup import show_setup
from bot.interactions.layouts import card_layout, redraw
from bot.interactions.menus import (
    CHANNEL_TYPES,
    MAX_CHOSEN,
    chosen_values,
    language_options,
    news_language_options,
)
from bot.interactions.panels import BoxPanel
from bot.services.guild_rules import require_manager
from bot.services.services import Services
from bot.text.language import LANGUAGES, NEWS_LANGUAGES, _, languages_named
from bot.text.markdown import bold, timestamp
from index import OPERATOR, AuditEntry, GuildSettings

SHOWN_ENTRIES = 15
MAX_DETAIL = 150


class SettingsPanel(BoxPanel):
    """Menus that show the settings and change them at once.

    A panel keeps no state, and the permission of the person is checked at each choice: one that is registered
    with the bot handles the panels that were sent before a restart.
    """

    channels: ui.ActionRow[SettingsPanel] = ui.ActionRow()
    roles: ui.ActionRow[SettingsPanel] = ui.ActionRow()
    language: ui.ActionRow[SettingsPanel] = ui.ActionRow()
    news: ui.ActionRow[SettingsPanel] = ui.ActionRow()
    digest: ui.ActionRow[SettingsPanel] = ui.ActionRow()
    buttons: ui.ActionRow[SettingsPanel] = ui.ActionRow()

    def __init__(self, services: Services, settings: GuildSettings | None = None) -> None:
        super().__init__(timeout=None)
        self.services = services
        settings = settings or GuildSettings()
        self.choose_channels.default_values = chosen_values(
            settings.channels, discord.SelectDefaultValueType.channel
        )
        self.choose_roles.default_values = chosen_values(
            settings.reindex_roles, discord.SelectDefaultValueType.role
        )
        self.choose_digest.default_values = chosen_values(
            [settings.digest_channel] if settings.digest_channel else [],
            discord.SelectDefaultValueType.channel,
        )
        self.choose_channels.placeholder = _("Answer in every channel")
        self.choose_roles.placeholder = _("Only those who manage the server may reindex")
        self.choose_digest.placeholder = _("Digests go to where they are set")
        self.choose_language.options = language_options(settings.language)
        self.choose_news.options = news_language_options(settings.news_languages)
        self.choose_news.max_values = len(self.choose_news.options)
        self.choose_news.placeholder = _("Show news in every language")
        self.open_setup.label = _("Choose sources")
        self.toggle_private.label = _("Answer in public") if settings.private else _("Answer in private")
        self.show(settings_card(settings))

    @channels.select(
        cls=ui.ChannelSelect,
        channel_types=CHANNEL_TYPES,
        custom_id="settings:channels",
        min_values=0,
        max_values=MAX_CHOSEN,
    )
    async def choose_channels(
        self, interaction: discord.Interaction, select: ui.ChannelSelect[SettingsPanel]
    ) -> None:
        chosen = tuple(sorted(str(channel.id) for channel in select.values))
        await self._set(interaction, channels=chosen)

    @roles.select(
        cls=ui.RoleSelect,
        custom_id="settings:roles",
        min_values=0,
        max_values=MAX_CHOSEN,
    )
    async def choose_roles(
        self, interaction: discord.Interaction, select: ui.RoleSelect[SettingsPanel]
    ) -> None:
        chosen = tuple(sorted(str(role.id) for role in select.values))
        await self._set(interaction, reindex_roles=chosen)

    @language.select(cls=ui.Select[Any], custom_id="settings:language")
    async def choose_language(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        (chosen,) = select.values
        await self._set(interaction, language=chosen if chosen in LANGUAGES else None)

    @news.select(cls=ui.Select[Any], custom_id="settings:news", min_values=0)
    async def choose_news(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        chosen = tuple(sorted(set(select.values) & NEWS_LANGUAGES.keys()))
        await self._set(interaction, news_languages=chosen)

    @digest.select(
        cls=ui.ChannelSelect,
        channel_types=[discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum],
        custom_id="settings:digest",
        min_values=0,
        max_values=1,
    )
    async def choose_digest(
        self, interaction: discord.Interaction, select: ui.ChannelSelect[SettingsPanel]
    ) -> None:
        chosen = str(select.values[0].id) if select.values else None
        await self._set(interaction, digest_channel=chosen)

    @buttons.button(custom_id="settings:private", style=discord.ButtonStyle.secondary)
    async def toggle_private(
        self, interaction: discord.Interaction, button: ui.Button[SettingsPanel]
    ) -> None:
        await self._change(interaction, lambda now: replace(now, private=not now.private))

    @buttons.button(custom_id="settings:setup", style=discord.ButtonStyle.primary)
    async def open_setup(self, interaction: discord.Interaction, button: ui.Button[SettingsPanel]) -> None:
        require_manager(interaction)
        await interaction.response.defer()
        await show_setup(interaction)

    async def _set(self, interaction: discord.Interaction, **values: Any) -> None:
        await self._change(interaction, lambda now: replace(now, **values))

    async def _change(
        self, interaction: discord.Interaction, change: Callable[[GuildSettings], GuildSettings]
    ) -> None:
        require_manager(interaction)
        # Before the change, which may wait for another process that writes.
        await interaction.response.defer()
        rules = self.services.guild_rules
        settings = await rules.change(interaction, change)
        await rules.speak(interaction)  # the change may have been one of the language
        panel = SettingsPanel(self.services, settings)
        await redraw(interaction, panel)
        panel.stop()  # the panel that `cog_load` registered handles the choices


class SettingsCommands(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library

    async def cog_load(self) -> None:
        # Handles choices in panels that were sent before a restart.
        self.bot.add_view(SettingsPanel(self.services))

    @app_commands.command(name="settings", description="Where the bot answers, and who may do what")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: discord.Interaction) -> None:
        require_manager(interaction)
        settings = await self.services.guild_rules.settings(interaction.guild_id)
        panel = SettingsPanel(self.services, settings)
        await interaction.response.send_message(view=panel, ephemeral=True)
        panel.stop()

    @app_commands.command(name="audit", description="What was set and started here, and by whom")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def audit(self, interaction: discord.Interaction) -> None:
        require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        guild = str(interaction.guild_id)
        entries = await self.library.records.run(self.library.index.guilds.trail, guild, SHOWN_ENTRIES)
        await interaction.edit_original_response(view=card_layout(trail_card(entries)))


def settings_card(settings: GuildSettings) -> Card:
    """Return the settings as a card, in the order of the menus below it.

    Discord shows its own name for a channel or role that is gone.
    """
    channels = ", ".join(f"<#{channel}>" for channel in settings.channels) or _("every channel")
    roles = "".join(f", <@&{role}>" for role in settings.reindex_roles)
    everyone, asker = _("everyone in the channel"), _("only whoever asked, unless they say otherwise")
    lines = {
        _("Answers in"): channels,
        _("May reindex"): _("those with Manage Server") + roles,
        _("Language"): LANGUAGES[settings.language] if settings.language else _(OWN_LANGUAGE),
        _("News in"): languages_named(settings.news_languages) or _("every language"),
        _("Digests go to"): f"<#{settings.digest_channel}>"
        if settings.digest_channel
        else _("where they are set"),
        _("Answers to commands are seen by"): asker if settings.private else everyone,
    }
    return Card(_("Settings"), "\n".join(f"{bold(name)}: {value}" for name, value in lines.items()))


def trail_card(entries: Sequence[AuditEntry]) -> Card:
    """Return the entries as a card, in the order given."""
    lines = [_line(entry) for entry in entries] or [_("Nothing has been set or started here yet.")]
    return Card(_("Audit trail"), "\n".join(lines))


def _line(entry: AuditEntry) -> str:
    who = f"<@{entry.person}>" if entry.person else _("somebody who had their data deleted")
    if entry.person == OPERATOR:
        who = _("an operator, for all servers,")
    # The detail may be an address or a file's name: a backtick in it would end the code that it is shown as.
    shown = " ".join(entry.detail.replace("`", "'").split())[:MAX_DETAIL]
    detail = f": `{shown}`" if shown else ""
    return f"{timestamp(entry.done_at, 'R')} {who} **{entry.action}**{detail}"
