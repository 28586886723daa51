"""Opens the stories of lists: of `/latest`, of digests, and of answers to questions about many things."""

from __future__ import annotations

from typing import Any

import discord

from bot.cards.stories import story_card
from bot.interactions.errors import explain, tell
from bot.interactions.layouts import card_layout
from bot.services.editions import edition_of
from bot.services.library import Library
from bot.text.language import _
from index import UsageError


class Stories:
    """Shows the stories that people choose in a menu, each to the person who chose it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def open(self, interaction: discord.Interaction[Any], id: str) -> None:
        """Show a story, inside the edition of the place; an error is explained to the person."""
        try:
            await interaction.response.defer(thinking=True, ephemeral=True)
            read, edition = self._library.index.headline, edition_of(interaction)
            headline = await self._library.workers.run(read, id, edition)
            if headline is None:
                raise UsageError(_("This story is not stored any more."))
            await interaction.edit_original_response(view=card_layout(story_card(headline)))
        except Exception as error:  # explained to the person who chose, and logged
            await tell(interaction, explain(error, "story"))
