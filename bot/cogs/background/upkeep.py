"""What the bot does for itself now and then: it reads settings and operators, and stores and deletes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord.ext import commands

from bot.services.background import BackgroundLoop
from bot.services.services import Services

SETTINGS_SECONDS = 5.0
ANSWERS_SECONDS = 10.0
EDITIONS_SECONDS = 3600.0
COMMANDS_SECONDS = 3600.0


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


class EditionKeeper(BackgroundLoop):
    """Reads who the operators are, and deletes the articles that no server sees any longer."""

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        super().__init__(bot, services, "keeping of editions", EDITIONS_SECONDS)

    async def cog_load(self) -> None:
        await self.services.editions.update()
        await super().cog_load()

    async def round(self) -> None:
        await self.services.editions.update()
        await self.delete_all(self.library.index.delete_unseen)


class CommandKeeper(BackgroundLoop):
    """Registers the commands again where Discord has lost them. `sync` does nothing where it has them all."""

    def __init__(
        self, bot: commands.AutoShardedBot, services: Services, sync: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(bot, services, "registering of commands", COMMANDS_SECONDS)
        self._sync = sync
        self._first = True

    async def round(self) -> None:
        if not self._first:  # at the start they were registered a moment ago
            await self._sync()
        self._first = False
