"""Lets people follow a topic or question: `/follow`, `/follows`, and *Follow* or *Watch* below an answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.alert import follows_card
from bot.interactions.buttons import Action
from bot.interactions.layouts import card_layout, redraw
from bot.interactions.panels import BoxPanel
from bot.services.delivery import require_reachable
from bot.services.editions import edition_of
from bot.services.guild_rules import guild_of, require_manager, require_member, require_writable
from bot.services.library import Library
from bot.services.reading import named
from bot.services.services import Services
from bot.text.language import _
from bot.text.markdown import cut
from index import Answer, Follow, PostedAnswer, Question

# Discord's limit for the label of an option in a menu, and how much of a topic a reply shows, in characters.
MAX_LABEL = 100
SHOWN = 200

log = logging.getLogger(__name__)


class Follows(commands.Cog):
    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library

    async def cog_load(self) -> None:
        # Below an answer the button says Follow, where there was none it says Watch: both follow the
        # question.
        for action in (Action.FOLLOW, Action.WATCH):
            self.services.answers.offer(action, self._follow_answer)
        # Handles choices in menus that were sent before a restart.
        self.bot.add_view(StopMenu(self.library))

    @app_commands.command(name="follow", description="Get a message when a new report answers something")
    @app_commands.describe(
        what="A question, or a topic: Who won the election? · shipping in the Baltic",
        here="For all who read this channel, instead of a direct message to you (needs Manage Server)",
    )
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.checks.cooldown(5, 60.0)
    async def follow(self, interaction: discord.Interaction, what: str, here: bool = False) -> None:
        if here:
            require_manager(interaction)
            require_member(interaction)
            require_writable(interaction.app_permissions, interaction.channel)
        await interaction.response.defer(thinking=True, ephemeral=True)
        await self._follow(interaction, what, here)

    async def _follow_answer(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        await self._follow(interaction, posted.question, here=False)

    async def _follow(self, interaction: discord.Interaction, what: str, here: bool) -> None:
        question = Question(named(interaction, what), edition=edition_of(interaction))
        answer = await self.library.workers.run(self.library.index.ask, question)
        mine, person = self.library.index.follows.of, str(interaction.user.id)
        if not here and not await self.library.records.run(mine, person):
            await require_reachable(
                interaction, _("Here you get a message when there is news on what you follow.")
            )
        follow = await self.library.writes.run(self._begin, answer, interaction, here)
        log.info("follow.started id=%d channel=%s", follow.id, follow.channel)
        await interaction.edit_original_response(content=_started(follow, answer.answered))

    def _begin(self, answer: Answer, interaction: discord.Interaction, here: bool) -> Follow:
        follows = self.library.index.follows
        guild = guild_of(interaction)
        channel = str(interaction.channel_id) if here else None
        follow = follows.start(
            str(interaction.user.id), str(guild) if guild else None, channel, answer.question.text
        )
        if answer.answered:
            follows.know(follow.id, answer.quotes)
        return follow

    @app_commands.command(name="follows", description="What is followed by you and in this channel; stop it")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def follows(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await _show(self.library, interaction)


def _started(follow: Follow, answered: bool) -> str:
    here = _("Following **{what}**: I write here when a new report answers it.")
    mine = _("Following **{what}**: I write to you directly when a new report answers it.")
    lines = [(here if follow.channel else mine).format(what=cut(follow.what, SHOWN))]
    if answered:
        lines.append(_("What is known already is not sent again."))
    return " ".join([*lines, _("`/follows` lists and stops.")])


class StopMenu(BoxPanel):
    """A menu of follows to stop. It keeps no state: permissions are checked at each choice."""

    row: ui.ActionRow[StopMenu] = ui.ActionRow()

    def __init__(self, library: Library, follows: Sequence[Follow] = ()) -> None:
        super().__init__(timeout=None)
        self.library = library
        self.choose.placeholder = _("Stop following …")
        self.choose.options = [_option(follow) for follow in follows]

    @row.select(cls=ui.Select[Any], custom_id="follows:stop")
    async def choose(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        kind, _, id = select.values[0].partition(":")
        channel = str(interaction.channel_id) if kind == "here" else None
        if channel:
            require_manager(interaction)
        await interaction.response.defer()
        person = str(interaction.user.id)
        stopped = await self.library.writes.run(self.library.index.follows.stop, int(id), person, channel)
        log.info("follow.stopped id=%s stopped=%s", id, stopped)
        await _show(self.library, interaction)


async def _show(library: Library, interaction: discord.Interaction) -> None:
    person, channel = str(interaction.user.id), str(interaction.channel_id)
    mine = await library.records.run(library.index.follows.of, person)
    in_guild = interaction.guild_id is not None
    here = await library.records.run(library.index.follows.of, person, channel) if in_guild else []
    card = follows_card(mine, here, in_guild)
    if not mine and not here:
        await redraw(interaction, card_layout(card))
        return
    menu = StopMenu(library, [*mine, *here])
    menu.show(card)
    await redraw(interaction, menu)
    menu.stop()  # the menu that `cog_load` registered handles the choice


def _option(follow: Follow) -> discord.SelectOption:
    kind, where = ("here", _("In this channel")) if follow.channel else ("mine", _("Sent to you"))
    label = follow.what if len(follow.what) <= MAX_LABEL // 2 else follow.what[: MAX_LABEL // 2 - 1] + "…"
    return discord.SelectOption(label=label, value=f"{kind}:{follow.id}", description=where)
