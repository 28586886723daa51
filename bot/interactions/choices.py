"""What is suggested while a person types an option, where that does not depend on the library."""

from __future__ import annotations

import asyncio
import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.services.source_names import MAX_CHOICES
from bot.text.dates import time_words

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
