"""Messages that the bot sends on its own, to a channel that may be gone or a person who refuses them."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.interactions.errors import EMPTY_MESSAGE
from bot.text.language import mark

if TYPE_CHECKING:
    from bot.client import NewsBot

# Discord's limit for the name by which it knows a message that is sent twice.
NONCE = 25
# With all that discord.py tries again by itself; others wait to be sent, too.
SECONDS = 60.0
CANNOT_MESSAGE_USER = 50007
# What passes by itself: tried again later.
PASSING = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class UndeliverableError(Exception):
    """It makes no sense to try again; the text says why, for whoever set it up."""


async def deliver(
    bot: NewsBot,
    channel: str | None,
    person: str | None,
    embed: discord.Embed,
    key: str,
    *,
    silent: bool = False,
) -> None:
    """Send to a channel, or to a person where there is none; `silent` without a notification.

    Within a few minutes Discord takes only the first of several messages with the same `key`, so that one
    that seemed to fail is not shown twice. Raises UndeliverableError, or one of `PASSING`.
    """
    nonce = hashlib.sha256(key.encode()).hexdigest()[:NONCE]
    try:
        async with asyncio.timeout(SECONDS):
            place = await _place(bot, channel, person)
            await place.send(embed=embed, nonce=nonce, silent=silent)
    except discord.NotFound as error:
        raise UndeliverableError(mark("the channel has been deleted")) from error
    except discord.Forbidden as error:
        if channel is None or error.code == CANNOT_MESSAGE_USER:
            raise UndeliverableError(mark("you accept no direct messages from me")) from error
        raise UndeliverableError(mark("I may not write to the channel")) from error
    except discord.HTTPException as error:
        if error.code == EMPTY_MESSAGE:  # without the leave to embed links nothing of it is left
            raise UndeliverableError(mark("I may not embed links in the channel")) from error
        raise


async def _place(bot: NewsBot, channel: str | None, person: str | None) -> discord.abc.Messageable:
    if channel is None:
        assert person is not None, "neither a channel nor a person"
        return await bot.create_dm(discord.Object(int(person)))
    return bot.get_partial_messageable(int(channel))
