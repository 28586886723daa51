"""Timelines: a topic's dated events, and how many articles reported on it each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from index.types.answer import EventTime, Quote
from index.types.question import Question

# Words that name a longer time, such as "last week", are too vague to date an event by.
LONGEST_EVENT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was reported: its day, a quote about it, and how many articles report it."""

    day: date
    quote: Quote
    reports: int

    @property
    def named(self) -> EventTime | None:
        """The time that the quote's own words name, if the event is dated by it."""
        return dating_event(self.quote)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A topic's events, oldest first, and its articles by the day on which they were published.

    `coverage` holds (day, number of articles). It counts all articles that were found on the topic; `events`
    are only those that most articles report. `since` and `until` limit the events, None is no limit.
    """

    question: Question
    as_of: datetime
    since: datetime | None
    until: datetime | None
    events: tuple[Event, ...]
    coverage: tuple[tuple[date, int], ...]

    @property
    def articles(self) -> int:
        return sum(count for _, count in self.coverage)


def dating_event(quote: Quote) -> EventTime | None:
    """Return the time that a quote's words name, if it is short enough to date an event by."""
    event = quote.event
    return event if event and event.until - event.since <= LONGEST_EVENT else None
