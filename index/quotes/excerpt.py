"""Shows a quote with the sentences around it in its article, and finds a quote again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from index.languages.registry import sentence_rules
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.types.answer import Quote
from index.types.article import Article

# As many characters on either side of a quote as can be read on a phone without scrolling.
AROUND = 600


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote with whole sentences before and after it; `span`, offsets in the article, covers them all."""

    quote: Quote
    span: Span

    @property
    def before(self) -> str:
        return self.quote.article.text[self.span.start : self.quote.span.start]

    @property
    def after(self) -> str:
        return self.quote.article.text[self.quote.span.end : self.span.end]


def excerpt(quote: Quote, around: int = AROUND) -> Excerpt:
    """Return the quote with the whole sentences that fit into `around` characters before and after it."""
    text, (start, end) = quote.article.text, quote.span
    spans = split_sentences(text, sentence_rules(quote.article.language))
    first = min(
        (span.start for span in spans if span.start >= start - around and span.start < start), default=start
    )
    last = max((span.end for span in spans if end < span.end <= end + around), default=end)
    return Excerpt(quote, Span(first, last))


def find_quote(article: Article, start: int, text: str) -> Quote | None:
    """Return the words `text` as a quote of an article, None where the article does not hold them.

    They are looked for at offset `start` first. An article may have changed around them since: then the first
    place that holds them counts.
    """
    if article.text[start : start + len(text)] != text:
        start = article.text.find(text)
    return None if start < 0 else Quote(article, Span(start, start + len(text)), 0.0)
