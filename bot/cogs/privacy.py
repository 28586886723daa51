"""Everybody's own data: `/privacy export` and `/privacy delete`."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.interactions.views import Panel
from bot.text.language import _, counted

if TYPE_CHECKING:
    from bot.client import NewsBot

CONFIRM_SECONDS = 300.0

log = logging.getLogger(__name__)


class Privacy(commands.Cog):
    privacy = app_commands.Group(
        name="privacy",
        description="What the bot keeps about you",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    @privacy.command(name="export", description="Get everything the bot keeps about you, as a file")
    async def export(self, interaction: discord.Interaction[NewsBot]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        kept = await self.bot.records.run(self.bot.index.privacy.export, str(interaction.user.id))
        rows = sum(len(each) for each in kept.values())
        if not rows:
            await interaction.edit_original_response(content=_("Nothing is kept about you."))
            return
        written = json.dumps(kept, ensure_ascii=False, indent=2).encode()
        file = discord.File(io.BytesIO(written), "what-newsbot-keeps-about-you.json")
        content = counted(
            "Everything that is kept about you: {count} entry.",
            "Everything that is kept about you: {count} entries.",
            rows,
        )
        await interaction.edit_original_response(content=content, attachments=[file])

    @privacy.command(name="delete", description="Delete everything the bot keeps about you")
    async def delete(self, interaction: discord.Interaction[NewsBot]) -> None:
        content = _(
            "This deletes all that is kept about you, for good, and takes your name off this and other"
            " servers' audit trails. Messages that were posted stay until you or a moderator delete them."
        )
        await interaction.response.send_message(content, view=Confirm(self.bot), ephemeral=True)


class Confirm(Panel):
    """The second question before deleting; only whoever asked sees it."""

    def __init__(self, bot: NewsBot) -> None:
        super().__init__(timeout=CONFIRM_SECONDS)
        self.bot = bot
        self.confirm.label = _("Delete everything")
        self.cancel.label = _("Keep it")

    @ui.button(style=discord.ButtonStyle.danger)
    async def confirm(self, interaction: discord.Interaction[NewsBot], button: ui.Button[Confirm]) -> None:
        await interaction.response.defer()
        deleted = await self.bot.records.run(self.bot.index.privacy.delete, str(interaction.user.id))
        log.info("privacy.deleted rows=%d", deleted)
        content = counted("Done: {count} entry was deleted.", "Done: {count} entries were deleted.", deleted)
        await interaction.edit_original_response(content=content, view=None)
        self.stop()

    @ui.button(style=discord.ButtonStyle.secondary)
    async def cancel(self, interaction: discord.Interaction[NewsBot], button: ui.Button[Confirm]) -> None:
        await interaction.response.edit_message(content=_("Nothing was deleted."), view=None)
        self.stop()
