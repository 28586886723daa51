"""Says what is kept for how long, gives people their own data, and deletes it: `/privacy`."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cards.privacy import lifetimes_card
from bot.interactions.layouts import card_layout
from bot.interactions.views import Panel
from bot.services.services import Services, services_of
from bot.text.language import _, counted

CONFIRM = timedelta(minutes=15)

log = logging.getLogger(__name__)


class Privacy(commands.Cog):
    privacy = app_commands.Group(
        name="privacy",
        description="What the bot keeps about you",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
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
        await interaction.response.send_message(content, view=Confirm(), ephemeral=True)

    async def cog_load(self) -> None:
        # Handles confirmations that were asked for before a restart.
        self.bot.add_view(Confirm())


class Confirm(Panel):
    """Asks for confirmation before deleting; only the person concerned sees it. It keeps no state."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.confirm.label = _("Delete everything")
        self.cancel.label = _("Keep it")

    @ui.button(style=discord.ButtonStyle.danger, custom_id="privacy:delete")
    async def confirm(self, interaction: discord.Interaction, button: ui.Button[Confirm]) -> None:
        await interaction.response.defer()
        if _is_old(interaction):
            text = _(
                "This question is too old to be sure that you still mean it: use `/privacy delete` again."
            )
            await interaction.edit_original_response(content=text, view=None)
            return
        services, person = services_of(interaction), interaction.user.id
        services.answers.forget_unstored(person)
        library = services.library
        deleted = await library.writes.run(library.index.privacy.delete, str(person))
        log.info("privacy.deleted rows=%d", deleted)
        content = counted("Done: {count} entry was deleted.", "Done: {count} entries were deleted.", deleted)
        await interaction.edit_original_response(content=content, view=None)

    @ui.button(style=discord.ButtonStyle.secondary, custom_id="privacy:keep")
    async def cancel(self, interaction: discord.Interaction, button: ui.Button[Confirm]) -> None:
        await interaction.response.edit_message(content=_("Nothing was deleted."), view=None)


def _is_old(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the message that a button is on was sent longer than `CONFIRM` ago."""
    message = interaction.message
    return message is not None and interaction.created_at - message.created_at > CONFIRM
