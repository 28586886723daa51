"""What the bot's commands, buttons and background loops work with, in one value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord.ext import commands

from bot.ops.metrics import Metrics
from bot.services.answers import Answers
from bot.services.editions import Editions
from bot.services.guild_rules import GuildRules
from bot.services.library import Library
from bot.services.setup_sources import SetupSources
from bot.services.source_names import SourceNames
from bot.services.stories import Stories

if TYPE_CHECKING:
    from index import NewsIndex


@dataclass(frozen=True, slots=True)
class Services:
    """Made once for each bot by `make_services` and passed to its cogs. `clock` gives the time in UTC."""

    library: Library
    answers: Answers
    guild_rules: GuildRules
    editions: Editions
    setup_sources: SetupSources
    source_names: SourceNames
    stories: Stories
    metrics: Metrics
    clock: Callable[[], datetime]


class HasServices(Protocol):
    """A Discord client that carries `Services`, as `NewsBot` does."""

    @property
    def services(self) -> Services: ...


def make_services(
    client: commands.AutoShardedBot,
    open_index: Callable[[], NewsIndex],
    clock: Callable[[], datetime],
    operators: Collection[int] = (),
) -> Services:
    """Return the services of a client. The library is opened later, by `Library.open`."""
    library = Library(open_index)
    metrics = Metrics(lambda: library.index.status(), lambda: len(library.workers))
    rules = GuildRules(client, library)
    editions = Editions(client, library, rules, operators)
    names = SourceNames(lambda edition: library.workers.run(library.index.source_names, edition))
    return Services(
        library,
        Answers(library, metrics, editions, names),
        rules,
        editions,
        SetupSources(library),
        names,
        Stories(library),
        metrics,
        clock,
    )


def services_of(interaction: discord.Interaction[Any]) -> Services:
    """Return the services of the client that received an interaction."""
    client: HasServices = interaction.client
    return client.services
