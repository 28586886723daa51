"""Asks Discord whether it accepts a token, by a login without a gateway connection."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from index import Finding

# Discord usually answers in less than a second.
ANSWER_SECONDS = 10.0


def check_token(token: str) -> Finding:
    """Return whether Discord accepts the token, and as which bot. Takes at most `ANSWER_SECONDS`."""
    try:
        name = asyncio.run(_whose(token))
    except discord.LoginFailure:
        remedy = "Copy the token again from the developer portal into DISCORD_TOKEN."
        return Finding("token", "failure", "Discord rejected DISCORD_TOKEN.", remedy)
    except (OSError, TimeoutError, aiohttp.ClientError, discord.HTTPException) as error:
        problem = f"Discord cannot be reached ({str(error) or type(error).__name__})."
        return Finding("token", "failure", problem, "Check the network and https://discordstatus.com.")
    return Finding("token", "ok", f"Discord knows this bot as {name}.")


async def _whose(token: str) -> str:
    async with asyncio.timeout(ANSWER_SECONDS), discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)
        return str(client.user)
