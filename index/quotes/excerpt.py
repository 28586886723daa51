"""A quote with what stands around it in its article. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from index.text.sentences import split_sentences
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article

# What is read without scrolling on a phone.
AROUND = 600


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Whole sentences of an article: those before a quote, the quote, and those after it."""

    quote: Quote
    span: Span

    @property
    def before(self) -> str:
        return self.quote.article.text[self.span.start : self.quote.span.start]

    @property
    def after(self) -> str:
        return self.quote.article.text[self.quote.span.end : self.span.end]


def excerpt(quote: Quote, around: int = AROUND) -> Excerpt:
    """Return the quote with as many whole sentences on either side as fit into `around` characters."""
    text, (start, end) = quote.article.text, quote.span
    spans = split_sentences(text)
    first = min((s.start for s in spans if s.start >= start - around and s.start < start), default=start)
    last = max((s.end for s in spans if end < s.end <= end + around), default=end)
    return Excerpt(quote, Span(first, last))


def find_quote(article: Article, start: int, text: str) -> Quote | None:
    """Return the quote where it was or, in an article that has changed around it, where it is now."""
    if article.text[start : start + len(text)] != text:
        start = article.text.find(text)
    return None if start < 0 else Quote(article, Span(start, start + len(text)), 0.0)
