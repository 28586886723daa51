"""The names of outlets and sources for autocomplete, which Discord requests at every key press."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from discord import app_commands

from bot.interactions.choices import MAX_CHOICE, MAX_CHOICES
from index import NewsError

FRESH_SECONDS = 60.0
# Names that are suggested. A feed can name any number of outlets; what Discord shows is 25 of them.
MOST_NAMES = 10_000

log = logging.getLogger(__name__)


class SourceNames:
    """The names as they were read last. Older ones are still suggested while `read` fetches new ones."""

    def __init__(self, read: Callable[[], Awaitable[list[str]]]) -> None:
        self._read = read
        self._names: list[str] = []
        self._fresh_until = 0.0
        self._reading: asyncio.Task[None] | None = None

    def choices(self, typed: str) -> list[app_commands.Choice[str]]:
        """Return the names that contain what was typed, those that begin with it first."""
        if time.monotonic() > self._fresh_until and self._reading is None:
            self._reading = asyncio.create_task(self.refresh())
        wanted = typed.strip().casefold()
        found = [name for name in self._names if wanted in name.casefold()]
        found.sort(key=lambda name: not name.casefold().startswith(wanted))
        return [app_commands.Choice(name=name, value=name) for name in found[:MAX_CHOICES]]

    async def refresh(self) -> None:
        """Read the names now. Where that fails, the old ones stay."""
        try:
            fit = [name for name in await self._read() if len(name) <= MAX_CHOICE]
            self._names = sorted(fit[:MOST_NAMES], key=str.casefold)
        except NewsError as error:
            log.warning("sources.unknown why=%r", str(error))
        finally:
            self._fresh_until = time.monotonic() + FRESH_SECONDS
            self._reading = None
