"""Decides what became of a quote when its article was changed: it stands, was reworded, or is gone. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.quotes.in_order import matcher
from index.text.sentences import split_sentences
from index.text.spans import Span

# A sentence is a new wording of another when they share at least this much of their words, in order. In
# sentences of one story, two that say different things share a third of their words at most, a corrected one
# shares most.
SAME_SENTENCE = 0.6
# Comparing words in order is slow, so it is done only with this many runs of sentences: those that share most
# words in any order.
COMPARED = 8
# A quote has this many sentences at most.
MAX_SENTENCES = 3

# A word, or a number such as 1,250 or 3.5 as a whole.
_WORD = re.compile(r"\w+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the current text of an article still holds a quote, and where.

    `state` is "stands" (the text holds it word for word, white space aside), "changed" (the text holds
    another wording of it) or "withdrawn" (it holds nothing like it). `span` is where the quote or its new
    wording is in the current text, and `text` the words there; both are None for "withdrawn".
    """

    state: Literal["stands", "changed", "withdrawn"]
    span: Span | None = None
    text: str | None = None


def quote_state(quoted: str, start: int, current: str) -> Standing:
    """Return the standing of words that were quoted from offset `start` of an earlier text than `current`.

    Of several places that hold the words, or hold equally close wordings, the one closest to `start` counts.
    """
    places = [Span(*match.span()) for match in _verbatim(quoted).finditer(current)]
    if places:
        return _standing("stands", min(places, key=lambda span: abs(span.start - start)), current)
    nearest = _nearest(quoted, start, current)
    return _standing("changed", nearest, current) if nearest else Standing("withdrawn")


def _standing(state: Literal["stands", "changed"], span: Span, text: str) -> Standing:
    return Standing(state, span, text[span.start : span.end])


def _verbatim(quoted: str) -> re.Pattern[str]:
    """Return a pattern for the same whole words with any white space between them."""
    words = r"\s+".join(map(re.escape, quoted.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)")


def _nearest(quoted: str, start: int, text: str) -> Span | None:
    """Return the run of sentences that is closest to the quote, None where none is a new wording of it."""
    words = _words(quoted)
    count = min(len(split_sentences(quoted)), MAX_SENTENCES)
    spans = list(_runs(split_sentences(text), count))
    shared = [_shared(words, _words(text[span.start : span.end])) for span in spans]
    promising = sorted(range(len(spans)), key=lambda i: (-shared[i], abs(spans[i].start - start)))[:COMPARED]
    likeness = {spans[i]: _likeness(words, _words(text[slice(*spans[i])])) for i in promising}
    best = max(likeness, key=lambda span: (likeness[span], -abs(span.start - start)), default=None)
    return best if best and likeness[best] >= SAME_SENTENCE else None


def _runs(sentences: Sequence[Span], count: int) -> Iterator[Span]:
    """Yield all runs of `count` - 1, `count` and `count` + 1 neighbouring sentences, of one at least."""
    for length in range(max(1, count - 1), count + 2):
        for first in range(len(sentences) - length + 1):
            yield Span(sentences[first].start, sentences[first + length - 1].end)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of words that both have, in any order: in [0, 1]."""
    common = (Counter(one) & Counter(other)).total()
    return 2 * common / max(1, len(one) + len(other))


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of words that both have, in the same order: in [0, 1]."""
    return matcher(one, other).ratio()
