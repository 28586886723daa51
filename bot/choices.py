"""What is suggested while a person types an option, where that does not depend on the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.dates import time_words

if TYPE_CHECKING:
    from bot.client import NewsBot


async def time_choices(_: discord.Interaction[NewsBot], typed: str) -> list[app_commands.Choice[str]]:
    """Words for times that are understood."""
    return [app_commands.Choice(name=word, value=word) for word in time_words(typed)]
