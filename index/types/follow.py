"""What a person follows, and which quotes are worth telling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from index.types.answer import Quote

# What one alert holds, and what one follow may send in a day.
MAX_QUOTES = 3

MAX_PER_DAY = 12

# Above this share of common words, of those of the shorter one, two quotes say the same.
SAME_WORDS = 0.8

_WORD = re.compile(r"\w+")

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True, slots=True)
class Follow:
    """What a person follows: for themselves, or where there is a `channel`, for all who read it.

    `paused` says why nothing is sent any more, as when the channel has been deleted.
    """

    id: int
    person: str
    guild: str | None
    channel: str | None
    what: str
    started_at: datetime
    paused: str | None = None


def worth_telling(quotes: Iterable[Quote], sent: Sequence[str], room: int) -> list[Quote]:
    """Return the quotes that say something new, at most `room`, given the texts that were sent before."""
    told, chosen = list(sent), list[Quote]()
    for quote in quotes:
        if len(chosen) < min(room, MAX_QUOTES) and not any(is_near_copy(quote.text, each) for each in told):
            chosen.append(quote)
            told.append(quote.text)
    return chosen


def is_near_copy(text: str, known: str) -> bool:
    """Tell whether a text says, nearly in the same words, what is known.

    A figure that the known text lacks is news, however alike the words are: "12 dead" is not "9 dead".
    """
    words, others = _words(text), _words(known)
    if not words or not others:
        return words == others
    if set(_NUMBER.findall(text)) - set(_NUMBER.findall(known)):
        return False
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
