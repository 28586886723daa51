"""Limits how many questions a person and a guild may ask in a short time."""

from __future__ import annotations

import time

from discord import app_commands
from discord.ext import commands

# Five questions in 10 seconds for a person. 300 in 60 seconds for a guild, because more than 200 people may
# ask there at the same moment.
PERSON_QUESTIONS, PERSON_SECONDS = 5, 10.0
GUILD_QUESTIONS, GUILD_SECONDS = 300, 60.0


class GuildOnCooldown(app_commands.CommandOnCooldown):
    """Raised where all people of a guild together have asked too many questions."""


class Cooldowns:
    """Counts questions, however they are asked: by commands, messages or buttons."""

    def __init__(self) -> None:
        self._people = commands.CooldownMapping[int].from_cooldown(
            PERSON_QUESTIONS, PERSON_SECONDS, lambda user: user
        )
        self._guilds = commands.CooldownMapping[int].from_cooldown(
            GUILD_QUESTIONS, GUILD_SECONDS, lambda guild: guild
        )

    def __len__(self) -> int:
        """Return how many people and guilds are remembered: those who asked within their period."""
        return len(self._people._cache) + len(self._guilds._cache)

    def take_turn(self, user: int, guild: int | None) -> None:
        """Count a question of a person in a guild, or in a direct message where `guild` is None.

        Raises CommandOnCooldown, which has the seconds to wait, where the person has asked too many, and
        GuildOnCooldown where the guild has. A question refused for the person does not count for the guild.
        """
        # discord.py counts by the time of day where it gets no other: set back by a year, that would keep
        # people waiting for a year. With each call, it drops those who have asked nothing for their period.
        now = time.monotonic()
        bucket = self._people.get_bucket(user, now)
        if bucket and (seconds := bucket.update_rate_limit(now)):
            raise app_commands.CommandOnCooldown(bucket, seconds)
        bucket = self._guilds.get_bucket(guild, now) if guild else None
        if bucket and (seconds := bucket.update_rate_limit(now)):
            raise GuildOnCooldown(bucket, seconds)
