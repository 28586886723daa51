"""Sends alerts and digests, to channels that may be gone and people who may refuse direct messages."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.interactions.errors import EMPTY_MESSAGE, ToldError
from bot.text.language import _, mark

# Discord's limit for the nonce by which it recognises a message that is sent twice.
NONCE = 25
# For one message, with all that discord.py tries again by itself: the other messages wait behind it.
SEND_SECONDS = 60.0
CANNOT_MESSAGE_USER = 50007
ARCHIVED = 50083
# A channel that has become another kind of channel.
NOT_FOR_MESSAGES = frozenset({50008, 50024})
# Errors that may go away by themselves: the message is tried again later.
PASSING = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class UndeliverableError(Exception):
    """The message will never arrive. The text says why, for the person who set the alert or digest up."""


async def deliver(
    client: discord.Client,
    channel: str | None,
    person: str | None,
    view: ui.LayoutView,
    key: str,
    *,
    silent: bool = False,
) -> None:
    """Send a message of components to a channel, or to a person where `channel` is None.

    `silent` sends no notification.

    Of several messages with the same `key`, Discord takes only the first for a few minutes, so that a message
    that seemed to fail is not shown twice. Raises UndeliverableError, or one of `PASSING`.
    """
    nonce = hashlib.sha256(key.encode()).hexdigest()[:NONCE]
    try:
        async with asyncio.timeout(SEND_SECONDS):
            place = await _place(client, channel, person)
            await place.send(view=view, nonce=nonce, silent=silent)
    except discord.HTTPException as error:
        if channel is not None and await open_again(client, channel, error):
            await (await _place(client, channel, person)).send(view=view, nonce=nonce, silent=silent)
            return
        why = undeliverable(error, direct=channel is None)
        if why is None:
            raise
        raise why from error


def undeliverable(error: discord.HTTPException, *, direct: bool) -> UndeliverableError | None:
    """Return why a message will never arrive; None where it may be sent later."""
    if isinstance(error, discord.NotFound):
        return UndeliverableError(mark("the channel has been deleted"))
    if error.code == ARCHIVED:
        return UndeliverableError(mark("the thread is closed, and I may not open it again"))
    if isinstance(error, discord.Forbidden):
        refused = direct or error.code == CANNOT_MESSAGE_USER
        closed, may_not = (
            mark("you accept no direct messages from me"),
            mark("I may not write to the channel"),
        )
        return UndeliverableError(closed if refused else may_not)
    if error.code in NOT_FOR_MESSAGES:
        return UndeliverableError(mark("the channel takes no messages any more"))
    if error.code == EMPTY_MESSAGE:  # the message is an embed alone, which the bot may not send here
        return UndeliverableError(mark("I may not embed links in the channel"))
    return None


async def open_again(client: discord.Client, channel: str, error: discord.HTTPException) -> bool:
    """Open an archived thread again, where Discord refused a message for that; return whether it is open."""
    if error.code != ARCHIVED:
        return False
    try:
        thread = await client.fetch_channel(int(channel))
        if isinstance(thread, discord.Thread):
            await thread.edit(archived=False)
            return True
    except (discord.Forbidden, discord.NotFound):
        pass
    return False


async def require_reachable(interaction: discord.Interaction[Any], sentence: str) -> discord.DMChannel | None:
    """Write to a person directly, so that they learn at once, not at the first alert, where that is refused.

    Returns their direct conversation. Raises ToldError where Discord does not let the bot write to them.
    """
    if interaction.guild_id is None and isinstance(interaction.channel, discord.DMChannel):
        return interaction.channel
    try:
        channel = await interaction.user.create_dm()
        await channel.send(sentence, silent=True)
    except discord.Forbidden as error:
        raise ToldError(
            _(
                "Discord does not let me write to you. Allow direct messages in this server's *Privacy"
                " Settings*, then try again."
            )
        ) from error
    return channel


async def _place(client: discord.Client, channel: str | None, person: str | None) -> discord.abc.Messageable:
    if channel is None:
        assert person is not None, "neither a channel nor a person"
        return await client.create_dm(discord.Object(int(person)))
    return client.get_partial_messageable(int(channel))
