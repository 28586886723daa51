"""Splits passages into words and sentences: what is the same for every question.

The results are kept in memory, because the same recent passages are read for many questions. They are arrays,
which take little memory and are put side by side for a question at little cost (see `index.answers.reading`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from index.languages.english.answer_types import Kind
from index.languages.english.mentions import notable_words, split_words
from index.storage.articles import StoredPassage
from index.text.sentences import is_whole
from index.text.spans import Span
from index.text.tags import base_code
from index.types.answer import MAX_FOREIGN_CHARS, MAX_QUOTE_CHARS

Numbers = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The kinds of mentions; an array of kinds holds places in this tuple.
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# A quote has this many sentences at most.
MAX_SENTENCES = 3
# This many parsed passages are kept in memory, at about 6 kB each.
REMEMBERED = 2500

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
# Every box holds one of these parts, and every invitation one of those. Looking for them first takes a fifth
# of the time.
_IN_BOXES: Final = (
    *("click here", "newsletter", "sign up", "subscrib", "read more", "follow ", "our links", "commission"),
    *("latest coverage", "contributing:", "here's ", "here’s ", "what to know", "download the", "cookies"),
)
_IN_INVITATIONS: Final = (" here", " our", " more")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A passage split into words, sentences and runs of sentences, each numbered from 0.

    Of each word, `stems` has the hash of its stem, and `starts` its offset in the passage. `notable` are the
    words that are names, numbers or dates, `kinds` their kinds (see `KINDS`) and `notable_stems` their stems.
    `edges`, of shape (sentences, 2), are the offsets of each sentence in the passage, and `sentences` its
    first word and the one behind its last. `asks` says of each whether it ends with a question mark,
    `boilerplate` whether it holds words that are usual in boxes beside a story. `runs`, of shape (runs, 2),
    are the first and the last sentence of each run that could be quoted.
    """

    stems: Hashes
    starts: Numbers
    notable: Numbers
    kinds: Numbers
    notable_stems: Sequence[str]
    edges: Numbers
    sentences: Numbers
    asks: Flags
    boilerplate: Flags
    runs: Numbers


_NONE, _NO_PAIRS = np.empty(0, np.int32), np.empty((0, 2), np.int32)
# A passage without a word.
NOTHING: Final = Parsed(
    stems=np.empty(0, np.int64),
    starts=_NONE,
    notable=_NONE,
    kinds=_NONE,
    notable_stems=(),
    edges=_NO_PAIRS,
    sentences=_NO_PAIRS,
    asks=np.empty(0, np.bool_),
    boilerplate=np.empty(0, np.bool_),
    runs=_NO_PAIRS,
)


class Parser:
    """Splits passages and headlines, and remembers the last `REMEMBERED` of each.

    `terms` splits a text in a language into words and stems them as the index does. Safe to use from many
    threads.
    """

    def __init__(self, terms: Callable[[str, str | None], list[str]]) -> None:
        self._terms = terms
        self.title = lru_cache(REMEMBERED)(self._title)
        self._parse = lru_cache(REMEMBERED)(self._parse_text)

    def parse(self, stored: StoredPassage) -> Parsed:
        """Return the passage split into words and sentences. Offsets count from the start of its text."""
        start = stored.passage.span.start
        ends = tuple(offset - start for offset in chain.from_iterable(stored.passage.sentences))
        return self._parse(stored.text, ends, stored.article.language)

    def terms(self, text: str) -> list[str]:
        """Return the words of an English text."""
        return self._terms(text, None)

    def _title(self, title: str, language: str | None = None) -> frozenset[str]:
        return frozenset(self._terms(title, language))

    def _parse_text(self, text: str, ends: Sequence[int], language: str | None) -> Parsed:
        """Split a text; `ends` holds the start and the end of each sentence, one after the other."""
        words = split_words(text, lambda part: self._terms(part, language))
        notable = notable_words(text, words)
        spans = [*map(Span, ends[::2], ends[1::2])]
        written = [text[start:end] for start, end in spans]
        starts, edges = np.array(words.starts, np.int32), np.array(ends, np.int32).reshape(-1, 2)
        runs = [*runs_of(spans, [*map(_reports, written)], _longest(language))]
        return Parsed(
            stems=np.array([*map(hash, words.stems)], np.int64),
            starts=starts,
            notable=np.array(notable.words, np.int32),
            kinds=np.array([*map(KINDS.index, notable.kinds)], np.int32),
            notable_stems=[intern(words.stems[i]) for i in notable.words],
            edges=edges,
            sentences=starts.searchsorted(edges).astype(np.int32),
            asks=np.array([one.rstrip("\"'”’ ").endswith("?") for one in written], np.bool_),
            boilerplate=_are_boxes(text.lower(), spans),
            runs=np.array([edge for run in runs for edge in (run.start, run.stop - 1)], np.int32).reshape(
                -1, 2
            ),
        )


def _reports(sentence: str) -> bool:
    """Tell whether a sentence is whole and reports something."""
    if not is_whole(sentence):
        return False
    lower = sentence.lower()
    may_invite = any(part in lower for part in _IN_INVITATIONS) or lower.startswith("read more")
    return not (may_invite and _INVITATION.search(sentence))


def _are_boxes(lower: str, spans: Sequence[Span]) -> Flags:
    """Tell of each sentence of a text in lower case whether words of a box begin in it."""
    boxes = np.zeros(len(spans), np.bool_)
    if any(part in lower for part in _IN_BOXES):
        for match in _BOILERPLATE.finditer(lower):
            boxes |= [start <= match.start() < end for start, end in spans]
    return boxes


def _longest(language: str | None) -> int:
    """Return how many characters a sentence may have that is quoted alone."""
    return MAX_QUOTE_CHARS if base_code(language) in (None, "en") else MAX_FOREIGN_CHARS


def runs_of(
    sentences: Sequence[Span], whole: Sequence[bool], longest: int = MAX_QUOTE_CHARS
) -> Iterator[slice]:
    """Yield, as slices of `sentences`, the runs that may be quoted: one to three whole neighbours.

    `whole` says of each sentence whether it is whole. A run has at most `MAX_QUOTE_CHARS` characters, a
    sentence alone at most `longest`.
    """
    for first, (start, end) in enumerate(sentences):
        if whole[first] and MAX_QUOTE_CHARS < end - start <= longest:
            yield slice(first, first + 1)
        for last in range(first, min(first + MAX_SENTENCES, len(sentences))):
            if not whole[last] or sentences[last].end - sentences[first].start > MAX_QUOTE_CHARS:
                break
            yield slice(first, last + 1)
