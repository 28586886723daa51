"""Timelines: dated events and how much was reported each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from index.types.answer import EventTime, Quote
from index.types.question import Question

# Words that name a longer time, such as "last week", say too little about when something happened.
LONGEST_EVENT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was reported, in the words of one of its `reports`, which counts the articles."""

    day: date
    quote: Quote
    reports: int

    @property
    def named(self) -> EventTime | None:
        """The time that the quote's own words name, if that is what the event is dated by."""
        return _near(self.quote)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A topic's events, oldest first, and its articles by day of publishing.

    `articles` are all that were found on it, of which only the events that most of them tell are kept.
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


def _near(quote: Quote) -> EventTime | None:
    event = quote.event
    return event if event and event.until - event.since <= LONGEST_EVENT else None
