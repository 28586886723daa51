"""Answers interactions that nothing else answers, so that nobody sees "This interaction failed".

Forms are handed on to their class. A button, menu or form that this version does not know, or an interaction
of a kind that did not exist when this was written, gets one sentence that says how to go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import discord
from discord.ext import commands

from bot.interactions.errors import tell
from bot.interactions.views import submit
from bot.services.services import Services
from bot.text.language import _

# Discord waits three seconds for a response. What handles a press has acknowledged it long before this.
PATIENCE_SECONDS = 2.0
ANSWERED = frozenset(
    {
        discord.InteractionType.application_command,
        discord.InteractionType.autocomplete,
        discord.InteractionType.ping,
    }
)

log = logging.getLogger(__name__)


class Leftovers(commands.Cog):
    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type in ANSWERED:  # commands answer even where nobody knows them
            return
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit:
            submitting = submit(interaction, custom_id, dict(_typed(data.get("components") or ())))
            # By this name the bot waits for forms, too, when it closes.
            if await asyncio.create_task(submitting, name=f"discord-ui-modal-dispatch {interaction.id}"):
                return
        else:
            await asyncio.sleep(
                PATIENCE_SECONDS if interaction.type is discord.InteractionType.component else 0
            )
        if interaction.response.is_done():
            return
        log.info("interaction.left type=%s id=%r", interaction.type, custom_id)
        await self.services.guild_rules.speak(interaction)
        with suppress(discord.InteractionResponded):  # answered at this very moment
            await tell(
                interaction, _("This does not work any more. Use the command again; `/help` lists them.")
            )


def _typed(components: Iterable[Any]) -> Iterable[tuple[str, str]]:
    """Yield the id of each field of a form with what was typed into it, however the fields are nested."""
    for component in components:
        if "value" in component and "custom_id" in component:
            yield str(component["custom_id"]), str(component["value"] or "")
        yield from _typed(component.get("components") or ())
        if isinstance(inner := component.get("component"), dict):
            yield from _typed([inner])
