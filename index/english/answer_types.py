"""What kind of words would answer a question: a name, a number, a date. Pure; English question words only.

A question in another language, or one that is no question at all, expects nothing in particular, and then
every kind counts alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "number", "amount", "duration", "date"]

_ALL: frozenset[Kind] = frozenset(("name", "number", "amount", "duration", "date"))
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
_CAPITALISED = re.compile(r"(?<=[^.?!\s] )[A-Z][\w'’-]*|(?<=[“\"‘(])[A-Z][\w'’-]*")
_FOCUS = re.compile(r"\b(?:which|what|how many)\s+(?:\w+['’]s\s+)?([a-z]{4,})\b")
_NO_FOCUS = frozenset("does did were will would have been that this they there kind type sort".split())


@dataclass(frozen=True, slots=True)
class Expectation:
    """The kinds of mention that could answer, and the noun that the answer is one of, if it is named.

    `focus` of "Which energy company …?" is "energy", of "How many troops …?" "troops": the word that likely
    stands near the answer.
    """

    kinds: frozenset[Kind]
    focus: str | None

    @property
    def is_number(self) -> bool:
        """Tell whether a number of some kind is expected, and nothing else."""
        return "name" not in self.kinds and "date" not in self.kinds


def expectation(question: str) -> Expectation:
    """Return what a question expects."""
    lower = question.lower()
    focus = next((found for found in _FOCUS.findall(lower) if found not in _NO_FOCUS), None)
    return Expectation(_kinds(lower), focus)


def names(question: str) -> list[str]:
    """Return the words written with a capital, but for one that begins a sentence."""
    return [match[0] for match in _CAPITALISED.finditer(question)]


def _kinds(lower: str) -> frozenset[Kind]:
    return next((kinds for pattern, kinds in _RULES if pattern.search(lower)), _ALL)
