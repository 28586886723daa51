"""Reads Discord's messages: their texts, the names of what they mention, and what they reply to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import discord

from bot.text.claim import Names, Parts, with_names


def parts_of(message: discord.Message) -> Parts:
    """Return the texts of a message, with names in place of ids."""
    names = names_of(message)
    forwarded = [text for snapshot in message.message_snapshots for text in _forwarded(snapshot)]
    poll = message.poll
    asked = [poll.question, *(answer.text for answer in poll.answers)] if poll else []
    return Parts(
        with_names(message.content, names),
        forwarded,
        [_texts(embed) for embed in message.embeds],
        list(_shown(message.components)),
        [str(text) for text in asked if text],
        [attachment.description for attachment in message.attachments if attachment.description],
    )


def names_of(message: discord.Message) -> Names:
    """Return the names of the people, roles and channels that a message mentions, where they are known."""
    roles = {role.id: role.name for role in message.role_mentions}
    channels = {channel.id: channel.name for channel in message.channel_mentions}
    return Names({user.id: user.display_name for user in message.mentions}, roles, channels)


def named(interaction: discord.Interaction[Any], text: str) -> str:
    """Return what a person typed into an option or a form, with names in place of ids.

    Discord does not say what is mentioned there: the names are those that the bot knows in the guild.
    """
    guild = interaction.guild
    if "<" not in text or guild is None:
        return with_names(text, Names())
    return with_names(
        text,
        Names(
            {user.id: user.display_name for user in [interaction.user, *guild.members]},
            {role.id: role.name for role in guild.roles},
            {channel.id: channel.name for channel in [*guild.channels, *guild.threads]},
        ),
    )


def _forwarded(snapshot: discord.MessageSnapshot) -> Iterator[str]:
    """Yield the texts of a forwarded message: its own, else those of its embeds, components and pictures."""
    yield snapshot.content
    for embed in snapshot.embeds:
        yield "\n".join(_texts(embed))
    yield "\n".join(_shown(snapshot.components))
    yield from (attachment.description or "" for attachment in snapshot.attachments)


def _texts(embed: discord.Embed) -> list[str]:
    fields = [f"{entry.name}: {entry.value}" for entry in embed.fields]
    return [embed.title or "", embed.description or "", *fields]


def _shown(components: Iterable[Any]) -> Iterator[str]:
    """Yield the texts that components show, and the descriptions of their pictures."""
    for component in components:
        for text in (getattr(component, "content", None), getattr(component, "description", None)):
            if isinstance(text, str):
                yield text
        for inner in ("children", "components", "items"):
            yield from _shown(getattr(component, inner, None) or ())
        if accessory := getattr(component, "accessory", None):
            yield from _shown([accessory])
