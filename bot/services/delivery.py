"""Sends alerts and digests, to channels that may be gone and people who may refuse direct messages."""

from __future__ import annotations

import asyncio
import hashlib

import aiohttp
import discord
from discord import ui

from bot.interactions.errors import EMPTY_MESSAGE
from bot.text.language import mark

# Discord's limit for the nonce by which it recognises a message that is sent twice.
NONCE = 25
# For one message, with all that discord.py tries again by itself: the other messages wait behind it.
SEND_SECONDS = 60.0
CANNOT_MESSAGE_USER = 50007
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
    except discord.NotFound as error:
        raise UndeliverableError(mark("the channel has been deleted")) from error
    except discord.Forbidden as error:
        if channel is None or error.code == CANNOT_MESSAGE_USER:
            raise UndeliverableError(mark("you accept no direct messages from me")) from error
        raise UndeliverableError(mark("I may not write to the channel")) from error
    except discord.HTTPException as error:
        if error.code == EMPTY_MESSAGE:  # the message is an embed alone, which the bot may not send here
            raise UndeliverableError(mark("I may not embed links in the channel")) from error
        raise


async def _place(client: discord.Client, channel: str | None, person: str | None) -> discord.abc.Messageable:
    if channel is None:
        assert person is not None, "neither a channel nor a person"
        return await client.create_dm(discord.Object(int(person)))
    return client.get_partial_messageable(int(channel))
