"""Quotes, headlines and figures as Discord shows them; pure functions, measured after escaping.

"-# " small print keeps times and sources in the background. A quote is shown whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.base import (
    MAX_ADDRESS,
    MAX_HEADLINE,
    MAX_SOURCE,
    shorten,
)
from bot.text.language import _, number
from bot.text.markdown import block_quote, bold, escape, length, link, timestamp
from index import Article, Copy, Quote

MAX_COPIES = 3
MAX_COPY_ADDRESS = 160


@dataclass(frozen=True, slots=True)
class Block:
    """A quote as it is shown, and below it where it is from; both as Discord markdown."""

    words: str
    byline: str

    @property
    def text(self) -> str:
        return f"{self.words}\n{self.byline}"


def grouped(quotes: Sequence[Quote]) -> list[list[Quote]]:
    """Put the quotes of one article together, at the place of its best one."""
    by_article: dict[Article, list[Quote]] = {}
    for quote in quotes:
        by_article.setdefault(quote.article, []).append(quote)
    return list(by_article.values())


def quote_blocks(groups: Sequence[Sequence[Quote]]) -> list[Block]:
    """Lay out quotes, those of one article under one byline."""
    return [
        block
        for best, *further in groups
        for block in (_block(best), *(_further_block(quote, best) for quote in further))
    ]


def quoted(quote: Quote) -> str:
    """The words of a quote, as a block; those that answer are bold."""
    return block_quote(quote.text, quote.answer_spans)


def _block(quote: Quote) -> Block:
    article = quote.article
    headline = linked(title_of(article), quote.link, article.url)
    lines = [*byline(article, headline, quote.also_in), *_event(quote)]
    return Block(quoted(quote), "\n".join(lines))


def _further_block(quote: Quote, best: Quote) -> Block:
    """A quote of the article whose byline is already shown: the way to it, and what is different."""
    lines = [linked(_("From the same article"), quote.link, quote.article.url), *_event(quote)]
    if quote.also_in and quote.also_in != best.also_in:
        lines.append(f"-# {_also_in(quote.also_in)}")
    return Block(quoted(quote), "\n".join(lines))


def _event(quote: Quote) -> list[str]:
    """What the words for a time mean, where that is not the day of publishing."""
    if not (event := quote.past_event):
        return []
    days = dict.fromkeys(timestamp(day, "D") for day in event.days)
    meant = _("“{words}” is {when}").format(words=escape(event.phrase), when=" – ".join(days))
    return [f"-# {meant}"]


def byline(article: Article, headline: str, copies: Sequence[Copy]) -> list[str]:
    """The headline, and in small print below it who published it and when.

    Each time has a line to itself, so that none is broken in two on a phone. How long ago that was is told
    once: Discord rounds distances on its own, and two of them could seem to contradict each other.
    """
    first = [bold(shorten(article.source, MAX_SOURCE)), age(article)]
    lines = [" · ".join(fact for fact in first if fact), published(article)]
    if article.updated_at:
        lines.append(_("updated {when}").format(when=timestamp(article.updated_at)))
    if copies:
        lines.append(_also_in(copies))
    return [headline, *(f"-# {line}" for line in lines)]


def origin(article: Article) -> str:
    """Who published an article and when, in one line of small print."""
    source = bold(shorten(article.source, MAX_SOURCE))
    return "-# " + " · ".join(fact for fact in (source, published(article)) if fact)


def published(article: Article) -> str:
    """When an article was published, as exactly as that is known, or first seen."""
    match article.published_precision:
        case "seen":
            return _("first seen {when}").format(when=timestamp(article.published_at))
        case "day":
            return _("published {when}").format(when=timestamp(article.published_noon, "D"))
        case _:
            return _("published {when}").format(when=timestamp(article.published_at))


def age(article: Article) -> str:
    """How long ago an article was published; "" where its hour is not known."""
    return timestamp(article.published_at, "R") if article.published_precision == "minute" else ""


def title_of(article: Article) -> str:
    return shorten(article.title, MAX_HEADLINE) or _("Untitled")


def linked(label: str, *addresses: str, limit: int = MAX_ADDRESS) -> str:
    """A label, linked to the first web address that is not too long in the way Discord wants it written.

    A deep link that is too long to spend room on, as in languages without spaces, gives way to the next.
    """
    for address in addresses:
        linked = link(label, address)
        _, is_link, written = linked.rpartition("](")  # neither a label nor an address contains these
        if is_link and length(written) <= limit:
            return linked
    return escape(label)


def _also_in(copies: Sequence[Copy]) -> str:
    by_source = {copy.source: copy for copy in reversed(copies)}
    distinct = [by_source[name] for name in dict.fromkeys(copy.source for copy in copies)]
    names = [_copy(copy) for copy in distinct[:MAX_COPIES]]
    more = len(distinct) - len(names)
    sources = ", ".join(names)
    if more:
        return _("also in {sources} and {more} more").format(sources=sources, more=number(more))
    return _("also in {sources}").format(sources=sources)


def _copy(copy: Copy) -> str:
    return linked(shorten(copy.source, MAX_SOURCE), copy.url, limit=MAX_COPY_ADDRESS)
