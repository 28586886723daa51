"""Whose news is meant, and who may change which sources.

Each Discord server has an edition: the shared sources that it keeps, and its own. What is asked in direct
messages, or where a person has installed the bot for themselves, sees the shared ones. Operators choose
these: the people of NEWS_OPERATORS, and the owner and team of the Discord application. Where the bot is in
one server only and NEWS_OPERATORS names nobody, those who manage that server may do all that an operator may:
what they add is shared, and stays so when a second server joins.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord.ext import commands

from bot.services.guild_rules import GuildRules, guild_of
from bot.services.library import Library
from bot.text.language import _
from index import SHARED, BusyError, Follow, PostedAnswer, Quote, UsageError, masked

# The roles of a team's members that may change the application; "read_only" is the third.
TEAM_ROLES = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})

log = logging.getLogger(__name__)


def edition_of(interaction: discord.Interaction[Any]) -> str:
    """Return the edition of the place where something is used."""
    return edition_named(guild_of(interaction))


def edition_named(guild: int | str | None) -> str:
    """Return the edition of a guild, or the shared one where there is none."""
    return str(guild) if guild else SHARED


def is_for(posted: PostedAnswer, interaction: discord.Interaction[Any]) -> bool:
    """Return whether an answer is the person's own private one, or one in the channel of an interaction.

    The id that came with it is what a program sends in the person's name, and may be that of any answer.
    """
    if posted.private:
        return posted.person == str(interaction.user.id)
    return posted.channel == str(interaction.channel_id)


class Editions:
    """Who may write in which edition. `update` has to be called now and then: teams change."""

    def __init__(
        self,
        client: commands.AutoShardedBot,
        library: Library,
        rules: GuildRules,
        operators: Collection[int] = (),
    ) -> None:
        self._client = client
        self._library = library
        self._rules = rules
        self._named = frozenset(operators)
        self._team: frozenset[int] = frozenset()
        self._busy: set[int] = set()

    async def update(self) -> None:
        """Read from Discord who owns the application. Where that fails, those who were known stay."""
        try:
            self._team = _owners(await self._client.application_info())
        except (discord.HTTPException, OSError) as error:
            log.warning("operators.unknown why=%r", str(error))

    def is_operator(self, person: int) -> bool:
        return person in self._named or person in self._team

    def is_alone(self, guild: int | None) -> bool:
        """Return whether a guild is the only one that the bot is in, and its managers are operators."""
        known = self._client.guilds
        only = len(known) == 1 and known[0].id == guild
        # With several shards the other guilds may be those of another shard that is still connecting.
        return only and self._client.shard_count == 1 and not self._named

    def may_all(self, interaction: discord.Interaction[Any]) -> bool:
        """Return whether the person may do here what an operator may.

        In a guild of its own the bot grants that to all who may use a command: they are checked before.
        """
        return self.is_operator(interaction.user.id) or self.is_alone(interaction.guild_id)

    def written(self, interaction: discord.Interaction[Any], for_all: bool = False) -> str:
        """Return the edition that what the person adds belongs to. Raises UsageError.

        `for_all` says that it is to be shared, which only operators may.
        """
        if self.is_alone(interaction.guild_id):
            return SHARED
        if for_all and not self.is_operator(interaction.user.id):
            raise UsageError(
                _("Only an operator of the bot may do that for all servers: leave out `for_all` and `full`.")
            )
        return SHARED if for_all else edition_of(interaction)

    async def note(
        self,
        interaction: discord.Interaction[Any],
        edition: str,
        action: str,
        detail: str = "",
        origin: int | None = None,
    ) -> None:
        """Write what the person has done to the audit trail of everybody who is concerned.

        That is their server; where the shared sources were changed, everybody who sees the origin.
        """
        if edition == SHARED and not self.is_alone(interaction.guild_id):
            note, person = self._library.index.guilds.note, str(interaction.user.id)
            await self._library.writes.run(note, SHARED, person, action, masked(detail), origin)
        else:
            await self._rules.note(interaction, action, detail)

    # -- one job at a time in each guild ---------------------------------------------------------------

    def begin(self, guild: int | None) -> None:
        """Note that a guild reads something. Raises BusyError where it does already."""
        if (guild or 0) in self._busy:
            raise BusyError(_("This server reads something already: wait until that is done."))
        self._busy.add(guild or 0)

    def end(self, guild: int | None) -> None:
        """Note that it has ended; another one may begin."""
        self._busy.discard(guild or 0)

    # -- what may still be shown -----------------------------------------------------------------------

    async def visible(self, follow: Follow, quotes: Sequence[Quote]) -> list[Quote]:
        """Return those of the quotes that whoever gets the alert of a follow may see.

        The guild may have dropped their source since, and a person who has left the guild sees the shared
        sources alone.
        """
        edition = edition_named(follow.guild)
        seen = await self._seen({quote.article.id for quote in quotes}, edition)
        if edition != SHARED and follow.channel is None:
            shared = await self._seen(seen, SHARED)
            if seen - shared and not await self.is_member(str(follow.guild), str(follow.person)):
                seen = shared
        return [quote for quote in quotes if quote.article.id in seen]

    async def correctable(self, posted: PostedAnswer) -> PostedAnswer | None:
        """Return a posted answer whose quotes changed only where its place may see what they are now.

        None where no change of it may be shown there.
        """
        ids = {quote.article_id for quote in posted.quotes}
        seen = await self._seen(ids, edition_named(posted.guild))
        if not any(quote.state != "stands" and quote.article_id in seen for quote in posted.quotes):
            return None
        shown = [
            quote if quote.article_id in seen else replace(quote, state="stands") for quote in posted.quotes
        ]
        return replace(posted, quotes=tuple(shown))

    async def require_seen(self, posted: PostedAnswer, edition: str) -> None:
        """Raise UsageError where an edition does not see all that an answer quotes."""
        ids = {quote.article_id for quote in posted.quotes}
        if ids - await self._seen(ids, edition):
            raise UsageError(
                _("What this answer quotes is from a source that is not here any more: ask again.")
            )

    async def _seen(self, ids: Collection[str], edition: str) -> set[str]:
        return await self._library.records.run(self._library.index.seen, ids, edition)

    async def is_member(self, guild: str, person: str) -> bool:
        """Return whether a person is a member of a guild, which Discord is asked."""
        try:
            await self._client.http.get_member(int(guild), int(person))
        except (discord.NotFound, discord.Forbidden):
            return False
        return True


def _owners(info: discord.AppInfo) -> frozenset[int]:
    """Return the ids of the people who own an application or may change it as members of its team."""
    if info.team is None:
        return frozenset({info.owner.id})
    accepted = discord.TeamMembershipState.accepted
    members = [
        member.id
        for member in info.team.members
        if member.membership_state == accepted and member.role in TEAM_ROLES
    ]
    return frozenset({info.team.owner_id or 0, *members})
