"""The names of outlets for autocomplete, which Discord requests at every key press."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from discord import app_commands

from bot.interactions.choices import MAX_CHOICE, MAX_CHOICES
from index import NewsError

FRESH_SECONDS = 60.0
# Discord waits three seconds for suggestions. Where the first reading takes longer than this, there are none.
FIRST_SECONDS = 2.0
# Editions whose names are kept, those that were asked for last: each takes up to 0.2 MB.
KEPT = 200
# Names that are suggested. A feed can name any number of outlets; what Discord shows is 25 of them.
MOST_NAMES = 2_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Names:
    """The names of one edition as they were read last, and the reading of new ones where one goes on."""

    names: Sequence[str] = ()
    fresh_until: float = 0.0
    reading: asyncio.Task[None] | None = None


class SourceNames:
    """The names of each edition. Older ones are still suggested while `read` fetches new ones."""

    def __init__(self, read: Callable[[str], Awaitable[list[str]]]) -> None:
        self._read = read
        self._known: OrderedDict[str, _Names] = OrderedDict()

    def __len__(self) -> int:
        """Return of how many editions the names are in memory."""
        return len(self._known)

    async def choices(self, edition: str, typed: str) -> list[app_commands.Choice[str]]:
        """Return the edition's names that contain what was typed, those that begin with it first."""
        known = await self._read_in_time(edition)
        wanted = typed.strip().casefold()
        found = [name for name in known.names if wanted in name.casefold()]
        found.sort(key=lambda name: not name.casefold().startswith(wanted))
        return [app_commands.Choice(name=name, value=name) for name in found[:MAX_CHOICES]]

    async def count(self, edition: str) -> int:
        """Return how many outlets an edition has, as far as they were read in time."""
        return len((await self._read_in_time(edition)).names)

    async def _read_in_time(self, edition: str) -> _Names:
        known = self._of(edition)
        if time.monotonic() > known.fresh_until and known.reading is None:
            known.reading = asyncio.create_task(self.refresh(edition))
        if known.reading and not known.fresh_until:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(known.reading), FIRST_SECONDS)
        return known

    async def refresh(self, edition: str) -> None:
        """Read the names of an edition now. Where that fails, the old ones stay."""
        known = self._of(edition)
        try:
            fit = [name for name in await self._read(edition) if len(name) <= MAX_CHOICE]
            known.names = sorted(fit[:MOST_NAMES], key=str.casefold)
        except NewsError as error:
            log.warning("sources.unknown why=%r", str(error))
        finally:
            known.fresh_until = time.monotonic() + FRESH_SECONDS
            known.reading = None

    def _of(self, edition: str) -> _Names:
        known = self._known.setdefault(edition, _Names())
        self._known.move_to_end(edition)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known
