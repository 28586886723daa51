"""Lays out cards as Discord messages made of components: one box with the texts, and the controls inside.

Components were chosen over embeds after looking at both: the box has the whole width, groups what belongs
together, and does not need the permission to embed links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.cards.base import Card
from bot.interactions.story_menu import StoryMenu


def box(texts: Sequence[str], colour: int, rows: Iterable[ui.Item[Any]] = ()) -> ui.Container[Any]:
    """Return a box with the texts, and the rows of controls below them."""
    container: ui.Container[Any] = ui.Container(accent_colour=colour)
    for text in texts:
        container.add_item(ui.TextDisplay(text))
    for row in rows:
        container.add_item(row)
    return container


def card_layout(card: Card, *rows: ui.Item[Any]) -> ui.LayoutView:
    """Return a card as a message; a menu opens its stories."""
    menu = [ui.ActionRow[Any](StoryMenu(card.stories))] if card.stories else []
    return layout_of(box(card.texts, card.colour, [*menu, *rows]))


def text_layout(text: str) -> ui.LayoutView:
    """Return a message of a few words, to be edited into a card later.

    Discord does not let a message change between plain content and components, so it begins with components.
    """
    return layout_of(ui.TextDisplay(text))


def layout_of(item: ui.Item[Any]) -> ui.LayoutView:
    return ui.LayoutView(timeout=None).add_item(item)


async def redraw(interaction: discord.Interaction[Any], view: ui.LayoutView) -> None:
    """Show a view in the message of an interaction, which may be an embed that an older version has sent."""
    await interaction.edit_original_response(content=None, embed=None, view=view)
