"""Follows: what a person wants alerts about, and which quotes are new enough to be sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

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


def worth_telling(quotes: Iterable[Quote], sent: Sequence[str], room: int) -> list[Quote]:
    """Return the first quotes that say something new, given the texts that were sent before.

    At most `room` of them, and at most `MAX_ALERT_QUOTES`.
    """
    known, chosen = list(sent), list[Quote]()
    for quote in quotes:
        if len(chosen) < min(room, MAX_ALERT_QUOTES) and not any(
            is_near_copy(quote.text, text) for text in known
        ):
            chosen.append(quote)
            known.append(quote.text)
    return chosen


def is_near_copy(text: str, known: str) -> bool:
    """Return whether a text says in nearly the same words what the text `known` says.

    A number that `known` lacks makes the text news, however similar the words are: "12 dead" is not "9 dead".
    """
    words, others = _words(text), _words(known)
    if not words or not others:
        return words == others
    if set(_NUMBER.findall(text)) - set(_NUMBER.findall(known)):
        return False
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
