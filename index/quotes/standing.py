"""What became of a quote when its article was changed: it stands, reads otherwise, or is gone. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from index.text.sentences import split_sentences
from index.text.spans import Span

# Share of common words, in order, from which a sentence is a new wording of another. Measured on sentences
# of one story: two that say different things share a third of their words at most, corrected ones most.
SAME_SENTENCE = 0.6
# Sentences looked at closely: those that share most words, whatever their order.
COMPARED = 8
MAX_SENTENCES = 3

_WORD = re.compile(r"\w+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a quote stands in the text that is current; `span` is where it or its new wording is there.

    `state` is "stands" (word for word, however the paragraphs are set), "changed" (`span` is the nearest
    wording) or "withdrawn" (nothing like it is left; `span` is None). `text` is what `span` holds.
    """

    state: Literal["stands", "changed", "withdrawn"]
    span: Span | None = None
    text: str | None = None


def quote_state(quoted: str, start: int, current: str) -> Standing:
    """Return the standing of words that were quoted from offset `start` of an earlier text.

    Where they stand more than once, or several wordings are as near, the place closest to `start` counts.
    """
    places = [Span(*match.span()) for match in _verbatim(quoted).finditer(current)]
    if places:
        return _standing("stands", min(places, key=lambda span: abs(span.start - start)), current)
    nearest = _nearest(quoted, start, current)
    return _standing("changed", nearest, current) if nearest else Standing("withdrawn")


def _standing(state: Literal["stands", "changed"], span: Span, text: str) -> Standing:
    return Standing(state, span, text[span.start : span.end])


def _verbatim(quoted: str) -> re.Pattern[str]:
    """Match the same words with any white space between them, not as a part of longer words."""
    words = r"\s+".join(map(re.escape, quoted.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)")


def _nearest(quoted: str, start: int, text: str) -> Span | None:
    words = _words(quoted)
    count = min(len(split_sentences(quoted)), MAX_SENTENCES)
    spans = list(_runs(split_sentences(text), count))
    shared = [_shared(words, _words(text[span.start : span.end])) for span in spans]
    promising = sorted(range(len(spans)), key=lambda i: (-shared[i], abs(spans[i].start - start)))[:COMPARED]
    likeness = {spans[i]: _likeness(words, _words(text[slice(*spans[i])])) for i in promising}
    best = max(likeness, key=lambda span: (likeness[span], -abs(span.start - start)), default=None)
    return best if best and likeness[best] >= SAME_SENTENCE else None


def _runs(sentences: Sequence[Span], count: int) -> Iterator[Span]:
    """Yield runs of as many neighbouring sentences as were quoted, one fewer and one more."""
    for length in range(max(1, count - 1), count + 2):
        for first in range(len(sentences) - length + 1):
            yield Span(sentences[first].start, sentences[first + length - 1].end)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    common = (Counter(one) & Counter(other)).total()
    return 2 * common / max(1, len(one) + len(other))


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
