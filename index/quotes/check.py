"""Checks whether an article holds words that are said to be in it: exactly, nearly, or not at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.quotes.in_order import matcher
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article

CheckKind = Literal["exact", "near", "none"]

# A quote is a near match when at least this share of its words agree, in order.
NEAR = 0.7
# A claimed quote of fewer words than this is not looked for.
MIN_WORDS = 3

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """The result of a check.

    `quote` is the closest passage of an article, None where `kind` is "none". `likeness`, in [0, 1], is the
    share of words that agree; it is 1 exactly where `kind` is "exact".
    """

    claimed: str
    kind: CheckKind
    quote: Quote | None = None
    likeness: float = 0.0


def check_quote(claimed: str, articles: Iterable[Article]) -> QuoteCheck:
    """Compare a claimed quote with every article, and return the closest match.

    Case, punctuation, quotation marks and line breaks make no difference, because people retype quotes.
    """
    wanted = [_plain(match[0]) for match in _WORD.finditer(claimed)]
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
    """Return the span of the text that agrees best with the words, and the share of them that agrees.

    The share is 1 only where all words stand together; the span is None where no word agrees.
    """
    spans = [Span(*match.span()) for match in _WORD.finditer(text)]
    words = [_plain(text[slice(*span)]) for span in spans]
    exact = _find(words, wanted)
    if exact is not None:
        return Span(spans[exact].start, spans[exact + len(wanted) - 1].end), 1.0
    longest = matcher(words, wanted).find_longest_match()
    if not longest.size:
        return None, 0.0
    # The words are compared with as many words of the text, around the longest run that agrees.
    first = max(0, longest.a - longest.b)
    window = words[first : first + len(wanted)]
    blocks = matcher(window, wanted).get_matching_blocks()
    agreeing = [block for block in blocks if block.size]
    likeness = sum(block.size for block in agreeing) / max(len(wanted), len(window))
    start, end = agreeing[0].a + first, agreeing[-1].a + agreeing[-1].size - 1 + first
    return Span(spans[start].start, spans[end].end), min(likeness, 0.99)


def _find(words: list[str], wanted: list[str]) -> int | None:
    """Return the first place where all of the wanted words stand together; None where they do not."""
    text, found = ("\n".join(("", *run, "")) for run in (words, wanted))
    before = text.find(found)  # in linear time, as comparing run by run is not
    return None if before < 0 else text.count("\n", 0, before)


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")
