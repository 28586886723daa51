"""Answers, headlines and reports as Discord shows them; pure functions, measured after escaping.

One embed carries a whole answer: it holds twice what a message holds, shows links without previews, and
"-# " small print keeps the times and sources in the background. A quote is shown whole or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import discord

from bot.markdown import block_quote, bold, cut, escape, length, link, timestamp
from index import Answer, Article, Copy, Headline, Progress, Quote, ReindexReport, Status

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

# Where nothing answers the question, fewer quotes are shown, and only those about as close as the closest.
MAX_CLOSEST = 2
CLOSE = 0.5

# Legible on Discord's light and dark backgrounds alike.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F

BAR_CELLS = 16

T = TypeVar("T")


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
        embed = discord.Embed(title=self.title, description=self.body, colour=self.colour)
        return embed.set_footer(text=self.footer) if self.footer else embed


def answer_card(answer: Answer) -> Card:
    """The quotes under the question, best first, or an honest no with the closest reports."""
    title = cut(answer.question.text, MAX_TITLE)
    if not answer.answered:
        closest = _closest(answer.quotes)
        label = f"\n\n{bold('Closest reports')}\n" if closest else ""
        # No confidence below a no: it is that of the quotes, and would be read as that of the no.
        return Card(title, _fit(_nothing_found(answer) + label, closest, _quotes, "quote"), colour=GREY)
    footer = [f"Confidence {answer.confidence:.0%}"]
    if period := _period(answer.since, answer.until):
        footer.append(f"Published {period}")
    return Card(title, _fit("", answer.quotes, _quotes, "quote"), " · ".join(footer), GREEN)


def headlines_card(
    headlines: Sequence[Headline], topic: str | None = None, source: str | None = None
) -> Card:
    """The newest articles with their highlights."""
    title = "Latest news" + (f" on {topic}" if topic else "") + (f" from {source}" if source else "")
    head = "" if headlines else "No article matches. Try another topic or source, or leave them out."
    return Card(cut(title, MAX_TITLE), _fit(head, headlines, _headlines, "article"))


def status_card(status: Status) -> Card:
    """How the library is, for everyone to see: no paths, no database address."""
    counts = [
        _count(status.articles, "article"),
        _count(status.passages, "passage"),
        _count(status.sources, "source"),
    ]
    lines = [" · ".join(counts)]
    if status.newest:
        lines.append(f"Newest article {_moment(status.newest)}")
    if status.remedy:
        lines.append(f"\n{escape(status.remedy)}")
    state = {"ready": "Ready", "empty": "Nothing to search yet", "stale": "The index is out of date"}[
        status.state
    ]
    return Card(state, "\n".join(lines), colour=GREEN if status.state == "ready" else AMBER)


def progress_text(progress: Progress | None) -> str:
    """One line and, where the end is known, a bar."""
    if progress is None:
        return "**Reindexing** · starting"
    if not progress.total:
        return f"**Reindexing** · {progress.done:,} {progress.what}"
    share = min(progress.done / progress.total, 1.0)
    cells = int(share * BAR_CELLS)
    bar = "▰" * cells + "▱" * (BAR_CELLS - cells)
    counted = f"{progress.done:,} of {progress.total:,} {progress.what}"
    return f"**Reindexing** · {counted}\n{bar} {int(share * 100)} %"


def report_text(report: ReindexReport, took: timedelta) -> str:
    """What a reindex did. Where a source failed is for the log: it may be a path of the server."""
    ingested = report.ingested
    changes = f"{ingested.added:,} new, {ingested.updated:,} updated, {ingested.unchanged:,} unchanged"
    lines = [
        f"**Reindexed** in {_duration(took)}",
        f"{changes}, {_count(ingested.duplicates, 'duplicate')}",
        f"{_count(report.embedded, 'passage')} embedded again",
    ]
    if ingested.failed:
        lines.append(f"{len(ingested.failed):,} could not be read: the log says which and why")
    return "\n".join(lines)


def _nothing_found(answer: Answer) -> str:
    period, source = _period(answer.since, answer.until), answer.question.source
    scope = f" by {bold(_shorten(source, MAX_SOURCE))}" if source else ""
    scope += f" published {period}" if period else ""
    if not answer.articles_searched:
        return f"There are no stored articles{scope or ' yet'}, so there is nothing to search."
    searched = "one article" if answer.articles_searched == 1 else f"{answer.articles_searched:,} articles"
    return f"No answer found in the {searched}{scope or ' searched'}."


def _closest(quotes: Sequence[Quote]) -> Sequence[Quote]:
    return [quote for quote in quotes[:MAX_CLOSEST] if quote is quotes[0] or _is_close(quote, quotes[0])]


def _is_close(quote: Quote, best: Quote) -> bool:
    return quote.score >= CLOSE * best.score


def _quotes(quotes: Sequence[Quote]) -> list[str]:
    """Lay out quotes, those of one article together at the place of its best one, under one byline."""
    by_article: dict[Article, list[Quote]] = {}
    for quote in quotes:
        by_article.setdefault(quote.article, []).append(quote)
    return [
        block
        for best, *further in by_article.values()
        for block in (_quote(best), *(_further_quote(quote, best) for quote in further))
    ]


def _quote(quote: Quote) -> str:
    article = quote.article
    headline = _linked(_title(article), quote.link, article.url)
    byline = _byline(article, headline, quote.also_in)
    return "\n".join([_words(quote), *byline, *_event(quote)])


def _further_quote(quote: Quote, best: Quote) -> str:
    """A quote of the article whose byline is already shown: the way to it, and what is different."""
    way = _linked("From the same article", quote.link, quote.article.url)
    lines = [_words(quote), way, *_event(quote)]
    if quote.also_in and quote.also_in != best.also_in:
        lines.append(f"-# {_also_in(quote.also_in)}")
    return "\n".join(lines)


def _event(quote: Quote) -> list[str]:
    """What the words for a time mean, where that is not the day of publishing."""
    if not (event := quote.past_event):
        return []
    days = dict.fromkeys(timestamp(day, "D") for day in event.days)
    return [f"-# “{escape(event.phrase)}” is {' to '.join(days)}"]


def _words(quote: Quote) -> str:
    return block_quote(quote.text, quote.answer_spans)


def _headlines(headlines: Sequence[Headline]) -> list[str]:
    return [_headline(headline) for headline in headlines]


def _headline(headline: Headline) -> str:
    kept: list[str] = []
    for highlight in headline.highlights:
        # A highlight that spans lines stays one bullet: two spaces continue it.
        bullet = "- " + escape(highlight).replace("\n", "\n  ")
        if length("".join(kept)) + length(bullet) <= MAX_HIGHLIGHTS:
            kept.append(bullet)
    article = headline.article
    title = f"**{_linked(_title(article), article.url)}**"
    return "\n".join([*_byline(article, title, headline.also_in), *kept])


def _byline(article: Article, headline: str, copies: Sequence[Copy]) -> list[str]:
    """The headline, and in small print below it who published it and when.

    Each time has a line to itself: two do not fit into the width of an embed, and Discord rounds the
    distances on its own, so that side by side they could seem to contradict each other.
    """
    origin = [bold(_shorten(article.source, MAX_SOURCE)), _also_in(copies) if copies else ""]
    lines = [" · ".join(fact for fact in origin if fact), f"published {_moment(article.published_at)}"]
    if article.updated_at:
        lines.append(f"updated {_moment(article.updated_at)}")
    return [headline, *(f"-# {line}" for line in lines if line)]


def _title(article: Article) -> str:
    return _shorten(article.title, MAX_HEADLINE) or "Untitled"


def _linked(label: str, *addresses: str, limit: int = MAX_ADDRESS) -> str:
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
    return "also in " + ", ".join(names) + (f" and {more} more" if more else "")


def _copy(copy: Copy) -> str:
    return _linked(_shorten(copy.source, MAX_SOURCE), copy.url, limit=MAX_COPY_ADDRESS)


def _fit(head: str, items: Sequence[T], lay_out: Callable[[Sequence[T]], list[str]], noun: str) -> str:
    """Lay out as many items as fit whole below the head, first ones first, and say how many are missing."""
    for kept in range(len(items), -1, -1):
        missing = len(items) - kept
        note = [f"-# {_count(missing, f'more {noun}')} would not fit in one message."] if missing else []
        body = head + "\n\n".join([*lay_out(items[:kept]), *note])
        if length(body) <= MAX_BODY:
            return body
    raise ValueError("the head alone is longer than an embed")


def _moment(moment: datetime) -> str:
    return f"{timestamp(moment)} · {timestamp(moment, 'R')}"


def _period(since: datetime | None, until: datetime | None) -> str:
    """A period in UTC, as plain text: footers know no timestamps."""
    start = _day_or_time(since, "00:00:00") if since else ""
    end = _day_or_time(until, "23:59:59") if until else ""
    if start and end:
        return f"on {start} UTC" if start == end else f"from {start} to {end} UTC"
    if start:
        return f"since {start} UTC"
    return f"until {end} UTC" if end else ""


def _day_or_time(moment: datetime, edge: str) -> str:
    """The day alone where the moment is its edge, as when a person typed only the day."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d}" if f"{moment:%H:%M:%S}" == edge else f"{moment:%Y-%m-%d %H:%M}"


def _duration(took: timedelta) -> str:
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _shorten(text: str, limit: int) -> str:
    """Cut before escaping: the result is escaped by whoever shows it."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
