"""What all cards share: limits of length, colours, and how moments and periods are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple, Self

from bot.text.language import _, date_text, moment_text
from bot.text.markdown import beginning, length, timestamp

# Discord shows 4,000 characters of text in one message of components, and has been seen to fail at more than
# about 10,000 bytes, which matters where a character takes three.
MAX_TEXT = 4000
MAX_BYTES = 9000
MAX_TITLE = 256
# Discord's limits for the options of one menu, and for the characters of one of its texts.
MAX_OPTIONS = 25
MAX_OPTION = 100

# Characters for the parts of one quote or article, so that at least one always fits.
MAX_HEADLINE = 180
MAX_SOURCE = 60
MAX_ADDRESS = 600

# Legible on Discord's light and dark backgrounds.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F


class Option(NamedTuple):
    """An option of a menu; label and description are plain text."""

    value: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Card:
    """A message in one box: title, body and, in small print, the footer; Discord markdown.

    `stories` are those that a menu below it opens.
    """

    title: str
    body: str
    footer: str = ""
    colour: int = BLUE
    stories: tuple[Option, ...] = ()

    @property
    def texts(self) -> list[str]:
        """The texts of the message, in order."""
        title = [f"### {self.title}"] if self.title else []
        footer = [f"-# {self.footer}"] if self.footer else []
        return ["\n".join([*title, self.body]), *footer]

    @property
    def fits(self) -> bool:
        return fits(self.texts)

    def with_lines(self, lines: Sequence[str]) -> Self:
        """Return the card with lines added to its body."""
        return replace(self, body="\n".join([*([self.body] if self.body else []), *lines]))


def fits(texts: Sequence[str]) -> bool:
    """Return whether Discord takes the texts in one message."""
    size = sum(length(text) for text in texts)
    return size <= MAX_TEXT and sum(len(text.encode()) for text in texts) <= MAX_BYTES


def fitting(build: Callable[[int], Card], most: int) -> Card:
    """Return the card that is built with texts of at most `most` characters.

    Where that is more than one message takes, the texts are made shorter until it fits.
    """
    while not (card := build(most)).fits and most > 1:
        most = most * 3 // 4
    return card


def moment(when: datetime) -> str:
    """Return a moment as its date and time, and as its distance from now."""
    return f"{timestamp(when)} · {timestamp(when, 'R')}"


def period_text(since: datetime | None, until: datetime | None) -> str:
    """Return a period in UTC as plain text.

    Discord's timestamps would show its days in the reader's time zone, where they may be other days.
    """
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
    return date_text(moment.date()) if f"{moment:%H:%M:%S}" == edge else moment_text(moment)


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line and at most `limit` characters long, ending in "…" where it was cut.

    The result is not escaped: the caller does that.
    """
    text = " ".join(text.split())
    return text if len(text) <= limit else beginning(text, limit - 1) + "…"
