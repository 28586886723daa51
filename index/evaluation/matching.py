"""Finds accepted answers in a text: both are compared in one normalised form. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from index.text.spans import Span

# The grammatical articles, and all characters that comparing leaves out.
_ARTICLE_WORDS = re.compile(r"\b(?:the|a|an)\b")
_OTHER = re.compile(r"[^a-z0-9$%. ]")
_POINT = re.compile(r"\.(?!\d)")
_WORD = re.compile(r"\S+")


class _Plain(NamedTuple):
    """A text in ASCII and lower case, and for each of its characters its offset in the text."""

    text: str
    offsets: list[int]


def normalise(text: str) -> str:
    """Return a text in the form that answers are compared in: ASCII, lower case, no articles, no punctuation.

    Dollar and percent signs and decimal points stay.
    """
    return _normalised(text).text


def answers_in(text: str, accepted: Iterable[str]) -> list[Span]:
    """Return where a text holds accepted answers as whole words, in order, each place once.

    `accepted` are normalised. A span reaches from the first to the last character that was compared.
    """
    plain = _normalised(text)
    found = {
        Span(plain.offsets[match.start()], plain.offsets[match.end() - 1] + 1)
        for answer in accepted
        if answer
        for match in re.finditer(rf"(?<!\S){re.escape(answer)}(?!\S)", plain.text)
    }
    return sorted(found)


def _normalised(text: str) -> _Plain:
    plain = _ascii(text)
    words = _ARTICLE_WORDS.sub(lambda found: " " * len(found.group()), _OTHER.sub(" ", plain.text))
    dropped = {point.start() for point in _POINT.finditer(words)}
    kept = [place for place in range(len(words)) if place not in dropped]
    words = "".join(words[place] for place in kept)
    parts: list[str] = []
    offsets: list[int] = []
    for word in _WORD.finditer(words):
        if parts:  # the space stands where the next word does
            offsets.append(plain.offsets[kept[word.start()]])
        parts.append(word.group())
        offsets += [plain.offsets[kept[place]] for place in range(*word.span())]
    return _Plain(" ".join(parts), offsets)


def _ascii(text: str) -> _Plain:
    characters = [
        (plain.lower(), offset)
        for offset, character in enumerate(text)
        for plain in unicodedata.normalize("NFKD", character)
        if plain.isascii()
    ]
    return _Plain("".join(plain for plain, _ in characters), [offset for _, offset in characters])
