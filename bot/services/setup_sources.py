"""The sources that the managers of a guild choose in menus: topics of the catalogue, and shared sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from bot.services.library import Library
from index import SHARED, FeedLink, Source

# Well-known public feeds by topic and language. They are read only where a guild has chosen them.
CATALOGUE = Path(__file__).parents[1] / "catalogue.opml"


@dataclass(frozen=True, slots=True)
class Topic:
    """The feeds of the catalogue on a topic in a language."""

    name: str
    language: str
    feeds: tuple[FeedLink, ...]

    @property
    def key(self) -> str:
        """What names the topic in menus that have been sent: "de:world"."""
        return f"{self.language}:{self.name}"


@cache
def catalogue() -> dict[str, Topic]:
    """Return the topics of `bot/catalogue.opml` by key. Each feed is in one of them."""
    feeds: dict[tuple[str, str], list[FeedLink]] = {}
    for outline in ElementTree.parse(CATALOGUE).iter("outline"):
        link = FeedLink(outline.attrib["xmlUrl"], outline.attrib["text"])
        feeds.setdefault((outline.attrib["category"], outline.attrib["language"]), []).append(link)
    topics = [Topic(name, language, tuple(links)) for (name, language), links in feeds.items()]
    return {topic.key: topic for topic in topics}


class SetupSources:
    """Reads and changes the sources of guilds. Every method raises NewsError as the library does."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def sources(self, guild: int) -> list[Source]:
        """Return the sources that a guild sees."""
        return await self._library.records.run(self._library.index.subscriptions.all, str(guild))

    async def choose(self, guild: int, edition: str, added: Iterable[str], removed: Iterable[str]) -> None:
        """Read the feeds of some topics for a guild from now on, and those of others no longer.

        `edition` is the one that its managers change. A feed that the guild sees already stays as it is, be
        it a shared one.
        """
        choose = self._choose
        await self._library.writes.run(choose, str(guild), edition, _feeds(added), _feeds(removed))

    def _choose(
        self, guild: str, edition: str, added: Sequence[FeedLink], removed: Sequence[FeedLink]
    ) -> None:
        subscriptions = self._library.index.subscriptions
        seen = {source.url: source for source in subscriptions.all(guild)}
        if new := [feed for feed in added if feed.url not in seen]:
            subscriptions.add_feeds(new, edition)
        for feed in removed:
            if source := seen.get(feed.url):
                subscriptions.remove(feed.url, edition if source.shared else guild)

    async def shared(self, guild: int) -> list[tuple[Source, bool]]:
        """Return every shared source, and whether a guild keeps it."""
        return await self._library.records.run(self._shared, str(guild))

    def _shared(self, guild: str) -> list[tuple[Source, bool]]:
        index = self._library.index
        dropped = index.editions.dropped(guild)
        return [(source, source.origin not in dropped) for source in index.subscriptions.all(SHARED)]

    async def keep(
        self, guild: int, wanted: Set[str], unwanted: Set[str]
    ) -> tuple[list[Source], list[Source]]:
        """Give a guild shared sources back that it had dropped, and drop others, named by their origins.

        Return those that were given back and those that were dropped.
        """
        return await self._library.writes.run(self._keep, str(guild), wanted, unwanted)

    def _keep(self, guild: str, wanted: Set[str], unwanted: Set[str]) -> tuple[list[Source], list[Source]]:
        subscriptions, offered = self._library.index.subscriptions, self._shared(guild)
        back = [source for source, kept in offered if str(source.origin) in wanted and not kept]
        dropped = [source for source, kept in offered if str(source.origin) in unwanted and kept]
        if back:
            subscriptions.add_feeds([FeedLink(source.url, source.title) for source in back], guild)
        for source in dropped:
            subscriptions.remove(source.url, guild)
        return back, dropped


def _feeds(keys: Iterable[str]) -> list[FeedLink]:
    return [feed for key in keys if key in catalogue() for feed in catalogue()[key].feeds]
