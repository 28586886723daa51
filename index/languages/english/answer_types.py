"""Recognises which kinds of words would answer a question: a name, a number, a date. Pure; English.

It goes by English question words. For a question in another language, or a text that is no question, every
kind is expected, so that all of them count alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "number", "amount", "duration", "date"]

_ALL: frozenset[Kind] = frozenset(("name", "number", "amount", "duration", "date"))
# The first pattern that a question matches, in lower case, decides.
_RULES: tuple[tuple[re.Pattern[str], frozenset[Kind]], ...] = (
    (
        re.compile(
            r"\bhow (?:much|expensive)\b|\bhow (?:big|large) (?:a |an )?(?:fine|share|part|bonus)\b"
            r"|\b(?:what|which) (?:\w+ ){0,2}(?:percent|percentage|share|amount|price|rate|cost)\b"
        ),
        frozenset(("amount", "number")),
    ),
    (re.compile(r"\bhow (?:long|old|soon)\b"), frozenset(("duration", "number"))),
    (
        re.compile(
            r"\bhow (?:many|far|big|large|tall|high|often|fast|deep|heavy)\b"
            r"|\b(?:what|which) (?:\w+ ){0,2}(?:number|score|age)\b"
        ),
        frozenset(("number", "amount")),
    ),
    (
        re.compile(r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|decade|century)\b"),
        frozenset(("date",)),
    ),
    (
        re.compile(r"\b(?:who|whose|whom|where|which)\b|\bwhat (?:is|was|are|were) the names?\b"),
        frozenset(("name",)),
    ),
)
# A capital letter that does not begin a sentence, or that follows an opening quotation mark or bracket.
_CAPITALISED = re.compile(r"(?<=[^.?!\s] )[A-Z][\w'’-]*|(?<=[“\"‘(])[A-Z][\w'’-]*")
_FOCUS = re.compile(r"\b(?:which|what|how many)\s+(?:\w+['’]s\s+)?([a-z]{4,})\b")
_NO_FOCUS = frozenset("does did were will would have been that this they there kind type sort".split())


@dataclass(frozen=True, slots=True)
class Expectation:
    """What would answer a question: the kinds of words, and a noun that is likely to stand near them.

    `focus` is that noun, None where the question names none: the word after "which", "what" or "how
    many", such as "energy" in "Which energy company …?" and "troops" in "How many troops …?".
    """

    kinds: frozenset[Kind]
    focus: str | None

    @property
    def is_number(self) -> bool:
        """Whether the question expects a number, an amount or a duration, and neither a name nor a date."""
        return "name" not in self.kinds and "date" not in self.kinds


def expectation(question: str) -> Expectation:
    """Return which kinds of words a question expects, and its focus."""
    lower = question.lower()
    focus = next((noun for noun in _FOCUS.findall(lower) if noun not in _NO_FOCUS), None)
    return Expectation(_kinds(lower), focus)


def names(question: str) -> list[str]:
    """Return the question's words that are written with a capital, except those that begin a sentence."""
    return [match[0] for match in _CAPITALISED.finditer(question)]


def _kinds(lower: str) -> frozenset[Kind]:
    return next((kinds for pattern, kinds in _RULES if pattern.search(lower)), _ALL)
