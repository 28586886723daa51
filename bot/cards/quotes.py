"""Quotes and headlines as Discord markdown; pure functions, lengths measured after escaping.

Times and sources are in small print ("-# "). A quote is shown whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.base import MAX_ADDRESS, MAX_HEADLINE, MAX_SOURCE, shorten
from bot.text.language import _, is_foreign, language_name, number
from bot.text.markdown import block_quote, bold, escape, length, link, timestamp
from index import Article, Copy, Quote

# How many other outlets of a story are named, and the most characters of a linked address there.
MAX_COPIES = 3
MAX_COPY_ADDRESS = 160


@dataclass(frozen=True, slots=True)
class Block:
    """A quote and, shown below it, where it is from; both as Discord markdown."""

    words: str
    byline: str

    @property
    def text(self) -> str:
        return f"{self.words}\n{self.byline}"


def grouped(quotes: Sequence[Quote]) -> list[list[Quote]]:
    """Return the quotes by article, in the order of each article's first quote."""
    by_article: dict[Article, list[Quote]] = {}
    for quote in quotes:
        by_article.setdefault(quote.article, []).append(quote)
    return list(by_article.values())


def quote_blocks(groups: Sequence[Sequence[Quote]]) -> list[Block]:
    """Return a block for each quote. Only the first quote of an article has the whole byline."""
    return [
        block
        for best, *further in groups
        for block in (_block(best), *(_further_block(quote, best) for quote in further))
    ]


def quoted(quote: Quote) -> str:
    """Return the words of a quote as a quote block, with those that answer in bold type."""
    return block_quote(quote.text, quote.answer_spans)


def _block(quote: Quote) -> Block:
    article = quote.article
    headline = linked(title_of(article), quote.link, article.url)
    lines = [*byline(article, headline, quote.also_in), *_event(quote)]
    return Block(quoted(quote), "\n".join(lines))


def _further_block(quote: Quote, best: Quote) -> Block:
    """Return a further quote of the article of `best`: its link, and other outlets where they differ."""
    lines = [linked(_("From the same article"), quote.link, quote.article.url), *_event(quote)]
    if quote.also_in and quote.also_in != best.also_in:
        lines.append(f"-# {also_in_text(quote.also_in)}")
    return Block(quoted(quote), "\n".join(lines))


def _event(quote: Quote) -> list[str]:
    """Return what the words for a time in a quote mean, unless that is the day of publishing."""
    if not (event := quote.past_event):
        return []
    days = dict.fromkeys(timestamp(day, "D") for day in event.days)
    meant = _("“{words}” is {when}").format(words=escape(event.phrase), when=" – ".join(days))
    return [f"-# {meant}"]


def byline(article: Article, headline: str, copies: Sequence[Copy]) -> list[str]:
    """Return the headline, and in small print below it who published it and when.

    Each time has a line of its own, so that a phone does not break it in two. The distance from now is shown
    once: Discord rounds distances, so that two of them could seem to contradict each other.
    """
    first = [bold(shorten(article.source, MAX_SOURCE)), age(article), language(article)]
    lines = [" · ".join(fact for fact in first if fact), published(article)]
    if article.updated_at:
        lines.append(_("updated {when}").format(when=timestamp(article.updated_at)))
    if copies:
        lines.append(also_in_text(copies))
    return [headline, *(f"-# {line}" for line in lines)]


def origin(article: Article) -> str:
    """Return who published an article and when, in one line of small print."""
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


def language(article: Article) -> str:
    """The language of an article, where it is not the one that is spoken; "" else."""
    return language_name(article.language) if article.language and is_foreign(article.language) else ""


def title_of(article: Article) -> str:
    return shorten(article.title, MAX_HEADLINE) or _("Untitled")


def linked(label: str, *addresses: str, limit: int = MAX_ADDRESS) -> str:
    """Return a label as a link to the first web address that takes at most `limit` characters.

    A deep link has words of the quote in it, and may be too long in languages whose letters are
    percent-encoded.
    """
    for address in addresses:
        linked = link(label, address)
        _, is_link, written = linked.rpartition("](")  # escaped labels and addresses do not contain "]("
        if is_link and length(written) <= limit:
            return linked
    return escape(label)


def also_in_text(copies: Sequence[Copy]) -> str:
    """Return which other outlets have the story, each once; the first `MAX_COPIES` by name."""
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
