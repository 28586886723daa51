"""What somebody wants to hear about: `/follow`, `/follows`, and *Follow* or *Watch* below an answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.alert import follows_card
from bot.interactions.buttons import Action
from bot.interactions.views import Panel
from bot.services.guild_rules import require_manager, require_writable
from bot.text.language import _
from bot.text.markdown import cut
from index import Answer, Follow, PostedAnswer, Question

if TYPE_CHECKING:
    from bot.client import NewsBot

# Discord's limit for an option of a menu.
MAX_LABEL = 100
SHOWN = 200

log = logging.getLogger(__name__)


class Follows(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        # To follow what was answered, and to watch for an answer where there was none, is the same.
        for action in (Action.FOLLOW, Action.WATCH):
            self.bot.answering.offer(action, self._follow_answer)
        # Serves the menus that are older than a restart.
        self.bot.add_view(StopMenu(self.bot))

    @app_commands.command(name="follow", description="Get a message when a new report answers something")
    @app_commands.describe(
        what="A question, or a topic: Who won the election? · shipping in the Baltic",
        here="For all who read this channel, instead of a direct message to you (needs Manage Server)",
    )
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.checks.cooldown(5, 60.0)
    async def follow(self, interaction: discord.Interaction[NewsBot], what: str, here: bool = False) -> None:
        if here:
            require_manager(interaction)
            require_writable(interaction.app_permissions)
        await interaction.response.defer(thinking=True, ephemeral=True)
        await self._follow(interaction, what, here)

    async def _follow_answer(self, interaction: discord.Interaction[NewsBot], posted: PostedAnswer) -> None:
        self.bot.answering.take_turn(interaction.user.id, interaction.guild_id)
        await self._follow(interaction, posted.question, here=False)

    async def _follow(self, interaction: discord.Interaction[NewsBot], what: str, here: bool) -> None:
        answer = await self.bot.workers.run(self.bot.index.ask, Question(what))
        follow = await self.bot.workers.run(self._begin, answer, interaction, here)
        log.info("follow.started id=%d channel=%s", follow.id, follow.channel)
        await interaction.edit_original_response(content=_started(follow, answer.answered))

    def _begin(self, answer: Answer, interaction: discord.Interaction[NewsBot], here: bool) -> Follow:
        book = self.bot.index.follows
        guild = str(interaction.guild_id) if interaction.guild_id else None
        channel = str(interaction.channel_id) if here else None
        follow = book.start(str(interaction.user.id), guild, channel, answer.question.text)
        if answer.answered:
            book.know(follow.id, answer.quotes)
        return follow

    @app_commands.command(name="follows", description="What is followed by you and in this channel; stop it")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def follows(self, interaction: discord.Interaction[NewsBot]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await _show(self.bot, interaction)


def _started(follow: Follow, answered: bool) -> str:
    here = _("Following **{what}**: I write here when a new report answers it.")
    mine = _("Following **{what}**: I write to you directly when a new report answers it.")
    lines = [(here if follow.channel else mine).format(what=cut(follow.what, SHOWN))]
    if answered:
        lines.append(_("What is known already is not sent again."))
    return " ".join([*lines, _("`/follows` lists and stops.")])


class StopMenu(Panel):
    """A menu of what is followed. Nothing is kept here: who chooses is checked each time."""

    def __init__(self, bot: NewsBot, follows: Sequence[Follow] = ()) -> None:
        super().__init__(timeout=None)
        self.bot = bot
        self.choose.placeholder = _("Stop following …")
        self.choose.options = [_option(follow) for follow in follows]

    @ui.select(cls=ui.Select[Any], custom_id="follows:stop")
    async def choose(self, interaction: discord.Interaction[NewsBot], select: ui.Select[Any]) -> None:
        kind, _, id = select.values[0].partition(":")
        channel = str(interaction.channel_id) if kind == "here" else None
        if channel:
            require_manager(interaction)
        await interaction.response.defer()
        person = str(interaction.user.id)
        stopped = await self.bot.workers.run(self.bot.index.follows.stop, int(id), person, channel)
        log.info("follow.stopped id=%s stopped=%s", id, stopped)
        await _show(self.bot, interaction)


async def _show(bot: NewsBot, interaction: discord.Interaction[NewsBot]) -> None:
    person, channel = str(interaction.user.id), str(interaction.channel_id)
    mine = await bot.workers.run(bot.index.follows.of, person)
    in_guild = interaction.guild_id is not None
    here = await bot.workers.run(bot.index.follows.of, person, channel) if in_guild else []
    card = follows_card(mine, here, in_guild).embed()
    if not mine and not here:
        await interaction.edit_original_response(embed=card, view=None)
        return
    menu = StopMenu(bot, [*mine, *here])
    await interaction.edit_original_response(embed=card, view=menu)
    menu.stop()  # the one that is registered with the bot answers


def _option(follow: Follow) -> discord.SelectOption:
    kind, where = ("here", _("In this channel")) if follow.channel else ("mine", _("Sent to you"))
    label = follow.what if len(follow.what) <= MAX_LABEL // 2 else follow.what[: MAX_LABEL // 2 - 1] + "…"
    return discord.SelectOption(label=label, value=f"{kind}:{follow.id}", description=where)
