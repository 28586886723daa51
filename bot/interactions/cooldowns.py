"""How much may be asked at once, by one person and in one guild."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

# Per person, and in a guild as a whole: more than two hundred people may ask there at the same moment.
QUESTIONS, SECONDS = 5, 10.0
GUILD_QUESTIONS, GUILD_SECONDS = 300, 60.0


class GuildOnCooldown(app_commands.CommandOnCooldown):
    """A guild as a whole has asked too much."""


class Allowance:
    """One for all ways of asking, so that nobody gets round it."""

    def __init__(self) -> None:
        self._people = commands.CooldownMapping[int].from_cooldown(QUESTIONS, SECONDS, lambda user: user)
        self._guilds = commands.CooldownMapping[int].from_cooldown(
            GUILD_QUESTIONS, GUILD_SECONDS, lambda guild: guild
        )

    def take_turn(self, user: int, guild: int | None) -> None:
        """Count a question. Raises CommandOnCooldown, which tells when to come again, for one too many.

        Who asks too much for one person takes nothing from the guild.
        """
        bucket = self._people.get_bucket(user)
        if bucket and (seconds := bucket.update_rate_limit()):
            raise app_commands.CommandOnCooldown(bucket, seconds)
        bucket = self._guilds.get_bucket(guild) if guild else None
        if bucket and (seconds := bucket.update_rate_limit()):
            raise GuildOnCooldown(bucket, seconds)
