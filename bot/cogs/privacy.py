"""Says what is kept for how long, gives people their own data, and deletes it: `/privacy`."""

from __future__ import annotations

import io
import json
import logging

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.privacy import lifetimes_card
from bot.interactions.layouts import card_layout
from bot.interactions.views import Panel
from bot.services.library import Library
from bot.services.services import Services, services_of
from bot.text.language import _, counted

CONFIRM_SECONDS = 300.0

log = logging.getLogger(__name__)


class Privacy(commands.Cog):
    privacy = app_commands.Group(
        name="privacy",
        description="What the bot keeps about you",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, services: Services) -> None:
        self.library = services.library

    @privacy.command(name="about", description="What the bot keeps, and for how long")
    async def about(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        card = lifetimes_card(self.library.index.lifetimes)
        await interaction.edit_original_response(view=card_layout(card))

    @privacy.command(name="export", description="Get everything the bot keeps about you, as a file")
    async def export(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        kept = await self.library.records.run(self.library.index.privacy.export, str(interaction.user.id))
        rows = sum(len(entries) for entries in kept.values())
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
    async def delete(self, interaction: discord.Interaction) -> None:
        content = _(
            "This deletes all that is kept about you, for good, and takes your name off this and other"
            " servers' audit trails, and your words out of questions with which others continued yours."
            " Messages that were posted stay until you or a moderator delete them."
        )
        await interaction.response.send_message(content, view=Confirm(self.library), ephemeral=True)


class Confirm(Panel):
    """Asks for confirmation before deleting; only the person who used the command sees it."""

    def __init__(self, library: Library) -> None:
        super().__init__(timeout=CONFIRM_SECONDS)
        self.library = library
        self.confirm.label = _("Delete everything")
        self.cancel.label = _("Keep it")

    @ui.button(style=discord.ButtonStyle.danger)
    async def confirm(self, interaction: discord.Interaction, button: ui.Button[Confirm]) -> None:
        await interaction.response.defer()
        services_of(interaction).answers.forget_unstored(interaction.user.id)
        deleted = await self.library.writes.run(self.library.index.privacy.delete, str(interaction.user.id))
        log.info("privacy.deleted rows=%d", deleted)
        content = counted("Done: {count} entry was deleted.", "Done: {count} entries were deleted.", deleted)
        await interaction.edit_original_response(content=content, view=None)
        self.stop()

    @ui.button(style=discord.ButtonStyle.secondary)
    async def cancel(self, interaction: discord.Interaction, button: ui.Button[Confirm]) -> None:
        await interaction.response.edit_message(content=_("Nothing was deleted."), view=None)
        self.stop()
