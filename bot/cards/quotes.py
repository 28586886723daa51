"""Quotes, headlines and figures as Discord shows them; pure functions, measured after escaping.

"-# " small print keeps times and sources in the background. A quote is shown whole or not at all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import discord

from bot.text.language import _, counted, mark, number, percent
from bot.text.markdown import block_quote, bold, cut, escape, length, link, timestamp
from bot.text.sizes import index_sizes
from bot.text.source_words import articles_counted, sources_counted
from index import Article, Copy, Headline, Quality, Quote, Source, Status, Verdict, masked

# Discord's limits for an embed; title, description and footer together stay under its 6,000 by far.
MAX_TITLE = 256
MAX_BODY = 4096

# Shares of one quote's or article's room, so that at least one always fits.
MAX_HEADLINE = 180
MAX_SOURCE = 60
MAX_ADDRESS = 600
MAX_COPIES = 3
MAX_COPY_ADDRESS = 160
MAX_HIGHLIGHTS = 1500
MAX_FAILING, MAX_ERROR = 8, 250

# Legible on Discord's light and dark backgrounds alike.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F

VERDICTS: dict[Verdict, str] = {
    "helpful": mark("helpful"),
    "wrong": mark("wrong"),
    "outdated": mark("outdated"),
}
STATES = {
    "ready": mark("Ready"),
    "degraded": mark("Working with faults"),
    "empty": mark("Nothing to search yet"),
    "stale": mark("The index is out of date"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown, as Discord markdown, except the footer, which Discord shows as it is."""

    title: str
    body: str
    footer: str = ""
    colour: int = BLUE

    @property
    def size(self) -> int:
        """What counts towards Discord's 6,000 characters."""
        return length(self.title) + length(self.body) + length(self.footer)

    def embed(self) -> discord.Embed:
        embed = discord.Embed(title=self.title or None, description=self.body, colour=self.colour)
        return embed.set_footer(text=self.footer) if self.footer else embed


def headlines_card(
    headlines: Sequence[Headline], topic: str | None = None, source: str | None = None
) -> Card:
    """The newest articles with their highlights."""
    title = " · ".join(part for part in (_("Latest news"), topic, source) if part)
    head = "" if headlines else _("No article matches. Try another topic or source, or leave them out.")
    return Card(cut(title, MAX_TITLE), _fit(head, headlines))


def status_card(status: Status, version: str, latency: float, *, details: bool = False) -> Card:
    """How the library is, for everyone to see: no paths, no addresses.

    `details` names what works no more and the sources that fail, and what to do about each: for those who
    look after the bot.
    `latency` is how long Discord takes to answer, in seconds: not finite before it has been measured.
    """
    counts = [
        articles_counted(status.articles),
        counted("{count} passage", "{count} passages", status.passages),
        sources_counted(status.sources),
    ]
    lines = [" · ".join(counts)]
    if status.newest:
        lines.append(_("Newest article {when}").format(when=moment(status.newest)))
    if sizes := index_sizes(status):
        lines.append(_("Search index {sizes}").format(sizes=", ".join(sizes)))
    if status.remedy:
        lines.append(f"\n{escape(status.remedy)}")
    if details:
        lines += [f"\n{escape(masked(fault.why))}" for fault in status.faults]
    lines += _failing(status, details)
    footer = f"newsbot {version}"
    if math.isfinite(latency):
        footer += " · " + _("Discord answers in {ms} ms").format(ms=number(round(latency * 1000)))
    good = status.state == "ready" and not status.failing
    return Card(_(STATES[status.state]), "\n".join(lines), footer, GREEN if good else AMBER)


def _failing(status: Status, details: bool) -> list[str]:
    """How many sources cannot be read, and of the first some, what is wrong with each."""
    if not status.failing:
        return []
    unread = counted(
        "{failing} of {count} address cannot be read",
        "{failing} of {count} addresses cannot be read",
        status.addresses,
        failing=number(len(status.failing)),
    )
    lines = [f"\n{bold(unread)}"]
    if not details:
        return lines
    shown = status.failing[:MAX_FAILING]
    lines += [f"- {_named(each)}: {cut(masked(each.error or ''), MAX_ERROR)}" for each in shown]
    more = len(status.failing) - MAX_FAILING
    return [*lines, _("and {count} more").format(count=number(more))] if more > 0 else lines


def _named(source: Source) -> str:
    """A source's title, or else its host: what else is in an address may be a secret."""
    return bold(shorten(source.title or urlsplit(source.url).hostname or _("a source"), MAX_SOURCE))


def quality_card(quality: Quality, days: int) -> Card:
    """What was asked in a server, how much of it was answered, and what people said about it."""
    title = counted("Quality of the last {count} day", "Quality of the last {count} days", days)
    if not quality.asked:
        return Card(title, _("Nothing was asked in this server."))
    share = f"**{percent(quality.answered / quality.asked)}**"
    answered = counted(
        "{share} of {count} question answered",
        "{share} of {count} questions answered",
        quality.asked,
        share=share,
    )
    lines = [
        answered,
        " · ".join(f"{_(name)} {number(quality.feedback.get(each, 0))}" for each, name in VERDICTS.items()),
    ]
    if quality.missed:
        lines.append("\n" + bold(_("Most missed")))
        lines += [f"- {cut(each.question, MAX_HEADLINE)} ({number(each.times)} ×)" for each in quality.missed]
    return Card(title, "\n".join(lines))


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


def headline_block(headline: Headline, brief: int | None = None) -> str:
    """An article: headline, source, times and highlights; in less room with `brief` highlights."""
    kept: list[str] = []
    for highlight in headline.highlights[:brief]:
        # A highlight that spans lines stays one bullet: two spaces continue it.
        bullet = "- " + escape(highlight).replace("\n", "\n  ")
        if length("".join(kept)) + length(bullet) <= MAX_HIGHLIGHTS:
            kept.append(bullet)
    article = headline.article
    title = f"**{linked(title_of(article), article.url)}**"
    if brief is None:
        return "\n".join([*byline(article, title, headline.also_in), *kept])
    others = [f"-# {_also_in(headline.also_in)}"] if headline.also_in else []
    return "\n".join([title, origin(article), *others, *kept])


def byline(article: Article, headline: str, copies: Sequence[Copy]) -> list[str]:
    """The headline, and in small print below it who published it and when.

    Each time has a line to itself, so that none is broken in two on a phone. How long ago that was is told
    once: Discord rounds distances on its own, and two of them could seem to contradict each other.
    """
    first = [bold(shorten(article.source, MAX_SOURCE)), timestamp(article.published_at, "R")]
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
    return _("published {when}").format(when=timestamp(article.published_at))


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


def _fit(head: str, headlines: Sequence[Headline]) -> str:
    """Lay out as many as fit whole below the head, first ones first, and say how many are missing."""
    shown = [headline_block(headline) for headline in headlines]
    for kept in range(len(shown), -1, -1):
        missing = len(shown) - kept
        note = [f"-# {_missing(missing)}"] if missing else []
        body = head + "\n\n".join([*shown[:kept], *note])
        if length(body) <= MAX_BODY:
            return body
    raise ValueError("the head alone is longer than an embed")


def _missing(articles: int) -> str:
    return counted(
        "{count} more article would not fit in one message.",
        "{count} more articles would not fit in one message.",
        articles,
    )


def moment(when: datetime) -> str:
    return f"{timestamp(when)} · {timestamp(when, 'R')}"


def period_text(since: datetime | None, until: datetime | None) -> str:
    """A period in UTC, as plain text: footers know no timestamps."""
    start = _day_or_time(since, "00:00:00") if since else ""
    end = _day_or_time(until, "23:59:59") if until else ""
    if start and end:
        single, several = _("on {day} UTC"), _("from {start} to {end} UTC")
        return single.format(day=start) if start == end else several.format(start=start, end=end)
    if start:
        return _("since {start} UTC").format(start=start)
    return _("until {end} UTC").format(end=end) if end else ""


def _day_or_time(moment: datetime, edge: str) -> str:
    """The day alone where the moment is its edge, as when a person typed only the day."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d}" if f"{moment:%H:%M:%S}" == edge else f"{moment:%Y-%m-%d %H:%M}"


def shorten(text: str, limit: int) -> str:
    """Cut before escaping: the result is escaped by whoever shows it."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
