"""What is suggested while a person types an option, where that does not depend on the library."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.text.dates import time_words
from index import Source, masked

if TYPE_CHECKING:
    from bot.client import NewsBot


async def time_choices(
    interaction: discord.Interaction[NewsBot], typed: str
) -> list[app_commands.Choice[str]]:
    """Words for times that are understood."""
    return [app_commands.Choice(name=said, value=word) for word, said in time_words(typed).items()]


async def zone_choices(_: discord.Interaction[NewsBot], typed: str) -> list[app_commands.Choice[str]]:
    """Time zones whose name contains what was typed, those with a part that begins so first."""
    names = await asyncio.to_thread(_zone_names)
    wanted = typed.strip().casefold().replace(" ", "_")
    found = [name for name in names if wanted in name.casefold()]
    found.sort(key=lambda name: not any(part.startswith(wanted) for part in name.casefold().split("/")))
    return [app_commands.Choice(name=name, value=name) for name in found[:MAX_CHOICES]]


@cache
def _zone_names() -> list[str]:
    return sorted(zoneinfo.available_timezones())


# Discord's limits for choices.
MAX_CHOICES = 25

MAX_CHOICE = 100


def source_choices(sources: Sequence[Source], typed: str) -> list[app_commands.Choice[str]]:
    """Those whose title or shown address has what was typed; one with neither short enough is left out."""
    wanted = typed.strip().casefold()
    choices = []
    for source in sources:
        address = masked(source.url)
        title = source.title or address
        value = next((each for each in (address, title) if len(each) <= MAX_CHOICE), None)
        if value and (wanted in title.casefold() or wanted in address.casefold()):
            choices.append(app_commands.Choice(name=title[:MAX_CHOICE], value=value))
    return choices[:MAX_CHOICES]
