"""Answers, headlines and reports as Discord shows them; pure functions, measured after escaping.

One embed carries a whole answer: it holds twice what a message holds, shows links without previews, and
"-# " small print keeps the times and sources in the background. A quote is shown whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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

# Legible on Discord's light and dark backgrounds alike.
GREEN, GREY, BLUE, AMBER = 0x2E9E6B, 0x80848E, 0x4F7FD9, 0xD9902F

BAR_CELLS = 16


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
    head = [] if answer.answered else [_nothing_found(answer)]
    if answer.quotes and not answer.answered:
        head.append(bold("Closest reports"))
    footer = [f"Confidence {answer.confidence:.0%}"]
    if answer.answered and (period := _period(answer.since, answer.until)):
        footer.append(f"Published {period}")
    return Card(
        title=cut(answer.question.text, MAX_TITLE),
        body=_fit(head, [_quote(quote) for quote in answer.quotes], "quote"),
        footer=" · ".join(footer) if answer.quotes else "",
        colour=GREEN if answer.answered else GREY,
    )


def headlines_card(
    headlines: Sequence[Headline], topic: str | None = None, source: str | None = None
) -> Card:
    """The newest articles with their highlights."""
    title = "Latest news" + (f" on {topic}" if topic else "") + (f" from {source}" if source else "")
    head = [] if headlines else ["No article matches. Try another topic or source, or leave them out."]
    return Card(cut(title, MAX_TITLE), _fit(head, [_headline(one) for one in headlines], "article"))


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
    scope = f" published {period}" if period else ""
    scope += f" from {bold(_shorten(source, MAX_SOURCE))}" if source else ""
    if not answer.articles_searched:
        return f"There is no article{scope} to search, so there is no answer."
    return f"Nothing reported answers this. Searched {_count(answer.articles_searched, 'article')}{scope}."


def _quote(quote: Quote) -> str:
    return f"{block_quote(quote.text)}\n{_byline(quote.article, quote.link, quote.also_in)}"


def _headline(headline: Headline) -> str:
    kept: list[str] = []
    for highlight in headline.highlights:
        # A highlight that spans lines stays one bullet: two spaces continue it.
        bullet = "- " + escape(highlight).replace("\n", "\n  ")
        if length("".join(kept)) + length(bullet) <= MAX_HIGHLIGHTS:
            kept.append(bullet)
    return "\n".join([_byline(headline.article, headline.article.url, headline.also_in), *kept])


def _byline(article: Article, address: str, copies: Sequence[Copy]) -> str:
    """The linked headline, and in small print below it who published it when."""
    # A deep link that is too long to spend room on, as in languages without spaces, loses its fragment.
    address = address if length(address) <= MAX_ADDRESS else article.url
    title = _shorten(article.title, MAX_HEADLINE) or "Untitled"
    origin = [bold(_shorten(article.source, MAX_SOURCE)), f"published {_moment(article.published_at)}"]
    # On a line of its own, because both times together do not fit into the width of an embed.
    later = [f"updated {_moment(article.updated_at)}"] if article.updated_at else []
    later += [f"also in {_copies(copies)}"] if copies else []
    headline = link(title, address) if length(address) <= MAX_ADDRESS else escape(title)
    lines = [" · ".join(fact for fact in facts if fact) for facts in (origin, later) if facts]
    return "\n-# ".join([f"**{headline}**", *lines])


def _copies(copies: Sequence[Copy]) -> str:
    by_source = {copy.source: copy for copy in reversed(copies)}
    distinct = [by_source[name] for name in dict.fromkeys(copy.source for copy in copies)]
    names = [_copy(copy) for copy in distinct[:MAX_COPIES]]
    more = len(distinct) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _copy(copy: Copy) -> str:
    name = _shorten(copy.source, MAX_SOURCE)
    return link(name, copy.url) if length(copy.url) <= MAX_COPY_ADDRESS else escape(name)


def _fit(head: Sequence[str], blocks: Sequence[str], noun: str) -> str:
    """Join as many whole blocks as fit, first ones first, and say how many are missing."""
    for kept in range(len(blocks), -1, -1):
        missing = len(blocks) - kept
        note = [f"-# {_count(missing, f'more {noun}')} would not fit in one message."] if missing else []
        body = "\n\n".join([*head, *blocks[:kept], *note])
        if length(body) <= MAX_BODY:
            return body
    raise ValueError("the head alone is longer than an embed")


def _moment(moment: datetime) -> str:
    return f"{timestamp(moment)} ({timestamp(moment, 'R')})"


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
