"""What all cards share: their lengths, colours and the way they write moments and periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import discord

from bot.text.language import _
from bot.text.markdown import length, timestamp

# Discord's limits for an embed; title, description and footer together stay under its 6,000 by far.
MAX_TITLE = 256

MAX_BODY = 4096

# Shares of one quote's or article's room, so that at least one always fits.
MAX_HEADLINE = 180

MAX_SOURCE = 60

MAX_ADDRESS = 600

# Legible on Discord's light and dark backgrounds alike.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown, as Discord markdown, except the footer, which Discord shows as it is."""

    title: str
    body: str
    footer: str = ""
    colour: int = BLUE

    @property
    def size(self) -> int:
        """What counts towards Discord's 6,000 characters."""
        return length(self.title) + length(self.body) + length(self.footer)

    def embed(self) -> discord.Embed:
        embed = discord.Embed(title=self.title or None, description=self.body, colour=self.colour)
        return embed.set_footer(text=self.footer) if self.footer else embed


def moment(when: datetime) -> str:
    return f"{timestamp(when)} · {timestamp(when, 'R')}"


def period_text(since: datetime | None, until: datetime | None) -> str:
    """A period in UTC, as plain text: footers know no timestamps."""
    start = _day_or_time(since, "00:00:00") if since else ""
    end = _day_or_time(until, "23:59:59") if until else ""
    if start and end:
        single, several = _("on {day} UTC"), _("from {start} to {end} UTC")
        return single.format(day=start) if start == end else several.format(start=start, end=end)
    if start:
        return _("since {start} UTC").format(start=start)
    return _("until {end} UTC").format(end=end) if end else ""


def _day_or_time(moment: datetime, edge: str) -> str:
    """The day alone where the moment is its edge, as when a person typed only the day."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d}" if f"{moment:%H:%M:%S}" == edge else f"{moment:%Y-%m-%d %H:%M}"


def shorten(text: str, limit: int) -> str:
    """Cut before escaping: the result is escaped by whoever shows it."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
