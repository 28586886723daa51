"""Manages the digests that channels and people get: `/digest set`, `show`, `now` and `stop`."""

from __future__ import annotations

import calendar
import logging
from collections.abc import Sequence
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.digest import digest_card, digest_label, digests_card, set_text
from bot.interactions.choices import MAX_CHOICE, MAX_CHOICES, read_in_time, zone_choices
from bot.interactions.layouts import card_layout
from bot.services.delivery import require_reachable
from bot.services.editions import edition_of
from bot.services.guild_rules import require_manager, require_writable
from bot.services.reading import named
from bot.services.services import Services
from bot.text.language import _, command_text, spoken
from index import Delivery, Digest, DigestPlan, Schedule, Story, UsageError

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Hour = app_commands.Range[int, 0, 23]
Place = (
    discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
)


class PlaceOption(app_commands.Transformer):
    """A channel for digests. discord.py would offer media channels, too, in which posts need a picture."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        threads = [kinds.news_thread, kinds.public_thread, kinds.private_thread]
        return [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum, *threads]

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Any:
        # A thread that is archived is not in memory.
        return value.resolve() or await value.fetch()


# What a digest that is sent directly cannot have.
NOT_DIRECT = ("channel", "role", "apart", "publish")

log = logging.getLogger(__name__)


class Digests(commands.Cog):
    digest = app_commands.Group(
        name="digest", description="News that a channel, or you, are sent every day or week", guild_only=True
    )

    def __init__(self, bot: commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.library = services.library

    @digest.command(name="set", description="Send the news every day or week; a channel may have several")
    @app_commands.describe(
        every="How often",
        hour="At this hour of the time zone, 0 to 23",
        timezone="Such as Europe/Berlin (UTC if left out)",
        weekday="For a weekly digest (Monday if left out)",
        channel="Where to (the digest channel of /settings if left out, else here); a forum gets posts",
        topics="Only on these topics, with commas between them",
        sources="Only from these sources, with commas between them",
        number="At most so many stories (5 if left out)",
        quiet_from="Nothing is sent from this hour on …",
        quiet_until="… until this one",
        role="Ping this role, and nobody else",
        apart="Each story as a message with its own thread, or in a forum as its own post",
        publish="In an announcement channel: publish it to the servers that follow the channel",
        to_me="Send it to you directly, instead of to a channel",
        change="Change this digest instead of adding one",
    )
    @app_commands.autocomplete(timezone=zone_choices)
    async def set(
        self,
        interaction: discord.Interaction,
        every: Literal["day", "week"],
        hour: Hour,
        timezone: str = "UTC",
        weekday: Weekday = "Monday",
        channel: app_commands.Transform[Place, PlaceOption] | None = None,
        topics: str = "",
        sources: str = "",
        number: app_commands.Range[int, 1, 10] = 5,
        quiet_from: Hour | None = None,
        quiet_until: Hour | None = None,
        role: discord.Role | None = None,
        apart: bool = False,
        publish: bool = False,
        to_me: bool = False,
        change: str | None = None,
    ) -> None:
        if not to_me:
            require_manager(interaction)
        await interaction.response.defer(thinking=True, ephemeral=True)
        day = list(calendar.day_name).index(weekday) if every == "week" else None
        schedule = Schedule(hour, timezone, day, _quiet(quiet_from, quiet_until))
        plan = DigestPlan(schedule, _listed(named(interaction, topics)), _listed(sources), number)
        checked = await self.library.workers.run(self.library.index.check_plan, plan, edition_of(interaction))
        changed = (await self._chosen(interaction, change)).id if change else None
        delivery = Delivery(str(role.id) if role else None, apart, publish, to_me)
        if to_me:
            place = await self._conversation(interaction)
        else:
            place = await self._place(interaction, channel, role, delivery)
        put, guild, person = self.library.index.digests.put, interaction.guild_id, interaction.user.id
        digest = await self.library.writes.run(
            put, str(guild), str(place), str(person), checked, delivery, changed
        )
        stories = await self.library.workers.run(self.library.index.stories, digest)
        if not to_me:
            detail = f"channel={place} every={every} hour={hour}"
            await self.services.guild_rules.note(interaction, "digest set", detail)
        log.info("digest.set guild=%s channel=%d next=%s", digest.guild, place, digest.next_at)
        await interaction.edit_original_response(content=set_text(digest, len(stories)))

    async def _conversation(self, interaction: discord.Interaction) -> int:
        """Return the id of the direct conversation with a person. Raises UsageError, ToldError."""
        given = [name for name in NOT_DIRECT if getattr(interaction.namespace, name, None)]
        if given:
            names = ", ".join(command_text(name, spoken()) for name in given)
            raise UsageError(_("A digest that is sent to you goes without {options}.").format(options=names))
        sentence = _("Here you get your digest. `/digest stop` in the server ends it.")
        channel = await require_reachable(interaction, sentence)
        assert channel is not None  # the command is for servers alone
        return channel.id

    async def _place(
        self,
        interaction: discord.Interaction,
        channel: Place | None,
        role: discord.Role | None,
        delivery: Delivery,
    ) -> int:
        """Return the id of the channel for a digest: the given one, that of `/settings`, or this one.

        Raises UsageError or ToldError where the bot may not send it there as is wanted.
        """
        settings = await self.services.guild_rules.settings(interaction.guild_id)
        chosen = channel or self.bot.get_channel(int(settings.digest_channel or 0))
        if chosen is None:
            mine, place = interaction.app_permissions, interaction.channel
        elif isinstance(chosen, Place):
            mine, place = chosen.permissions_for(chosen.guild.me), chosen
        else:
            raise UsageError(_("A digest needs a channel to write in: choose another one."))
        threads = delivery.apart and not isinstance(place, discord.ForumChannel)
        if threads and not isinstance(place, discord.TextChannel):
            raise UsageError(_("Stories apart need a text channel or a forum."))
        if delivery.publish and not (isinstance(place, discord.TextChannel) and place.is_news()):
            raise UsageError(_("Only what is in an announcement channel can be published."))
        pings = _needed_to_ping(role)
        require_writable(mine, place, *(["create_public_threads"] if threads else []), *pings)
        assert place is not None  # Discord sends every command in a server with its channel
        return place.id

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

    @digest.command(
        name="show", description="The digests of this server and yours, and when the next ones come"
    )
    async def show(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        found = await self._found(interaction)
        await interaction.edit_original_response(view=card_layout(digests_card(found)))

    @digest.command(name="now", description="What a digest would hold now, for you alone")
    @app_commands.describe(which="Which digest (this channel's if left out)")
    async def now(self, interaction: discord.Interaction, which: str | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        digest = await self._chosen(interaction, which)
        stories = await self._stories(interaction, digest)
        if not stories:
            await interaction.edit_original_response(content=_("Nothing new: nothing would be sent now."))
            return
        card = digest_card(stories, digest.plan, self.services.clock())[0]
        await interaction.edit_original_response(view=card_layout(card))

    async def _stories(self, interaction: discord.Interaction, digest: Digest) -> Sequence[Story]:
        """Return what a digest would hold: nothing where a person has left the server whose news it has."""
        person, elsewhere = str(interaction.user.id), digest.guild != str(interaction.guild_id)
        if elsewhere and not await self.services.editions.is_member(digest.guild, person):
            return ()
        return await self.library.workers.run(self.library.index.stories, digest)

    @digest.command(name="stop", description="Send a digest no longer")
    @app_commands.describe(which="Which digest (this channel's if left out)")
    async def stop(self, interaction: discord.Interaction, which: str | None = None) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        digest = await self._chosen(interaction, which)
        await self.library.writes.run(self.library.index.digests.stop, digest)
        if digest.delivery.direct:
            await interaction.edit_original_response(content=_("You are not sent that digest any more."))
            return
        await self.services.guild_rules.note(interaction, "digest stop", f"channel={digest.channel}")
        await interaction.edit_original_response(
            content=_("{channel} does not get that digest any more.").format(channel=f"<#{digest.channel}>")
        )

    @set.autocomplete("change")
    @now.autocomplete("which")
    @stop.autocomplete("which")
    async def digest_choices(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the digests that the person may change."""
        return await read_in_time(self._choices(interaction, typed))

    async def _choices(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        labels = {digest.id: self._label(digest) for digest in await self._found(interaction)}
        return [
            app_commands.Choice(name=label, value=str(id))
            for id, label in labels.items()
            if typed.casefold().strip() in label.casefold()
        ][:MAX_CHOICES]

    def _label(self, digest: Digest) -> str:
        found = self.bot.get_channel(int(digest.channel))
        where = _("to you") if digest.delivery.direct else f"#{getattr(found, 'name', digest.channel)}"
        return digest_label(digest, where)

    async def _found(self, interaction: discord.Interaction) -> list[Digest]:
        """Return the digests that a person may change: their own, and where they manage it, the server's."""
        run, digests = self.library.records.run, self.library.index.digests
        found = (
            await run(digests.of, str(interaction.guild_id)) if interaction.permissions.manage_guild else []
        )
        return [*found, *await run(digests.of_person, str(interaction.user.id))]

    async def _chosen(self, interaction: discord.Interaction, which: str | None) -> Digest:
        """Return the digest that a person means: `which` is its id, else it is the only one of this channel.

        Raises UsageError, and MissingPermissions for a person who may change none.
        """
        found = await self._found(interaction)
        if not found:
            require_manager(interaction)
        if which is not None:
            meant = [digest for digest in found if str(digest.id) == which.strip()]
        else:
            here = [digest for digest in found if digest.channel == str(interaction.channel_id)]
            meant = here or (found if len(found) == 1 and found[0].delivery.direct else [])
        if len(meant) > 1:
            raise UsageError(_("This channel has {count} digests: say which.").format(count=len(meant)))
        if not meant:
            raise UsageError(_others(found))
        return meant[0]


def _others(digests: Sequence[Digest]) -> str:
    if digests:
        return _("This channel has no digest: name another one, /digest show lists them.")
    return _("This channel has no digest: /digest set begins one.")


def _needed_to_ping(role: discord.Role | None) -> list[str]:
    """Return the permissions that the bot needs to ping a role. Raises UsageError for @everyone."""
    if role is None:
        return []
    if role.is_default():
        raise UsageError(_("Choose a role to ping; everyone is none."))
    return [] if role.mentionable else ["mention_everyone"]


def _quiet(start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None and end is None:
        return None
    if start is None or end is None or start == end:
        raise UsageError(_("Quiet hours need a beginning and another end: give quiet_from and quiet_until."))
    return start, end


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for item in text.split(",") if (part := " ".join(item.split()))))
