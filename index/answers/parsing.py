"""Splits passages into words and sentences, and finds in them what bears on a question.

The first step does not depend on the question: words, names, numbers, and which sentences are whole. Its
results are kept in memory, because the same recent passages are read for many questions. The second step,
`read`, adds what one question makes of a passage: the mentions that could answer it, and how many of its
words are there.
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
from index.languages.english.answer_forms import Terms
from index.languages.english.mentions import (
    Mention,
    Notable,
    Words,
    find_mentions,
    notable_words,
    split_words,
)
from index.storage.articles import StoredPassage
from index.text.sentences import is_whole
from index.text.spans import Span

# This many of the best passages are read sentence by sentence. With 30 to 50 of them the chosen quotes are
# much the same, and reading one takes a third of a millisecond.
PASSAGES_READ = 40
# This many parsed passages are kept in memory, at about 7 kB each.
REMEMBERED = 2000
# The first word of a sentence is always written with a capital. It counts as a name when it is rarer than
# this: a word of this rarity stands in one passage in fifty.
COMMON_RARITY = 0.4

_BOILERPLATE = re.compile(
    r"click here|newsletter|sign up|subscrib|read more|follow (?:us|our|her|him|along)|our links|commission"
    r"|latest coverage|contributing:|here['’]s (?:what|how|everything)|what to know|download the|cookies",
)
# A sentence that invites to read something else. It is whole, but it reports nothing, so it is never quoted.
_INVITATION = re.compile(
    r"\b(?:follow|see|read|find|get|visit|check out) (?:all |more of )?(?:our|more)\b[^.]{0,60}"
    r"\b(?:here|below|coverage|live updates|live blog)\b"
    r"|\b(?:click|sign up|subscribe|updates|coverage|newsletter) here\b|^read more\b",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """A sentence of a passage: its words are those with the indexes `first` to `end` - 1 of the passage."""

    first: int
    end: int
    whole: bool  # a whole sentence that reports something, see `_INVITATION`
    asks: bool  # it ends with a question mark
    boilerplate: bool  # it holds words that are usual in boxes beside a story, see `_BOILERPLATE`


@dataclass(frozen=True, slots=True)
class Parsed:
    """A passage split into words and sentences, the same for every question."""

    words: Words
    lower: list[str]  # the words in lower case
    notable: Notable
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage with what one question makes of it.

    `mentions` are the names, numbers and dates that the question itself does not hold. `coverage` is the
    share of the question's words, weighted by idf, that the passage or its headline holds.
    """

    ranked: Ranked
    parsed: Parsed
    mentions: list[Mention]
    expected: list[Mention]  # those of the form asked for or, where no form is known, of an expected kind
    coverage: float
    focus: frozenset[int]  # indexes of the words that are the noun asked for

    @property
    def article_id(self) -> str:
        return self.ranked.stored.article.id


class Parser:
    """Splits passages and headlines, and remembers the last `REMEMBERED` of each.

    `terms` splits a text into words and stems them as the index does. Safe to use from many threads.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.title = lru_cache(REMEMBERED)(self._title)
        self._parse = lru_cache(REMEMBERED)(self._parse_text)

    def parse(self, stored: StoredPassage) -> Parsed:
        """Return the passage split into words and sentences. Sentences count from the start of its text."""
        start = stored.passage.span.start
        ends = tuple(offset - start for sentence in stored.passage.sentences for offset in sentence)
        return self._parse(stored.text, ends)

    def _title(self, title: str) -> frozenset[str]:
        return frozenset(self.terms(title))

    def _parse_text(self, text: str, ends: Sequence[int]) -> Parsed:
        """Split a text; `ends` holds the start and the end of each sentence, one after the other."""
        words = split_words(text, self.terms)
        boxes = [match.start() for match in _BOILERPLATE.finditer(text.lower())]
        return Parsed(
            words,
            [intern(word.lower()) for word in words.written],
            notable_words(text, words),
            [_sentence(text, Span(*span), words, boxes) for span in zip(ends[::2], ends[1::2], strict=True)],
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
    """Return for each passage what the question makes of it, in the same order."""
    return [_read(passage, asked, parser) for passage in ranked]


def among(mentions: Sequence[Mention], sentence: Sentence) -> Sequence[Mention]:
    """Return those mentions that are in a sentence. `mentions` have to be in the order of the text."""
    first = bisect.bisect_left(mentions, sentence.first, key=_word)
    return mentions[first : bisect.bisect_left(mentions, sentence.end, key=_word)]


def _read(ranked: Ranked, asked: Asked, parser: Parser) -> ReadPassage:
    stored = ranked.stored
    parsed = parser.parse(stored)
    title = parser.title(stored.article.title)
    mentions = find_mentions(
        parsed.words,
        parsed.notable,
        {sentence.first for sentence in parsed.sentences},
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
    """Return the mentions that could answer.

    Where the question asks for a certain form, they are those inside a phrase of that form that holds none of
    the question's words. Otherwise they are those of an expected kind.
    """
    if asked.finder is None:
        return [mention for mention in mentions if mention.kind in asked.expectation.kinds]
    indexes: set[int] = set()
    for span in asked.finder(text, terms):
        place = words.between(*span)
        if asked.weights.keys().isdisjoint(words.stems[place]):
            indexes.update(range(place.start, place.stop))
    return [mention for mention in mentions if mention.word in indexes]


def _word(mention: Mention) -> int:
    return mention.word


def _focus(lower: Sequence[str], noun: str | None) -> frozenset[int]:
    """Return the indexes of the words that are the noun asked for, in the singular or the plural."""
    if noun is None:
        return frozenset()
    stem = noun[:-1] if len(noun) > 4 else noun
    return frozenset(i for i, word in enumerate(lower) if word.startswith(stem))
