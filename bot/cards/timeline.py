"""A timeline as Discord shows it: the plot of its coverage, and one dated quote for each event."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import discord

from bot.cards.base import GREY, MAX_BODY, MAX_TITLE, Card, period_text
from bot.cards.quotes import linked, origin, quoted, title_of
from bot.plots.timeline import DAY, WEEK, bar_days, draw
from bot.text.language import _, counted, mark, number
from bot.text.markdown import TimeStyle, cut, length, timestamp
from bot.text.source_words import articles_counted
from index import Event, Timeline

PICTURE = "coverage.png"
# Drawn with Latin letters only.
LABELS = {DAY: mark("articles a day"), WEEK: mark("articles a week")}
LABEL_MONTH = mark("articles in 30 days")


@dataclass(frozen=True, slots=True)
class TimelineCard:
    """What is shown: `head` with the picture below it, then the `events`, each in a box of its own.

    `alt` describes the picture to those who do not see it.
    """

    head: Card
    events: Card | None = None
    picture: bytes | None = None
    alt: str = ""

    @property
    def file(self) -> discord.File | None:
        """The picture, to be sent with the embeds that show it."""
        if self.picture is None:
            return None
        return discord.File(io.BytesIO(self.picture), PICTURE, description=self.alt)

    def embeds(self) -> list[discord.Embed]:
        head = self.head.embed()
        if self.picture is not None:
            head.set_image(url=f"attachment://{PICTURE}")
        return [head, self.events.embed()] if self.events else [head]


def timeline_card(timeline: Timeline, typed: str | None = None, *, picture: bool = True) -> TimelineCard:
    """The events, oldest first, as many as one message holds; those that most articles tell come first.

    `typed` is the topic in the person's own words. Drawing takes a moment: do it in a worker.
    """
    title = cut(_("Timeline: {topic}").format(topic=typed or timeline.question.text), MAX_TITLE)
    if not timeline.events:
        return TimelineCard(Card(title, _nothing(timeline), colour=GREY))
    for kept in range(len(timeline.events), 0, -1):
        body = "\n\n".join(_event(each) for each in _most_told(timeline.events, kept))
        if length(body) <= MAX_BODY:
            break
    head = Card(title, "\n".join(_facts(timeline, len(timeline.events) - kept)))
    # A single bar tells nothing that the line above it does not.
    drawn = picture and len(timeline.coverage) > 1
    plot = draw(timeline.coverage, _label(timeline)) if drawn else None
    return TimelineCard(head, Card("", body), plot, _alt(timeline))


def _most_told(events: Sequence[Event], kept: int) -> list[Event]:
    """Return so many events, those that most articles tell, in the order given."""
    told = sorted(events, key=lambda event: -event.reports)[:kept]
    return [event for event in events if event in told]


def _facts(timeline: Timeline, missing: int) -> list[str]:
    first, last = (_shown(day, "d") for day in (timeline.coverage[0][0], timeline.coverage[-1][0]))
    dates = first if first == last else f"{first} – {last}"
    lines = [f"{articles_counted(timeline.articles)} · {dates}"]
    if missing:
        note = counted(
            "{count} smaller event would not fit in one message.",
            "{count} smaller events would not fit in one message.",
            missing,
        )
        lines.append(f"-# {note}")
    return lines


def _event(event: Event) -> str:
    article = event.quote.article
    days = event.named.days if event.named else (_noon(event.day),)
    when = " – ".join(dict.fromkeys(timestamp(day, "D") for day in days))
    told = f" · {articles_counted(event.reports)}" if event.reports > 1 else ""
    headline = linked(title_of(article), event.quote.link, article.url)
    return "\n".join([f"**{when}**{told}", quoted(event.quote), headline, origin(article)])


def _nothing(timeline: Timeline) -> str:
    period = period_text(timeline.since, timeline.until)
    scope = f" ({period})" if period else ""
    return _("Nothing was reported on this{scope}.").format(scope=scope)


def _label(timeline: Timeline) -> str:
    return _(LABELS.get(bar_days(timeline.coverage), LABEL_MONTH))


def _alt(timeline: Timeline) -> str:
    """The picture in words. A day is written as it is: a description knows no timestamps."""
    day, most = max(timeline.coverage, key=lambda each: each[1])
    first, last = timeline.coverage[0][0], timeline.coverage[-1][0]
    described = _("Bars: {articles} from {first} to {last}, most of them ({most}) on {day}.")
    articles = articles_counted(timeline.articles)
    return described.format(articles=articles, first=first, last=last, most=number(most), day=day)


def _shown(day: date, style: TimeStyle) -> str:
    return timestamp(_noon(day), style)


def _noon(day: date) -> datetime:
    """A moment with the same date nearly everywhere."""
    return datetime.combine(day, time(12), UTC)
