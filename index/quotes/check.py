"""Whether an article holds what somebody says it does: word for word, nearly, or not at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article

CheckKind = Literal["exact", "near", "none"]

# The share of words that has to agree, in order, for a quote to be a near match.
NEAR = 0.7
MIN_WORDS = 3

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """What a check found. `likeness` in [0, 1] is the share of words that agree, 1 where it is "exact"."""

    claimed: str
    kind: CheckKind
    quote: Quote | None = None
    likeness: float = 0.0


def check_quote(claimed: str, articles: Iterable[Article]) -> QuoteCheck:
    """Compare what was claimed with every article, and return the closest match.

    Case, punctuation, quotation marks and line breaks do not count: people retype quotes.
    """
    wanted = [_plain(found[0]) for found in _WORD.finditer(claimed)]
    best = QuoteCheck(claimed, "none")
    if len(wanted) < MIN_WORDS:
        return best
    for article in articles:
        span, likeness = _closest(wanted, article.text)
        if span and likeness > best.likeness:
            kind: CheckKind = "exact" if likeness == 1.0 else "near"
            best = QuoteCheck(claimed, kind, Quote(article, span, likeness), likeness)
    return best if best.likeness >= NEAR else QuoteCheck(claimed, "none", likeness=best.likeness)


def _closest(wanted: list[str], text: str) -> tuple[Span | None, float]:
    """Return where in the text the most of the words stand together, and their share."""
    spans = [Span(*found.span()) for found in _WORD.finditer(text)]
    words = [_plain(text[slice(*span)]) for span in spans]
    exact = _find(words, wanted)
    if exact is not None:
        return Span(spans[exact].start, spans[exact + len(wanted) - 1].end), 1.0
    matcher = SequenceMatcher(None, words, wanted, autojunk=False)
    longest = matcher.find_longest_match()
    if not longest.size:
        return None, 0.0
    # Around the longest run that agrees, as many words as were claimed.
    first = max(0, longest.a - longest.b)
    window = words[first : first + len(wanted)]
    blocks = SequenceMatcher(None, window, wanted, autojunk=False).get_matching_blocks()
    agreeing = [block for block in blocks if block.size]
    likeness = sum(block.size for block in agreeing) / max(len(wanted), len(window))
    start, end = agreeing[0].a + first, agreeing[-1].a + agreeing[-1].size - 1 + first
    return Span(spans[start].start, spans[end].end), min(likeness, 0.99)


def _find(words: list[str], wanted: list[str]) -> int | None:
    starts = (place for place, word in enumerate(words) if word == wanted[0])
    return next((place for place in starts if words[place : place + len(wanted)] == wanted), None)


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")
