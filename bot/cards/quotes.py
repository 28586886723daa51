"""Quotes and where they are from, as Discord markdown; pure functions, lengths measured after escaping.

Who speaks comes before what is said: each quote stands below one line of small print that names the outlet,
the headline and the age. Exact times are in the tooltip that Discord shows on a timestamp, and in *Sources*.
A quote is shown whole or not at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.base import MAX_ADDRESS, MAX_HEADLINE, MAX_SOURCE, shorten
from bot.text.language import _, counted, is_foreign, language_name
from bot.text.markdown import block_quote, escape, length, link, plain, timestamp
from index import AnswerWords, Article, Copy, Quote, Span

# How many other outlets of a story are named, and the most characters of a linked address there.
MAX_COPIES = 3
MAX_COPY_ADDRESS = 160


@dataclass(frozen=True, slots=True)
class Block:
    """A quote and, shown above it, where it is from; both as Discord markdown."""

    words: str
    byline: str

    @property
    def text(self) -> str:
        return f"{self.byline}\n{self.words}"


def grouped(quotes: Sequence[Quote]) -> list[list[Quote]]:
    """Return the quotes by article, in the order of each article's first quote."""
    by_article: dict[Article, list[Quote]] = {}
    for quote in quotes:
        by_article.setdefault(quote.article, []).append(quote)
    return list(by_article.values())


def quote_blocks(groups: Sequence[Sequence[Quote]], strong: Sequence[AnswerWords] = ()) -> list[Block]:
    """Return a block for each quote, with the words of `strong` in bold type where it holds them.

    Only the first quote of an article names its outlet.
    """
    return [
        Block(_words(quote, strong), credit(quote) if quote is best else _same_article(quote))
        for best, *further in groups
        for quote in (best, *further)
    ]


def quoted(quote: Quote, strong: Sequence[AnswerWords] = ()) -> str:
    """Return the words of a quote as a quote block, those of `strong` in bold type: whole or not at all."""
    start, end = quote.span
    spans = {
        Span(words.span.start - start, words.span.end - start)
        for words in strong
        if words.article == quote.article and start <= words.span.start and words.span.end <= end
    }
    return block_quote(quote.text, sorted(spans))


def credit(quote: Quote, *, dated: bool = True) -> str:
    """Return one line of small print: the outlet, the headline as a link to the quote, and the age."""
    article = quote.article
    headline = linked(title_of(article), quote.link, article.url)
    facts = [outlet(article), headline, *foreign_language(article), *(ages(article) if dated else [])]
    return "-# " + " · ".join(facts)


def outlet(article: Article) -> str:
    """Return who says it. A feed of one's own may give a name that shows as nothing, such as a space."""
    return plain(shorten(article.source, MAX_SOURCE)) or _("a source")


def foreign_language(article: Article) -> list[str]:
    """Return the language of an article, where it is not the one that is spoken."""
    return [language_name(article.language)] if article.language and is_foreign(article.language) else []


def ages(article: Article) -> list[str]:
    """Return how old an article is, as exactly as that is known, and whether it was updated.

    Discord shows the exact time when a timestamp is pointed at or touched.
    """
    match article.published_precision:
        case "seen":
            age = _("first seen {when}").format(when=timestamp(article.published_at, "R"))
        case "day":
            age = timestamp(article.published_noon, "D")
        case _:
            age = timestamp(article.published_at, "R")
    return [age, _("updated")] if article.updated_at else [age]


def exact_times(article: Article, copies: Sequence[Copy]) -> list[str]:
    """Return in lines of small print when an article was published and updated, and where else it is."""
    lines = [published(article)]
    if article.updated_at:
        lines.append(_("updated {when}").format(when=timestamp(article.updated_at)))
    if copies:
        lines.append(also_in_text(copies))
    return [f"-# {line}" for line in lines]


def published(article: Article) -> str:
    """When an article was published, as exactly as that is known, or first seen."""
    match article.published_precision:
        case "seen":
            return _("first seen {when}").format(when=timestamp(article.published_at))
        case "day":
            return _("published {when}").format(when=timestamp(article.published_noon, "D"))
        case _:
            return _("published {when}").format(when=timestamp(article.published_at))


def title_of(article: Article) -> str:
    return shorten(article.title, MAX_HEADLINE) or _("Untitled")


def linked(label: str, *addresses: str, limit: int = MAX_ADDRESS) -> str:
    """Return a label as a link to the first web address that takes at most `limit` characters.

    A deep link has words of the quote in it, and may be too long in languages whose letters are
    percent-encoded.
    """
    for address in addresses:
        linked = link(label, address)
        _, is_link, written = linked.rpartition("](")  # neither labels nor addresses contain brackets
        if is_link and linked.startswith("[") and length(written) <= limit:
            return linked
    return plain(label)


def also_in_text(copies: Sequence[Copy]) -> str:
    """Return which other outlets have the story, each once; the first `MAX_COPIES` by name."""
    by_source = {copy.source: copy for copy in reversed(copies)}
    distinct = [by_source[name] for name in dict.fromkeys(copy.source for copy in copies)]
    names = [_copy(copy) for copy in distinct[:MAX_COPIES]]
    more = len(distinct) - len(names)
    sources = ", ".join(names)
    if more:
        return counted(
            "also in {sources} and {count} more",
            "also in {sources} and {count} more",
            more,
            sources=sources,
        )
    return _("also in {sources}").format(sources=sources)


def _words(quote: Quote, strong: Sequence[AnswerWords]) -> str:
    return "\n".join([quoted(quote, strong), *_event(quote)])


def _same_article(quote: Quote) -> str:
    return "-# " + linked(_("From the same article"), quote.link, quote.article.url)


def _event(quote: Quote) -> list[str]:
    """Return what the words for a time in a quote mean.

    Nothing where that is the day of publishing, or where the words name day and year themselves.
    """
    if not (event := quote.past_event):
        return []
    named = {int(figures) for figures in re.findall(r"\d+", event.phrase)}
    if all({day.day, day.year} <= named for day in event.days):
        return []
    days = dict.fromkeys(timestamp(day, "D") for day in event.days)
    meant = _("“{words}” is {when}").format(words=escape(event.phrase), when=" – ".join(days))
    return [f"-# {meant}"]


def _copy(copy: Copy) -> str:
    return linked(shorten(copy.source, MAX_SOURCE), copy.url, limit=MAX_COPY_ADDRESS)
