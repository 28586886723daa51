"""Timelines for the terminal; what comes from an article is handled as in `bot.terminal.answers`."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.console import Group, RenderableType
from rich.text import Text

from bot.terminal.answers import one_line, quote_view
from index import Event, Timeline

BAR_CELLS = 40
BARS_SHOWN = 30


def timeline_view(timeline: Timeline, zone: tzinfo) -> RenderableType:
    """Return the events, oldest first, then the articles of the last days as bars."""
    topic = Text(one_line(timeline.question.text), "bold")
    if not timeline.events:
        return Group(topic, Text("Nothing was reported on this.", "yellow"))
    events = [each for event in timeline.events for each in (_event(event, zone, timeline.as_of), "")]
    return Group(topic, "", *events, *_bars(timeline))


def _event(event: Event, zone: tzinfo, now: datetime) -> RenderableType:
    told = f" · {event.reports:,} articles" if event.reports > 1 else ""
    when = Text(f"{event.day.day} {event.day:%b %Y}{told}", "bold")
    return Group(when, quote_view(event.quote, zone, now))


def _bars(timeline: Timeline) -> list[RenderableType]:
    most = max(count for _, count in timeline.coverage)
    return [
        Text.assemble(f"{day} ", ("█" * max(1, round(count / most * BAR_CELLS)), "blue"), f" {count:,}")
        for day, count in timeline.coverage[-BARS_SHOWN:]
    ]
