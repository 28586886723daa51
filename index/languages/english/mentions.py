"""Finds names, numbers and dates ("mentions") in passages. Pure; English."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from index.languages.english.answer_types import Kind
from index.text.words import split_words as split_text

_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen hundred "
    "thousand million billion trillion half third quarter".split()
)
_DATE_WORDS = frozenset(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sept sep oct nov dec".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# Patterns that use this require whole words: "12 Marines" is no date. "May" needs its capital: "12 may" is
# none.
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY)|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
# What a number counts is recognised from the text before and after it.
_AFTER_DAY = re.compile(rf"(?:st|nd|rd|th)?(?: of)? {_MONTH}\b", re.IGNORECASE)
_BEFORE_DAY = re.compile(rf"\b{_MONTH} (?:the )?$", re.IGNORECASE)
_AFTER_AMOUNT = re.compile(
    r"(?:[.,]\d+)*(?:\s?%|[\s-](?:(?:thousand|million|billion|trillion)[\s-])?"
    r"(?:per ?cent|percentage|basis|dollars?|euros?|pounds?|yen|yuan|rupees?|francs?|cents?|pence)\b)",
    re.IGNORECASE,
)
_BEFORE_AMOUNT = re.compile(r"[$€£¥]\s?(?:\d+[.,])*$")
_AFTER_DURATION = re.compile(
    r"(?:[.,]\d+)*[\s-](?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?)\b",
    re.IGNORECASE,
)
# This many characters before and after a number are looked at; none of these patterns needs more.
_CONTEXT = 40
# The kinds of so many words are remembered, since texts repeat most of their words.
KNOWN_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: their start offsets, their spelling, and their stems as in the index.

    The three lists have the same length; `starts` ascends.
    """

    starts: Sequence[int]
    written: list[str]
    stems: list[str]

    def between(self, start: int, end: int) -> slice:
        """Return, as a slice of the lists, the words that begin in `text[start:end]`."""
        return slice(bisect.bisect_left(self.starts, start), bisect.bisect_left(self.starts, end))


class Notable(NamedTuple):
    """The indexes of a text's words that are names, numbers or dates, and the kind of each of these."""

    words: list[int]
    kinds: list[Kind]


def split_words(text: str, terms: Callable[[str], list[str]]) -> Words:
    """Return the words of a text; `terms` splits a text into words and stems them, as the index does."""
    starts, written = split_text(text)
    stems = terms(text)
    if len(stems) != len(written):  # the index leaves out words of more than 60 letters
        stems = ["".join(terms(word)) for word in written]
    return Words(starts, written, stems)


def notable_words(text: str, words: Words) -> Notable:
    """Return the names, numbers and dates of a text, in order."""
    known = [*map(_kind, words.written)]
    places = [place for place, kind in enumerate(known) if kind]
    kinds = [known[place] or "name" for place in places]
    for i, place in enumerate(places):
        if kinds[i] == "number":
            kinds[i] = _kind_of_number(words.written[place], text, words.starts[place])
    return Notable(places, kinds)


@lru_cache(KNOWN_WORDS)
def _kind(written: str) -> Kind | None:
    """Return the kind of a word, as far as the word alone tells: every number is of the kind "number"."""
    lower = written.lower()
    if written[0].isdigit() or lower in _NUMBER_WORDS:
        return "number"
    if not written[0].isupper() or len(written) < 2:
        return None
    return "date" if lower in _DATE_WORDS else "name"


def _kind_of_number(written: str, text: str, start: int) -> Kind:
    end = start + len(written)
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    if _BEFORE_AMOUNT.search(before) or _AFTER_AMOUNT.match(after):
        return "amount"
    if _AFTER_DURATION.match(after):
        return "duration"
    if _YEAR.fullmatch(written) or _AFTER_DAY.match(after) or _BEFORE_DAY.search(before):
        return "date"
    return "number"
