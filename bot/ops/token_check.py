"""Whether Discord accepts a token, asked without going online as the bot."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from index import Finding

# Discord answers in a fraction of a second, where it can be reached at all.
ANSWER_SECONDS = 10.0


def check_token(token: str) -> Finding:
    """Ask Discord whose token it is. Takes at most `ANSWER_SECONDS`."""
    try:
        name = asyncio.run(_whose(token))
    except discord.LoginFailure:
        remedy = "Copy the token again from the developer portal into DISCORD_TOKEN."
        return Finding("token", "failure", "Discord rejected DISCORD_TOKEN.", remedy)
    except (OSError, TimeoutError, aiohttp.ClientError, discord.HTTPException) as error:
        told = f"Discord cannot be reached ({str(error) or type(error).__name__})."
        return Finding("token", "failure", told, "Check the network and https://discordstatus.com.")
    return Finding("token", "ok", f"Discord knows this bot as {name}.")


async def _whose(token: str) -> str:
    async with asyncio.timeout(ANSWER_SECONDS), discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)
        return str(client.user)
