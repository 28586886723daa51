"""The choices that Discord suggests while a person types an option of a command."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Awaitable, Sequence
from functools import cache

import discord
from discord import app_commands

from bot.text.dates import time_words
from bot.text.language import NEWS_LANGUAGES
from index import ANY_LANGUAGE, NewsError, Source, masked

# Discord's limits: choices for an option, and characters of one.
MAX_CHOICES = 25
MAX_CHOICE = 100
# Sources that are looked at for suggestions: some of those that contain what was typed have it in a part of
# their address that is hidden.
LOOKED_AT = 200
# Discord waits three seconds for suggestions. Where reading them takes longer than this, there are none.
READ_SECONDS = 2.0


async def time_choices(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Return times that `bot.text.dates.parse_moment` reads, as choices in the reader's language."""
    return [app_commands.Choice(name=said, value=word) for word, said in time_words(typed).items()]


async def zone_choices(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Return the time zones whose name contains what was typed; those of which a part begins so first."""
    names = await asyncio.to_thread(_zone_names)
    wanted = typed.strip().casefold().replace(" ", "_")
    found = [name for name in names if wanted in name.casefold()]
    found.sort(key=lambda name: not any(part.startswith(wanted) for part in name.casefold().split("/")))
    return [app_commands.Choice(name=name, value=name) for name in found[:MAX_CHOICES]]


# The languages that an article may be asked for in, by their own names. "any" is for servers that are set to
# show news in some languages only.
LANGUAGE_CHOICES = [
    app_commands.Choice(name=name, value=code)
    for code, name in {ANY_LANGUAGE: ANY_LANGUAGE, **NEWS_LANGUAGES}.items()
]


@cache
def _zone_names() -> list[str]:
    return sorted(zoneinfo.available_timezones())


async def read_in_time(
    reading: Awaitable[list[app_commands.Choice[str]]],
) -> list[app_commands.Choice[str]]:
    """Return the choices that are read; none where that fails or takes longer than `READ_SECONDS`.

    Reading and choosing takes too long for the event loop.
    """
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except (NewsError, TimeoutError):  # suggestions can show no error, and the next key press asks again
        return []


def source_choices(sources: Sequence[Source], typed: str) -> list[app_commands.Choice[str]]:
    """Return the sources whose title or masked address contains what was typed.

    The value of a choice is the address, or the title where the address is longer than Discord allows. A
    source of which both are too long is left out.
    """
    wanted = typed.strip().casefold()
    choices = []
    for source in sources:
        address = masked(source.url)
        title = source.title or address
        value = next((text for text in (address, title) if len(text) <= MAX_CHOICE), None)
        if value and (wanted in title.casefold() or wanted in address.casefold()):
            choices.append(app_commands.Choice(name=title[:MAX_CHOICE], value=value))
        if len(choices) == MAX_CHOICES:
            break
    return choices
