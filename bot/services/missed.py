"""Answers "what did I miss?": the stories since a person was here last."""

from __future__ import annotations

from datetime import timedelta

from discord import ui

from bot.cards.stories import missed_card
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_named
from bot.services.services import Services

# At most so many stories; and where it is not known when the person was here last, those of the last day.
STORIES, FIRST = 7, timedelta(days=1)


async def missed_view(services: Services, person: int, guild: int | None) -> ui.LayoutView:
    """Return the message with what a person has missed; from then on nothing is missed any more."""
    library, place = services.library, str(guild or "")
    visits, now = library.index.visits, services.clock()
    before = await library.writes.run(visits.note, str(person), place)
    since = before or now - FIRST
    stories = await library.workers.run(library.index.stories_since, since, edition_named(guild), STORIES)
    await library.writes.run(visits.caught_up, str(person), place)
    return card_layout(missed_card([story.headline for story in stories], since, known=before is not None))
