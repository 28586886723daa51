"""The message that shows a long job: the bot's own in the channel, because interactions end after a while."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.interactions.errors import EXPIRED
from bot.text.language import _, mark

if TYPE_CHECKING:
    from bot.client import NewsBot

# An interaction can be answered for 15 minutes.
EXPIRY_MARGIN = timedelta(minutes=1)

MAY_NOT_WRITE = mark(
    "I may not write in this channel: let me send messages here, or this ends 15 minutes after it began."
)

log = logging.getLogger(__name__)


class JobMessage:
    """What Discord refuses is logged, and the job goes on: only its outcome is worth another message."""

    def __init__(self, interaction: discord.Interaction[NewsBot], clock: Callable[[], datetime]) -> None:
        self._interaction = interaction
        self._clock = clock
        self._in_channel = _may_write(interaction)
        self._message: discord.Message | discord.InteractionMessage | None = None
        self._deleted = self._expired = False
        self._shown = ""

    @property
    def begun(self) -> bool:
        return self._message is not None

    def is_on(self, message: discord.Message | None) -> bool:
        """Tell whether this is shown by that message."""
        return message is not None and self._message is not None and message.id == self._message.id

    async def show(self, text: str, view: ui.View | None = None) -> None:
        """Show how far the job is; where somebody deleted the message, that is respected."""
        if text != self._shown and not self._deleted:
            await self._try(text, view)

    async def end(self, text: str) -> None:
        """Show the outcome, in a new message where the old one was deleted."""
        await self._try(text, None)
        if self._deleted:
            self._message, self._deleted = None, False
            await self._try(text, None)

    async def _try(self, text: str, view: ui.View | None) -> None:
        try:
            await (self._write(text, view) if self._in_channel else self._answer(text, view))
            self._shown = text
        except discord.NotFound:
            self._deleted = True
            log.info("job.message.deleted channel=%s", self._interaction.channel_id)
        except discord.HTTPException as error:
            log.warning("job.message.failed channel=%s status=%s", self._interaction.channel_id, error.status)

    async def _write(self, text: str, view: ui.View | None) -> None:
        """Show the text in the bot's own message; in the answer to the command where that is not allowed."""
        if self._message is not None:
            await self._message.edit(content=text, view=view)
            return
        channel = self._interaction.channel
        assert isinstance(channel, discord.abc.Messageable)
        try:
            self._message = await (channel.send(text, view=view) if view else channel.send(text))
        except discord.Forbidden:
            self._in_channel = False
            await self._answer(text, view)
        else:
            await self._point_to(self._message)

    async def _point_to(self, message: discord.Message) -> None:
        if not self._is_over():
            here = _("It is shown here: {link}").format(link=message.jump_url)
            await self._interaction.edit_original_response(content=here)

    async def _answer(self, text: str, view: ui.View | None) -> None:
        if self._is_over():
            return
        try:
            self._message = await self._interaction.edit_original_response(
                content=f"{text}\n-# {_(MAY_NOT_WRITE)}", view=view
            )
        except discord.HTTPException as error:
            if error.code not in EXPIRED:  # a computer whose clock is slow learns it only so
                raise
            self._expired = True

    def _is_over(self) -> bool:
        """Tell whether the interaction can be answered no more."""
        return self._expired or self._clock() >= self._interaction.expires_at - EXPIRY_MARGIN


def _may_write(interaction: discord.Interaction[NewsBot]) -> bool:
    mine, channel = interaction.app_permissions, interaction.channel
    thread = isinstance(channel, discord.Thread)
    send = mine.send_messages_in_threads if thread else mine.send_messages
    return isinstance(channel, discord.abc.Messageable) and mine.view_channel and send
