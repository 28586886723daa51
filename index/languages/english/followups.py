"""Completes questions that continue the one before them, such as "and what did Russia say?". Pure; English.

What such a question leaves out is taken from the question before it: the content words that it does not
replace. They are appended, whether or not that makes a sentence, because search goes by words and meaning.
"""

from __future__ import annotations

import re

# At most this many words are taken from the question before.
MAX_WORDS = 10

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_LEAD = re.compile(r"^\W*(?:(?:and|but|so|or|ok|okay|then|also)\b[\s,]*)+", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"^\W*(?:what|how) about\b|^\W*(?:why|when|where|who|how|since when)\W*$", re.IGNORECASE
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then"
    r"|the (?:same|others?|former|latter))\b",
    re.IGNORECASE,
)
# Words that say nothing about what a question is about.
_FILLING = frozenset(
    "a about after all also an and any are as at be been before being but by can could did do does "
    "doing for from had has have having he her hers him his how i if in into is it its many may me "
    "might more most much must my no not of off on or our out over own same say says said shall she "
    "should so some such tell than that the their them then there these they this those to told under "
    "until up was we were what when where which while who whom whose why will with would you your "
    "news report reported reports happen happened happening ok okay else".split()
)
# A question that begins with "and" can be searched for by itself when it has at least this many content words
# and no pronoun.
_ENOUGH = 4


def in_context(question: str, before: str) -> str:
    """Return `question`, completed so that it can be searched for without knowing the question `before` it.

    A question that needs nothing from `before` is returned unchanged.
    """
    continues = _LEAD.match(question)
    own = _content(question)
    if not (continues or _FRAGMENT.match(question) or _POINTS_BACK.search(question)) and len(own) >= 2:
        return question
    if len(own) >= _ENOUGH and not _POINTS_BACK.search(question):
        return question
    own_words = {word.casefold() for word in own}
    named = any(word[0].isupper() for word in own)
    kept = [word for word in _content(before) if word.casefold() not in own_words]
    if named and not _POINTS_BACK.search(question):
        kept = _without_first_name(kept)
    rest = question[continues.end() :] if continues else question
    rest = rest.strip()
    return f"{rest.rstrip('?!. ')} {' '.join(kept[:MAX_WORDS])}?" if kept else rest or question


def _content(text: str) -> list[str]:
    """Return the content words of a text, in order."""
    return [word for word in _WORD.findall(text) if word.casefold() not in _FILLING]


def _without_first_name(words: list[str]) -> list[str]:
    """Return the words of the earlier question without their first name, because a new name takes its place.

    Where fewer than two other words would remain, they are returned unchanged.
    """
    first = next((place for place, word in enumerate(words) if word[0].isupper()), None)
    if first is None or len(words) < 3:
        return words
    return words[:first] + words[first + 1 :]
