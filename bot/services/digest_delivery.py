"""Sends a digest the way its manager chose: as one message or apart, in a forum, with a ping, published.

Of messages with the same key Discord takes only the first for a few minutes. Posts of a forum have no such
key: one of the same name that the bot has made since the digest was due counts as sent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from bot.cards.base import Card, shorten
from bot.cards.digest import MAX_NAME, digest_card, digest_name
from bot.cards.stories import story_card
from bot.interactions.layouts import card_layout
from bot.services.delivery import NONCE, SEND_SECONDS, open_again, undeliverable
from index import Digest, Story

# Threads close by themselves after so many minutes without a message.
THREAD_MINUTES: Final = 1440
ALREADY_A_THREAD = 160004


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a digest: its name, where it gets a thread or is a post, and its layout."""

    name: str
    view: ui.LayoutView
    key: str
    pings: bool


async def deliver_digest(client: discord.Client, digest: Digest, stories: Sequence[Story]) -> Sequence[Story]:
    """Send the stories of a digest that is due; return those that were sent: as many as fit.

    Raises UndeliverableError, or one of `bot.services.delivery.PASSING`.
    """
    pieces, shown = _pieces(digest, stories)
    channel = client.get_channel(int(digest.channel))
    for piece in pieces:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                if isinstance(channel, discord.ForumChannel):
                    await _post(channel, digest, piece)
                else:
                    await _send(client, digest, piece)
        except discord.HTTPException as error:
            why = undeliverable(error, direct=digest.delivery.direct)
            if why is None:
                raise
            raise why from error
    return shown


def _pieces(digest: Digest, stories: Sequence[Story]) -> tuple[list[Piece], Sequence[Story]]:
    key = f"digest {digest.id} {digest.next_at.isoformat()}"
    role = digest.delivery.role
    if not digest.delivery.apart:
        card, shown = digest_card(stories, digest.plan, digest.next_at)
        return [Piece(digest_name(digest), _layout(card, role), key, role is not None)], shown
    return list(_apart(stories, key, role)), stories


def _apart(stories: Sequence[Story], key: str, role: str | None) -> Iterator[Piece]:
    """Yield a message for each story, of which the first one pings."""
    for place, story in enumerate(stories):
        pinged = role if place == 0 else None
        name = shorten(story.headline.article.title, MAX_NAME) or "…"
        view = _layout(story_card(story.headline), pinged)
        yield Piece(name, view, f"{key} {story.article_ids[0]}", pinged is not None)


def _layout(card: Card, role: str | None) -> ui.LayoutView:
    view = card_layout(card)
    if role is None:
        return view
    pinging = ui.LayoutView(timeout=None)
    pinging.add_item(ui.TextDisplay(f"<@&{role}>"))
    for item in view.children:
        pinging.add_item(item)
    return pinging


def _allowed(digest: Digest, piece: Piece) -> discord.AllowedMentions:
    """The one role that the manager chose may be pinged, and nobody else."""
    if not piece.pings or digest.delivery.role is None:
        return discord.AllowedMentions.none()
    roles = [discord.Object(int(digest.delivery.role))]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


async def _send(client: discord.Client, digest: Digest, piece: Piece) -> None:
    """Send a message, open a thread on it where stories are apart, and publish it where that is wanted."""
    guild = None if digest.delivery.direct else int(digest.guild)
    place = client.get_partial_messageable(int(digest.channel), guild_id=guild)
    sending: dict[str, Any] = {
        "view": piece.view,
        "nonce": hashlib.sha256(piece.key.encode()).hexdigest()[:NONCE],
        "silent": not piece.pings,
        "allowed_mentions": _allowed(digest, piece),
    }
    try:
        message = await place.send(**sending)
    except discord.HTTPException as error:
        if not await open_again(client, digest.channel, error):
            raise
        message = await place.send(**sending)
    if digest.delivery.apart:
        try:
            await message.create_thread(name=piece.name, auto_archive_duration=THREAD_MINUTES)
        except discord.HTTPException as error:
            if error.code != ALREADY_A_THREAD and not isinstance(error, discord.Forbidden):
                raise
    if digest.delivery.publish:
        with suppress(discord.HTTPException):  # published already, or ten in this hour; it is in the channel
            await message.publish()


async def _post(forum: discord.ForumChannel, digest: Digest, piece: Piece) -> None:
    """Make a post in a forum, unless it was made already."""
    for post in forum.threads:
        mine = post.owner_id == forum.guild.me.id and post.name == piece.name
        if mine and discord.utils.snowflake_time(post.id) >= digest.next_at:
            return
    tags = forum.available_tags[:1] if forum.flags.require_tag else []
    await forum.create_thread(
        name=piece.name, view=piece.view, applied_tags=tags, allowed_mentions=_allowed(digest, piece)
    )
