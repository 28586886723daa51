"""Manages the digests that channels get every day or week: `/digest set`, `show`, `now` and `stop`."""

from __future__ import annotations

import calendar
import logging
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.digest import digest_card, digests_card, set_text
from bot.interactions.choices import MAX_CHOICE, zone_choices
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_of
from bot.services.guild_rules import require_manager, require_writable
from bot.services.services import Services
from bot.text.language import _
from index import Digest, DigestPlan, Schedule, UsageError

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

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        require_manager(interaction)  # a guild can change Discord's own check
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
        interaction: discord.Interaction,
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
        checked = await self.library.workers.run(self.library.index.check_plan, plan, edition_of(interaction))
        put, guild, person = self.library.index.digests.put, interaction.guild_id, interaction.user.id
        digest = await self.library.writes.run(put, str(guild), str(place), str(person), checked)
        stories = await self.library.workers.run(self.library.index.stories, digest)
        await self.services.guild_rules.note(
            interaction, "digest set", f"channel={place} every={every} hour={hour}"
        )
        log.info("digest.set guild=%s channel=%d next=%s", digest.guild, place, digest.next_at)
        await interaction.edit_original_response(content=set_text(digest, len(stories)))

    async def _place(self, interaction: discord.Interaction, channel: Place | None) -> int:
        """Return the id of the channel for a digest: the given one, that of `/settings`, or this one.

        Raises UsageError where the bot may not write there.
        """
        settings = await self.services.guild_rules.settings(interaction.guild_id)
        chosen = channel or self.bot.get_channel(int(settings.digest_channel or 0))
        if chosen is None:
            mine, id = interaction.app_permissions, interaction.channel_id
        elif isinstance(chosen, Place):
            mine, id = chosen.permissions_for(chosen.guild.me), chosen.id
        else:
            raise UsageError(_("A digest needs a channel to write in: choose another one."))
        require_writable(mine)
        assert id is not None  # Discord sends every command in a server with its channel
        return id

    @set.autocomplete("sources")
    async def source_choices(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest names for the last of the sources; the ones typed before it stay."""
        before, comma, last = typed.rpartition(",")
        kept = f"{before}{comma} " if comma else ""
        choices = await self.services.source_names.choices(edition_of(interaction), last)
        found = [f"{kept}{choice.value}" for choice in choices]
        return [app_commands.Choice(name=value, value=value) for value in found if len(value) <= MAX_CHOICE]

    @digest.command(name="show", description="The digests of this server, and when the next ones come")
    async def show(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        found = await self.library.records.run(self.library.index.digests.of, str(interaction.guild_id))
        await interaction.edit_original_response(view=card_layout(digests_card(found)))

    @digest.command(name="now", description="What a channel's digest would hold now, for you alone")
    @app_commands.describe(channel="Whose digest (this channel's if left out)")
    async def now(self, interaction: discord.Interaction, channel: Place | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        found = await self.library.records.run(self.library.index.digests.of, str(interaction.guild_id))
        wanted = str(channel.id if channel else interaction.channel_id)
        digest = next((candidate for candidate in found if candidate.channel == wanted), None)
        if digest is None:
            raise UsageError(_others(found))
        stories = await self.library.workers.run(self.library.index.stories, digest)
        if not stories:
            await interaction.edit_original_response(content=_("Nothing new: nothing would be sent now."))
            return
        card = digest_card(stories, digest.plan, self.services.clock())[0]
        await interaction.edit_original_response(view=card_layout(card))

    @digest.command(name="stop", description="Send a channel no digest any more")
    @app_commands.describe(channel="Whose digest (this channel's if left out)")
    async def stop(self, interaction: discord.Interaction, channel: Place | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        guild, wanted = str(interaction.guild_id), str(channel.id if channel else interaction.channel_id)
        if not await self.library.writes.run(self.library.index.digests.stop, guild, wanted):
            found = await self.library.records.run(self.library.index.digests.of, guild)
            raise UsageError(_others(found))
        await self.services.guild_rules.note(interaction, "digest stop", f"channel={wanted}")
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
    return tuple(dict.fromkeys(part for item in text.split(",") if (part := " ".join(item.split()))))
