"""The card of a timeline: the plot of its coverage, and one dated quote for each event."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import discord

from bot.cards.base import GREY, MAX_TITLE, Card, period_text
from bot.cards.quotes import credit, quoted
from bot.plots.timeline import DAY, WEEK, bar_days, bars, draw
from bot.text.language import _, axis_text, counted, date_text, mark, number
from bot.text.markdown import TimeStyle, cut, timestamp
from bot.text.source_words import articles_counted
from index import Event, Timeline

PICTURE = "coverage.png"
# Bars up to this height say nothing that the events do not say.
SMALL_BAR = 2
# What the bars of the picture count.
LABELS = {DAY: mark("articles a day"), WEEK: mark("articles a week")}
LABEL_MONTH = mark("articles in 30 days")


@dataclass(frozen=True, slots=True)
class TimelineCard:
    """A card, and the picture (a PNG) that is sent after it, below a line of small print, `caption`.

    `alt` describes the picture in words.
    """

    card: Card
    picture: bytes | None = None
    caption: str = ""
    alt: str = ""

    @property
    def file(self) -> discord.File | None:
        """The picture as a file."""
        if self.picture is None:
            return None
        return discord.File(io.BytesIO(self.picture), PICTURE, description=self.alt)


def timeline_card(timeline: Timeline, typed: str | None = None, *, picture: bool = True) -> TimelineCard:
    """Return the card of a timeline, with the events oldest first.

    Where one message cannot hold all, the events with the fewest reports are left out. `typed` is the topic
    in the person's own words. Drawing the picture takes a moment: call this in a worker thread.
    """
    title = cut(_("Timeline: {topic}").format(topic=typed or timeline.question.text), MAX_TITLE)
    if not timeline.events:
        return TimelineCard(Card(title, _nothing(timeline), colour=GREY))
    for kept in range(len(timeline.events), 0, -1):
        events = [_event(event) for event in _most_reported(timeline.events, kept)]
        facts = _facts(timeline, len(timeline.events) - kept)
        card = Card(title, "\n\n".join(["\n".join(facts), *events]))
        if card.fits:
            break
    drawn = picture and _is_worth_a_picture(timeline)
    plot = draw(timeline.coverage, axis_text) if drawn else None
    return TimelineCard(card, plot, f"-# {_label(timeline)}", _alt(timeline))


def _is_worth_a_picture(timeline: Timeline) -> bool:
    """Return whether the bars show more than the events do: several, and not only ones and twos."""
    heights = [height for _, height in bars(timeline.coverage)]
    return len(heights) > 1 and max(heights) > SMALL_BAR


def _most_reported(events: Sequence[Event], kept: int) -> list[Event]:
    """Return the `kept` events with the most reports, in the order given."""
    largest = sorted(events, key=lambda event: -event.reports)[:kept]
    return [event for event in events if event in largest]


def _facts(timeline: Timeline, missing: int) -> list[str]:
    first, last = (_shown(day, "d") for day in (timeline.coverage[0][0], timeline.coverage[-1][0]))
    dates = first if first == last else f"{first} – {last}"
    lines = [f"-# {articles_counted(timeline.articles)} · {dates}"]
    if missing:
        note = counted(
            "{count} smaller event would not fit in one message.",
            "{count} smaller events would not fit in one message.",
            missing,
        )
        lines.append(f"-# {note}")
    return lines


def _event(event: Event) -> str:
    days = event.named.days if event.named else (_noon(event.day),)
    when = " – ".join(dict.fromkeys(timestamp(day, "D") for day in days))
    reports = f" · {articles_counted(event.reports)}" if event.reports > 1 else ""
    return "\n".join([f"**{when}**{reports}", credit(event.quote, dated=False), quoted(event.quote)])


def _nothing(timeline: Timeline) -> str:
    period = period_text(timeline.since, timeline.until)
    scope = f" ({period})" if period else ""
    return _("Nothing was reported on this{scope}.").format(scope=scope)


def _label(timeline: Timeline) -> str:
    return _(LABELS.get(bar_days(timeline.coverage), LABEL_MONTH))


def _alt(timeline: Timeline) -> str:
    """Return the picture in words. Days are plain text, because a description shows no timestamps."""
    day, most = max(timeline.coverage, key=lambda counted_day: counted_day[1])
    first, last = timeline.coverage[0][0], timeline.coverage[-1][0]
    described = _("Bars: {articles} from {first} to {last}, most of them ({most}) on {day}.")
    articles = articles_counted(timeline.articles)
    return described.format(
        articles=articles,
        first=date_text(first),
        last=date_text(last),
        most=number(most),
        day=date_text(day),
    )


def _shown(day: date, style: TimeStyle) -> str:
    return timestamp(_noon(day), style)


def _noon(day: date) -> datetime:
    """Return noon UTC of a day, which has the same date in nearly all time zones."""
    return datetime.combine(day, time(12), UTC)
