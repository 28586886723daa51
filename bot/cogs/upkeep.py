"""What the bot does for itself every few seconds: reads changed settings, stores what could not be stored."""

from __future__ import annotations

from discord.ext import commands

from bot.services.background import BackgroundLoop
from bot.services.services import Services

SETTINGS_SECONDS = 5.0
ANSWERS_SECONDS = 10.0


class SettingsReader(BackgroundLoop):
    """Reads the settings of all guilds at the start, and then those that another process has changed."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "reading of settings", SETTINGS_SECONDS)

    async def cog_load(self) -> None:
        await self.round()
        await super().cog_load()

    async def round(self) -> None:
        await self.services.guild_rules.update()


class AnswerKeeper(BackgroundLoop):
    """Stores posted answers that could not be stored when they were posted."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "storing of answers", ANSWERS_SECONDS)

    async def round(self) -> None:
        await self.services.answers.store_again()
