"""Shows by example what the bot can do: `/help`."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.base import Card
from bot.interactions.layouts import card_layout
from bot.text.language import _, mark
from bot.text.markdown import bold

# Pairs of an example and what it does.
EXAMPLES = (
    (
        mark("`/ask question: How many troops did North Korea send?`"),
        mark("The answer in the sources' own words, with a quote that carries it, or an honest no."),
    ),
    (
        mark("`/ask question: What did the UN say? since: 3 days ago`"),
        mark("Only from then on. There are `until` and `source` as well."),
    ),
    (mark("`/latest topic: shipping`"), mark("The newest stories, a line each; a menu opens one.")),
    (
        mark("`/timeline topic: Notre-Dame`"),
        mark("A dated quote for each event."),
    ),
    (
        mark("`/follow what: Who won the election in Sampleland?`"),
        mark("A message when a new report answers it; `/follows` lists and stops."),
    ),
    (
        mark("`/privacy export`"),
        mark("Everything that is kept about you; `/privacy delete` deletes it."),
    ),
)
MENTION = mark(
    "Or mention me with a question, or write to me directly."
    " Reply to an answer and mention me for a follow-up."
)
MANAGERS = (
    mark(
        "`/settings` where and in which language I answer, who may reindex, what is private, where digests go"
    ),
    mark(
        "`/digest set` the news of the day or week for a channel · `/digest show` lists, `/digest stop` ends"
    ),
    mark("`/audit` who changed what · `/quality` what was asked and how well it was answered"),
    mark("`/sources list` the feeds and pages that are read · `/sources add`, `/sources remove`"),
    mark("`/reindex` reads them again, or a file that you attach · `/status` how fresh the library is"),
)


class Help(commands.Cog):
    @app_commands.command(name="help", description="What you can do here, by example")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction) -> None:
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        await interaction.response.send_message(view=card_layout(help_card(manages=manages)), ephemeral=True)


def help_card(*, manages: bool) -> Card:
    """Return what a person can do, by example; with `manages`, also what those who manage the server can."""
    return Card(_("Ask the news"), "\n".join(_for_everyone() + (_for_managers() if manages else [])))


def _for_everyone() -> list[str]:
    lines = [f"{_(example)}\n-# {_(what)}" for example, what in EXAMPLES]
    return [*lines, "", _(MENTION)]


def _for_managers() -> list[str]:
    return ["", bold(_("For those who manage this server")), *(_(line) for line in MANAGERS)]
