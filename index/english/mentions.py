"""Names, numbers and dates in passages, and which of them the passages agree on. Pure.

What answers a question about the news tends to stand near the question's words, and in more than one report.
So every mention that the question does not hold itself is given votes: each article casts, for each mention,
the highest of its passages' scores, weakened with the distance to the question's words. After the redundancy
method of Brill, Lin, Banko, Dumais and Ng (2001, "Data-Intensive Question AnswerEngine") and the proximity
weighting of Clarke, Cormack and Lynam (2001, "Exploiting Redundancy in Question AnswerEngine").
"""

from __future__ import annotations

import bisect
import math
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

from index.english.answer_types import Kind

# How far, in words, a question's word still supports a mention; and what one in the headline is worth.
REACH = 12.0
TITLE_SUPPORT = 0.35
_NEARNESS = [math.exp(-distance / REACH) for distance in range(200)]

_TOKEN = re.compile(r"[^\W_]+")
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
# Whole words, for 12 Marines are no date; nor is what 12 may do.
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY)|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
# What stands around a number tells what it counts.
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
# More than any of these patterns looks at.
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words: where they start, as written, and as the index knows them. All of one length."""

    starts: Sequence[int]
    written: list[str]
    stems: list[str]

    def between(self, start: int, end: int) -> slice:
        """Return which words begin in `text[start:end]`."""
        return slice(bisect.bisect_left(self.starts, start), bisect.bisect_left(self.starts, end))


class Notable(NamedTuple):
    """Which words of a text are names, numbers or dates, and which kind each is. Both of one length."""

    words: list[int]
    kinds: list[Kind]


class Mention(NamedTuple):
    """A name, number or date in a passage: its word, where that stands, and its support in [0, 1].

    `support` tells how much of the question stands nearby.
    """

    stem: str
    kind: Kind
    word: int
    support: float


def split_words(text: str, terms: Callable[[str], list[str]]) -> Words:
    """Return the words of a text; `terms` is how the index splits and stems."""
    written = _TOKEN.findall(text)
    stems = terms(text)
    if len(stems) != len(written):  # the index leaves out words of more than 60 letters
        stems = ["".join(terms(word)) for word in written]
    starts = array("I", (match.start() for match in _TOKEN.finditer(text)))
    # The same words come in many passages, which are remembered: one copy of each.
    return Words(starts, [*map(intern, written)], [*map(intern, stems)])


def notable_words(text: str, words: Words) -> Notable:
    """Return the names, numbers and dates of a text, in order."""
    notable = Notable([], [])
    for i, written in enumerate(words.written):
        if written[0].islower() and written not in _NUMBER_WORDS:
            continue  # most words
        kind = _kind(written, text, words.starts[i])
        if kind is not None:
            notable.words.append(i)
            notable.kinds.append(kind)
    return notable


def find_mentions(
    words: Words,
    notable: Notable,
    first_words: Container[int],
    question: Mapping[str, float],
    title_share: float,
    is_common: Callable[[str], bool],
) -> list[Mention]:
    """Return the mentions in a passage that the question does not hold.

    `question` gives each of the question's words its weight, `title_share` in [0, 1] how much of it the
    headline covers; `first_words` are those that begin a sentence.
    """
    places: dict[str, list[int]] = {}
    for i, stem in enumerate(words.stems):
        if stem in question:
            places.setdefault(stem, []).append(i)
    weighted = [(question[stem], at) for stem, at in places.items()]
    total = sum(question.values()) or 1.0
    mentions = []
    for i, kind in zip(*notable, strict=True):
        stem = words.stems[i]
        if stem in question or (kind == "name" and i in first_words and is_common(stem)):
            continue
        support = _support(i, weighted) / total + TITLE_SUPPORT * title_share
        mentions.append(Mention(stem, kind, i, min(1.0, support)))
    return mentions


def _kind(written: str, text: str, start: int) -> Kind | None:
    lower = written.lower()
    if written[0].isdigit() or lower in _NUMBER_WORDS:
        return _kind_of_number(written, text, start)
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


def _support(word: int, weighted: Iterable[tuple[float, Sequence[int]]]) -> float:
    """Return the weight of the question's words around a word, each counted where it is nearest."""
    support = 0.0
    for weight, at in weighted:
        distance = abs(at[0] - word)
        if len(at) > 1:
            after = bisect.bisect(at, word)
            distance = min(abs(at[max(0, after - 1)] - word), abs(at[min(after, len(at) - 1)] - word))
        support += weight * _NEARNESS[min(distance, len(_NEARNESS) - 1)]
    return support


def votes(ballots: Iterable[tuple[str, float, Sequence[Mention]]]) -> dict[str, float]:
    """Return the share of all votes that each mention gets, the best one 1.

    A ballot is (article id, weight of the passage, its mentions); an article counts once for each mention.
    """
    best: defaultdict[tuple[str, str], float] = defaultdict(float)
    for article_id, weight, mentions in ballots:
        for mention in mentions:
            key = (article_id, mention.stem)
            best[key] = max(best[key], weight * mention.support)
    counted: defaultdict[str, float] = defaultdict(float)
    for (_, stem), vote in best.items():
        counted[stem] += vote
    most = max(counted.values(), default=0.0) or 1.0
    return {stem: vote / most for stem, vote in counted.items()}
