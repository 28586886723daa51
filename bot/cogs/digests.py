"""What a channel is sent every day or week: `/digest set`, `show`, `now` and `stop`."""

from __future__ import annotations

import calendar
import logging
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.digest import digest_card, digests_card, set_text
from bot.interactions.choices import MAX_CHOICE, zone_choices
from bot.services.guild_rules import require_manager
from bot.text.language import _
from index import Digest, DigestPlan, Schedule, Story, UsageError

if TYPE_CHECKING:
    from bot.client import NewsBot

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Hour = app_commands.Range[int, 0, 23]
Place = discord.TextChannel | discord.Thread | discord.VoiceChannel

log = logging.getLogger(__name__)


class Digests(commands.Cog):
    digest = app_commands.Group(
        name="digest",
        description="News that a channel is sent every day or week",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, bot: NewsBot) -> None:
        self.bot = bot

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        require_manager(interaction)  # Discord's own check is only a default
        return True

    @digest.command(name="set", description="Send a channel the news every day or week")
    @app_commands.describe(
        every="How often",
        hour="At this hour of the time zone, 0 to 23",
        timezone="Such as Europe/Berlin (UTC if left out)",
        weekday="For a weekly digest (Monday if left out)",
        channel="Where to (the digest channel of /settings if left out, else here)",
        topics="Only on these topics, with commas between them",
        sources="Only from these sources, with commas between them",
        number="At most so many stories (5 if left out)",
        quiet_from="Nothing is sent from this hour on …",
        quiet_until="… until this one",
    )
    @app_commands.autocomplete(timezone=zone_choices)
    async def set(
        self,
        interaction: discord.Interaction[NewsBot],
        every: Literal["day", "week"],
        hour: Hour,
        timezone: str = "UTC",
        weekday: Weekday = "Monday",
        channel: Place | None = None,
        topics: str = "",
        sources: str = "",
        number: app_commands.Range[int, 1, 10] = 5,
        quiet_from: Hour | None = None,
        quiet_until: Hour | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        day = list(calendar.day_name).index(weekday) if every == "week" else None
        schedule = Schedule(hour, timezone, day, _quiet(quiet_from, quiet_until))
        plan = DigestPlan(schedule, _listed(topics), _listed(sources), number)
        place = await self._place(interaction, channel)
        digest, stories = await self.bot.workers.run(self._put, interaction, str(place), plan)
        await self.bot.guild_rules.note(
            interaction, "digest set", f"channel={place} every={every} hour={hour}"
        )
        log.info("digest.set guild=%s channel=%d next=%s", digest.guild, place, digest.next_at)
        await interaction.edit_original_response(content=set_text(digest, len(stories)))

    def _put(
        self, interaction: discord.Interaction[NewsBot], channel: str, plan: DigestPlan
    ) -> tuple[Digest, list[Story]]:
        index = self.bot.index
        plan = index.check_plan(plan)
        digest = index.digests.put(str(interaction.guild_id), channel, str(interaction.user.id), plan)
        return digest, index.stories(digest)

    async def _place(self, interaction: discord.Interaction[NewsBot], channel: Place | None) -> int:
        """Return the channel that is meant. Raises UsageError where the bot may not write there."""
        settings = await self.bot.guild_rules.settings(interaction.guild_id)
        chosen = channel or self.bot.get_channel(int(settings.digest_channel or 0))
        if chosen is None:
            mine, id = interaction.app_permissions, interaction.channel_id
        elif isinstance(chosen, Place):
            mine, id = chosen.permissions_for(chosen.guild.me), chosen.id
        else:
            raise UsageError(_("A digest needs a channel to write in: choose another one."))
        if id is None or not (mine.view_channel and mine.send_messages and mine.embed_links):
            raise UsageError(
                _("I may not write there: let me see the channel, send messages and embed links first.")
            )
        return id

    @set.autocomplete("sources")
    async def source_choices(
        self, _: discord.Interaction[NewsBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the last of the sources; those before it stay."""
        before, comma, last = typed.rpartition(",")
        kept = f"{before}{comma} " if comma else ""
        found = [f"{kept}{choice.value}" for choice in self.bot.sources.choices(last)]
        return [app_commands.Choice(name=each, value=each) for each in found if len(each) <= MAX_CHOICE]

    @digest.command(name="show", description="The digests of this server, and when the next ones come")
    async def show(self, interaction: discord.Interaction[NewsBot]) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        found = await self.bot.records.run(self.bot.index.digests.of, str(interaction.guild_id))
        await interaction.edit_original_response(embed=digests_card(found).embed())

    @digest.command(name="now", description="What a channel's digest would hold now, for you alone")
    @app_commands.describe(channel="Whose digest (this channel's if left out)")
    async def now(self, interaction: discord.Interaction[NewsBot], channel: Place | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        found = await self.bot.records.run(self.bot.index.digests.of, str(interaction.guild_id))
        wanted = str(channel.id if channel else interaction.channel_id)
        digest = next((each for each in found if each.channel == wanted), None)
        if digest is None:
            raise UsageError(_others(found))
        stories = await self.bot.workers.run(self.bot.index.stories, digest)
        if not stories:
            await interaction.edit_original_response(content=_("Nothing new: nothing would be sent now."))
            return
        card = digest_card(stories, digest.plan)[0]
        await interaction.edit_original_response(embed=card.embed())

    @digest.command(name="stop", description="Send a channel no digest any more")
    @app_commands.describe(channel="Whose digest (this channel's if left out)")
    async def stop(self, interaction: discord.Interaction[NewsBot], channel: Place | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        guild, wanted = str(interaction.guild_id), str(channel.id if channel else interaction.channel_id)
        if not await self.bot.records.run(self.bot.index.digests.stop, guild, wanted):
            found = await self.bot.records.run(self.bot.index.digests.of, guild)
            raise UsageError(_others(found))
        await self.bot.guild_rules.note(interaction, "digest stop", f"channel={wanted}")
        await interaction.edit_original_response(
            content=_("{channel} gets no digest any more.").format(channel=f"<#{wanted}>")
        )


def _others(digests: list[Digest]) -> str:
    if digests:
        return _("This channel has no digest: name another one, /digest show lists them.")
    return _("This channel has no digest: /digest set begins one.")


def _quiet(start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None and end is None:
        return None
    if start is None or end is None or start == end:
        raise UsageError(_("Quiet hours need a beginning and another end: give quiet_from and quiet_until."))
    return start, end


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for each in text.split(",") if (part := " ".join(each.split()))))
