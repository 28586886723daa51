"""Replies to messages in places where the bot may lack permissions: a person always gets to know something.

A reply is tried as a reply, then without reference (a deleted message, or no right to read the history), then
in an archived thread that is opened again, then as a direct message, and at last as a reaction.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

import discord
from discord import ui

from bot.interactions.errors import EMPTY_MESSAGE
from bot.text.language import _

# Discord's error codes: an archived thread, no right to read what is replied to, an invalid form (as where
# the message of a reference is gone), and slow mode.
ARCHIVED, NO_HISTORY, INVALID_FORM, SLOW_MODE = 50083, 160002, 50035, 20016
UNKNOWN_MESSAGE = 10008
REACTION_THANKS, REACTION_SILENCED = "👍", "🔇"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: a few words, or a message made of components."""

    text: str | None = None
    view: ui.LayoutView | None = None

    async def to(
        self, place: discord.abc.Messageable, reference: discord.MessageReference | None = None
    ) -> discord.Message:
        if self.view is not None and reference is not None:
            return await place.send(view=self.view, reference=reference, mention_author=False)
        if self.view is not None:
            return await place.send(view=self.view)
        if reference is not None:
            return await place.send(self.text, reference=reference, mention_author=False)
        return await place.send(self.text)


async def respond(message: discord.Message, content: Content) -> discord.Message | None:
    """Reply to a message, as well as the bot may in its place; return what was sent, None where nothing was.

    Raises HTTPException where Discord has trouble of its own.
    """
    reference = message.to_reference(fail_if_not_exists=False)
    try:
        return await content.to(message.channel, reference)
    except discord.HTTPException as refused:
        if not _is_refusal(refused):
            raise
        code = refused.code
    with suppress(discord.Forbidden, discord.NotFound):
        if code == ARCHIVED and isinstance(message.channel, discord.Thread):
            await message.channel.edit(archived=False)
            return await content.to(message.channel, reference)
        if code not in (EMPTY_MESSAGE, ARCHIVED, SLOW_MODE):
            return await content.to(message.channel)
    return await _tell_privately(message, content)


async def react(message: discord.Message, emoji: str) -> None:
    """React to a message, where the bot may."""
    with suppress(discord.HTTPException):
        await message.add_reaction(emoji)


async def _tell_privately(message: discord.Message, content: Content) -> discord.Message | None:
    """Send directly what could not be sent in a channel, and say why; where that is refused, too, react."""
    log.info("reply.private channel=%s", message.channel.id)
    try:
        where = f"<#{message.channel.id}>"
        await message.author.send(
            _("I may not write in {channel}, so I answer you here.").format(channel=where)
        )
        return await content.to(message.author)
    except discord.HTTPException as refused:
        log.warning("reply.failed channel=%s status=%s", message.channel.id, refused.status)
        await react(message, REACTION_SILENCED)
        return None


def _is_refusal(error: discord.HTTPException) -> bool:
    """Return whether Discord refuses a message here, and may take it in another way."""
    refusals = (ARCHIVED, NO_HISTORY, INVALID_FORM, SLOW_MODE, EMPTY_MESSAGE)
    return isinstance(error, discord.Forbidden | discord.NotFound) or error.code in refusals
