"""The base class of cards with menus and buttons of their own."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.cards.base import Card
from bot.interactions.errors import explain, tell
from bot.interactions.layouts import box
from bot.interactions.views import Localized


class BoxPanel(Localized, ui.LayoutView):
    """A card with menus and buttons in its box; an error is explained to the person who used one.

    A subclass states its rows as class attributes, in their order, and calls `show` when they are filled.
    """

    def show(self, card: Card) -> None:
        """Put the rows into a box below the texts of a card."""
        rows = self.children
        self.clear_items()
        self.add_item(box(card.texts, card.colour, rows))

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /
    ) -> None:
        await tell(interaction, explain(error, type(self).__name__))
