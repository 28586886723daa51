"""Follows: what a person wants alerts about, and which quotes are new enough to be sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from index.types.answer import Quote

# The most quotes that one alert holds, and that one follow may send in a day.
MAX_ALERT_QUOTES = 3

MAX_PER_DAY = 12

# Two quotes say the same when they share at least this part of the shorter one's distinct words.
SAME_WORDS = 0.8

_WORD = re.compile(r"\w+")

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True, slots=True)
class Follow:
    """A topic or question, `what`, that a person follows. Alerts go to `channel`, or else to the person.

    `paused` says why nothing is sent any longer, for example because the channel was deleted; None while
    active.
    """

    id: int
    person: str
    guild: str | None
    channel: str | None
    what: str
    started_at: datetime
    paused: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """New quotes on what is followed, those to be sent first before the others; at most `most` are sent."""

    follow: Follow
    quotes: Sequence[Quote]
    most: int


def worth_telling(quotes: Iterable[Quote], sent: Sequence[str], room: int) -> list[Quote]:
    """Return the first `room` quotes that say something new, given the texts that were sent before."""
    known, chosen = [_Said.of(text) for text in sent], list[Quote]()
    for quote in quotes:
        said = _Said.of(quote.text)
        if len(chosen) < room and not any(map(said.repeats, known)):
            chosen.append(quote)
            known.append(said)
    return chosen


def is_near_copy(text: str, known: str) -> bool:
    """Return whether a text says in nearly the same words what the text `known` says.

    A number that `known` lacks makes the text news, however similar the words are: "12 dead" is not "9 dead".
    """
    return _Said.of(text).repeats(_Said.of(known))


class _Said(NamedTuple):
    """The distinct words and numbers of a text."""

    words: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, text: str) -> _Said:
        return cls(frozenset(_WORD.findall(text.casefold())), frozenset(_NUMBER.findall(text)))

    def repeats(self, known: _Said) -> bool:
        """Do as `is_near_copy`."""
        if not self.words or not known.words:
            return self.words == known.words
        if not self.numbers <= known.numbers:
            return False
        return len(self.words & known.words) >= SAME_WORDS * min(len(self.words), len(known.words))
