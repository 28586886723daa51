"""What the menus of several panels offer: languages, and channels and roles that are chosen already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.cards.setup import OWN_LANGUAGE
from bot.text.language import LANGUAGES, NEWS_LANGUAGES, _

# Discord's limit for the options of one menu, and for the values chosen in it.
MAX_CHOSEN = 25
# The channels in which questions can be asked.
CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
]


def language_options(chosen: str | None) -> list[discord.SelectOption]:
    """Return the languages of the bot, and `OWN_LANGUAGE`, which is the one chosen where `chosen` is None."""
    options = [discord.SelectOption(label=_(OWN_LANGUAGE), value="own", default=chosen is None)]
    for language, name in LANGUAGES.items():
        options.append(discord.SelectOption(label=name, value=language, default=language == chosen))
    return options


def news_language_options(chosen: Sequence[str]) -> list[discord.SelectOption]:
    """Return the languages that news may be in, with those that are chosen marked."""
    return [
        discord.SelectOption(label=name, value=code, default=code in chosen)
        for code, name in NEWS_LANGUAGES.items()
    ]


def chosen_values(
    ids: Sequence[str], kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    """Return channels or roles as a menu shows those that are chosen."""
    return [discord.SelectDefaultValue(id=int(id), type=kind) for id in ids[:MAX_CHOSEN]]


def displayed(interaction: discord.Interaction[Any], custom_id: str) -> set[str]:
    """Return the values of a menu that the message of an interaction shows as chosen.

    A person changes what they see, which others may have changed elsewhere since then.
    """
    components = interaction.message.components if interaction.message else []
    # Messages of older versions have no box around the rows.
    rows = [
        row
        for part in components
        for row in (part.children if isinstance(part, discord.Container) else [part])
    ]
    menus = (part for row in rows if isinstance(row, discord.ActionRow) for part in row.children)
    return {
        option.value
        for menu in menus
        if isinstance(menu, discord.SelectMenu) and menu.custom_id == custom_id
        for option in menu.options
        if option.default
    }
