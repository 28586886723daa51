"""What all cards share: limits of length, colours, and how moments and periods are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import discord

from bot.text.language import _
from bot.text.markdown import length, timestamp

# Discord's limits for title and description of an embed. With a footer they stay far below its 6,000
# characters.
MAX_TITLE = 256
MAX_BODY = 4096

# Characters for the parts of one quote or article, so that at least one always fits.
MAX_HEADLINE = 180
MAX_SOURCE = 60
MAX_ADDRESS = 600

# Legible on Discord's light and dark backgrounds.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F


@dataclass(frozen=True, slots=True)
class Card:
    """An embed. Title and body are Discord markdown; the footer is plain text."""

    title: str
    body: str
    footer: str = ""
    colour: int = BLUE

    @property
    def size(self) -> int:
        """How many of Discord's 6,000 characters the embed takes."""
        return length(self.title) + length(self.body) + length(self.footer)

    def embed(self) -> discord.Embed:
        embed = discord.Embed(title=self.title or None, description=self.body, colour=self.colour)
        return embed.set_footer(text=self.footer) if self.footer else embed


def moment(when: datetime) -> str:
    """Return a moment as its date and time, and as its distance from now."""
    return f"{timestamp(when)} · {timestamp(when, 'R')}"


def period_text(since: datetime | None, until: datetime | None) -> str:
    """Return a period in UTC as plain text, because Discord shows no timestamps in footers."""
    start = _day_or_time(since, "00:00:00") if since else ""
    end = _day_or_time(until, "23:59:59") if until else ""
    if start and end:
        single, several = _("on {day} UTC"), _("from {start} to {end} UTC")
        return single.format(day=start) if start == end else several.format(start=start, end=end)
    if start:
        return _("since {start} UTC").format(start=start)
    return _("until {end} UTC").format(end=end) if end else ""


def _day_or_time(moment: datetime, edge: str) -> str:
    """Return the day alone where the time of `moment` is `edge`, as where a person typed a day."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d}" if f"{moment:%H:%M:%S}" == edge else f"{moment:%Y-%m-%d %H:%M}"


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line and at most `limit` characters long, ending in "…" where it was cut.

    The result is not escaped: the caller does that.
    """
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
