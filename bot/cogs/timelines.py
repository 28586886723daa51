"""Shows the reports on a topic day by day: `/timeline`, and the button *Timeline* below an answer."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.answer import ANY_TIME
from bot.cards.timeline import TimelineCard, timeline_card
from bot.interactions.buttons import Action
from bot.interactions.choices import LANGUAGE_CHOICES, time_choices
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_of
from bot.services.reading import named
from bot.services.services import Services
from bot.text.dates import given_moment
from bot.text.language import to_everyone
from index import PostedAnswer, Question


class Timelines(commands.Cog):
    def __init__(self, services: Services) -> None:
        self.services = services
        self.library = services.library

    async def cog_load(self) -> None:
        self.services.answers.offer(Action.TIMELINE, self._of_answer)

    @app_commands.command(
        name="timeline", description="What was reported of a topic, a dated quote per event"
    )
    @app_commands.describe(
        topic="A topic or a question",
        since="Only events from then on: 2025-06-01, yesterday, 3 days ago (UTC)",
        until="Only events until then, a whole day included",
        language="Only articles in this language",
    )
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @app_commands.rename(since="from", until="to")
    @app_commands.autocomplete(since=time_choices, until=time_choices)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def timeline(
        self,
        interaction: discord.Interaction,
        topic: str,
        since: str | None = None,
        until: str | None = None,
        language: app_commands.Choice[str] | None = None,
    ) -> None:
        private = (await self.services.guild_rules.settings(interaction.guild_id)).private
        await interaction.response.defer(thinking=True, ephemeral=private)
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        question = Question(
            named(interaction, topic),
            since=given_moment(since),
            until=given_moment(until, end=True),
            language=language.value if language else None,
            edition=edition_of(interaction),
        )
        if not private:
            to_everyone()
        await self._show(interaction, question, private=private)

    async def _of_answer(self, interaction: discord.Interaction, posted: PostedAnswer) -> None:
        """Show the timeline of a posted answer's question, with the answer's period and source."""
        self.services.answers.take_turn(interaction.user.id, interaction.guild_id)
        since = None if posted.since == ANY_TIME else posted.since
        question = Question(
            posted.question,
            since=since,
            until=posted.until,
            source=posted.source,
            language=posted.language,
            edition=edition_of(interaction),
        )
        await self._show(interaction, question, posted.typed, private=True)

    async def _show(
        self,
        interaction: discord.Interaction,
        question: Question,
        typed: str | None = None,
        *,
        private: bool = False,
    ) -> None:
        card = await self.library.workers.run(
            self._card, question, typed, interaction.app_permissions.attach_files
        )
        await interaction.edit_original_response(view=card_layout(card.card))
        if card.file:  # below the events, which say what happened
            await interaction.followup.send(card.caption, file=card.file, ephemeral=private)

    def _card(self, question: Question, typed: str | None, picture: bool) -> TimelineCard:
        return timeline_card(self.library.index.timeline(question), typed, picture=picture)
