"""Passages read closely: taken apart once, then seen with a question's eyes.

What does not depend on the question (words, names and numbers, which sentences are whole) is remembered: the
same recent passages are read for many questions.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from index.answers.asked import Asked
from index.answers.retrieval import Ranked
from index.english.answer_forms import Terms
from index.english.mentions import Mention, Notable, Words, find_mentions, notable_words, split_words
from index.storage.articles import StoredPassage
from index.text.sentences import is_whole
from index.text.spans import Span

# Passages read sentence by sentence, best first: with 30 to 50 of them the quotes are alike, and reading one
# takes a third of a millisecond.
PASSAGES_READ = 40
# Passages remembered, taken apart: about 7 kB each.
REMEMBERED = 2000
# A word rarer than this is a name even at the start of a sentence: one passage in fifty holds it.
COMMON_RARITY = 0.4

_BOILERPLATE = re.compile(
    r"click here|newsletter|sign up|subscrib|read more|follow (?:us|our|her|him|along)|our links|commission"
    r"|latest coverage|contributing:|here['’]s (?:what|how|everything)|what to know|download the|cookies",
)
# A sentence that sends people elsewhere: whole, and yet no report.
_INVITATION = re.compile(
    r"\b(?:follow|see|read|find|get|visit|check out) (?:all |more of )?(?:our|more)\b[^.]{0,60}"
    r"\b(?:here|below|coverage|live updates|live blog)\b"
    r"|\b(?:click|sign up|subscribe|updates|coverage|newsletter) here\b|^read more\b",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """A sentence of a passage: which words it has, from `first` to before `end`, and what it is."""

    first: int
    end: int
    whole: bool  # and a report, not an invitation to read on elsewhere
    asks: bool  # it ends in a question itself
    boilerplate: bool  # something in it reads like a box beside the story


@dataclass(frozen=True, slots=True)
class Parsed:
    """A passage taken apart."""

    words: Words
    lower: list[str]  # the words in lower case
    notable: Notable
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage read for a question: its mentions, those that could answer, and how much it is about.

    `coverage` is the share of the question's words, weighted by idf, in the passage or its headline.
    """

    ranked: Ranked
    parsed: Parsed
    mentions: list[Mention]
    expected: list[Mention]  # of the form asked for, or else of an expected kind
    coverage: float
    focus: frozenset[int]  # which words are the noun asked for

    @property
    def article_id(self) -> str:
        return self.ranked.stored.article.id


class Parser:
    """Takes passages apart; `terms` is how the index splits and stems. Safe to use from many threads."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.title = lru_cache(REMEMBERED)(self._title)
        self._parse = lru_cache(REMEMBERED)(self._parse_text)

    def parse(self, stored: StoredPassage) -> Parsed:
        start = stored.passage.span.start
        ends = tuple(each - start for sentence in stored.passage.sentences for each in sentence)
        return self._parse(stored.text, ends)

    def _title(self, title: str) -> frozenset[str]:
        return frozenset(self.terms(title))

    def _parse_text(self, text: str, ends: Sequence[int]) -> Parsed:
        """Take a text apart; `ends` are both ends of each sentence, one after the other."""
        words = split_words(text, self.terms)
        boxes = [match.start() for match in _BOILERPLATE.finditer(text.lower())]
        return Parsed(
            words,
            [intern(word.lower()) for word in words.written],
            notable_words(text, words),
            [_sentence(text, Span(*each), words, boxes) for each in zip(ends[::2], ends[1::2], strict=True)],
        )


def _sentence(text: str, span: Span, words: Words, boxes: Sequence[int]) -> Sentence:
    written, place = text[slice(*span)], words.between(*span)
    return Sentence(
        place.start,
        place.stop,
        is_whole(written) and not _INVITATION.search(written),
        written.rstrip("\"'”’ ").endswith("?"),
        any(span.start <= box < span.end for box in boxes),
    )


def read(ranked: Sequence[Ranked], asked: Asked, parser: Parser) -> list[ReadPassage]:
    """Return the passages, read closely."""
    return [_read(each, asked, parser) for each in ranked]


def among(mentions: Sequence[Mention], sentence: Sentence) -> Sequence[Mention]:
    """Return the mentions in a sentence."""
    first = bisect.bisect_left(mentions, sentence.first, key=_word)
    return mentions[first : bisect.bisect_left(mentions, sentence.end, key=_word)]


def _read(ranked: Ranked, asked: Asked, parser: Parser) -> ReadPassage:
    stored = ranked.stored
    parsed = parser.parse(stored)
    title = parser.title(stored.article.title)
    mentions = find_mentions(
        parsed.words,
        parsed.notable,
        {each.first for each in parsed.sentences},
        asked.weights,
        asked.coverage(title),
        lambda stem: asked.rarity(stem) < COMMON_RARITY,
    )
    return ReadPassage(
        ranked,
        parsed,
        mentions,
        _expected(mentions, parsed.words, stored.text, asked, parser.terms),
        asked.coverage(title.union(parsed.words.stems)),
        _focus(parsed.lower, asked.expectation.focus),
    )


def _expected(
    mentions: Sequence[Mention], words: Words, text: str, asked: Asked, terms: Terms
) -> list[Mention]:
    if asked.finder is None:
        return [each for each in mentions if each.kind in asked.expectation.kinds]
    found: set[int] = set()
    for span in asked.finder(text, terms):
        place = words.between(*span)
        if asked.weights.keys().isdisjoint(words.stems[place]):
            found.update(range(place.start, place.stop))
    return [each for each in mentions if each.word in found]


def _word(mention: Mention) -> int:
    return mention.word


def _focus(lower: Sequence[str], noun: str | None) -> frozenset[int]:
    """Return which words are the noun asked for, in the singular or the plural."""
    if noun is None:
        return frozenset()
    stem = noun[:-1] if len(noun) > 4 else noun
    return frozenset(i for i, word in enumerate(lower) if word.startswith(stem))
