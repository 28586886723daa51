"""What the bot can do, shown by example: `/help`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.render import Card

if TYPE_CHECKING:
    from bot.client import NewsBot

EVERYBODY = """\
`/ask question: How many troops did North Korea send?`
-# The answer is quotes, word for word, with their source and times, or an honest no.
`/ask question: What did the UN say? since: 3 days ago`
-# Only from then on. There are `until` and `source` as well.
`/latest topic: shipping`
-# The newest articles with their highlights.
`/timeline topic: Notre-Dame`
-# A dated quote for each event, and a plot of how much was reported.
`/follow what: Who won the election in Sampleland?`
-# A message when a new report answers it; `/follows` lists and stops.
`/privacy export`
-# Everything that is kept about you; `/privacy delete` deletes it.

Or mention me with a question, or write to me directly. Reply to an answer and mention me to ask on."""

MANAGERS = """

**For those who manage this server**
`/settings` where I answer, who may reindex, whether answers are private, where digests go
`/digest set` the news of the day or week for a channel; `show`, `now` and `stop`
`/audit` who changed what · `/quality` what was asked and how well it was answered
`/sources` the feeds and pages that are read: add, test, remove, list
`/reindex` reads them again, or a file that you attach · `/status` how fresh the library is"""


class Help(commands.Cog):
    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What you can do here, by example")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction[NewsBot]) -> None:
        manages = interaction.guild_id is not None and interaction.permissions.manage_guild
        card = Card("Ask the news", EVERYBODY + (MANAGERS if manages else ""))
        await interaction.response.send_message(embed=card.embed(), ephemeral=True)
