"""Finds names, numbers and dates ("mentions") in passages, and counts on which the articles agree. Pure.

What answers a question about the news tends to stand near the question's words, and in several articles. So
each article votes for each of its mentions, except those that the question itself holds. A vote is the weight
of the passage times the support of the mention, which falls with the distance to the question's words; of
several passages of an article the highest vote counts. After the redundancy method of Brill, Lin, Banko,
Dumais and Ng (2001, "Data-Intensive Question Answering") and the proximity weighting of Clarke, Cormack and
Lynam (2001, "Exploiting Redundancy in Question Answering").
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

from index.languages.english.answer_types import Kind

# The support of one of the question's words falls to 1/e at a distance of REACH words from the mention. A
# headline with all of the question's words adds TITLE_SUPPORT to the support of every mention below it.
REACH = 12.0
TITLE_SUPPORT = 0.35
# By distance in words; beyond 199 words the last value counts.
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


class Mention(NamedTuple):
    """A name, number or date in a passage: its stem, its kind, and the index of its word in the passage.

    `support`, in [0, 1], says how much of the question is near it.
    """

    stem: str
    kind: Kind
    word: int
    support: float


def split_words(text: str, terms: Callable[[str], list[str]]) -> Words:
    """Return the words of a text; `terms` splits a text into words and stems them, as the index does."""
    written = _TOKEN.findall(text)
    stems = terms(text)
    if len(stems) != len(written):  # the index leaves out words of more than 60 letters
        stems = ["".join(terms(word)) for word in written]
    starts = array("I", (match.start() for match in _TOKEN.finditer(text)))
    # Many parsed passages are kept in memory and share most of their words: `intern` stores each word once.
    return Words(starts, [*map(intern, written)], [*map(intern, stems)])


def notable_words(text: str, words: Words) -> Notable:
    """Return the names, numbers and dates of a text, in order."""
    notable = Notable([], [])
    for i, written in enumerate(words.written):
        if written[0].islower() and written not in _NUMBER_WORDS:
            continue  # a quick way out for most words
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
    """Return the mentions in a passage, except those that the question itself holds, in order.

    `question` maps the stems of the question's words to their weights. `title_share`, in [0, 1], is how much
    of that weight the headline holds. `first_words` are the indexes of words that begin a sentence: such a
    word has a capital in any case, so it counts as a name only where `is_common` says that its stem is not
    common.
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
    """Return the weight of the question's words around a word, less with the distance.

    `weighted` holds, for each of the question's words in the passage, its weight and its ascending places.
    One that comes more than once counts where it is nearest.
    """
    support = 0.0
    for weight, at in weighted:
        distance = abs(at[0] - word)
        if len(at) > 1:
            after = bisect.bisect(at, word)
            distance = min(abs(at[max(0, after - 1)] - word), abs(at[min(after, len(at) - 1)] - word))
        support += weight * _NEARNESS[min(distance, len(_NEARNESS) - 1)]
    return support


def votes(ballots: Iterable[tuple[str, float, Sequence[Mention]]]) -> dict[str, float]:
    """Return the stem of each mention with its votes, as a share of those of the best mention, in [0, 1].

    A ballot is (id of the article, weight of the passage, mentions of the passage). Each article votes once
    for a mention, with the highest vote of its passages.
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
