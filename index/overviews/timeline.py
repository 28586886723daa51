"""What was reported of a topic, as dated events, and how many articles came out on which day. Pure.

Reports of one day or the next that tell much the same are one event, shown by one quote. An event is dated by
the time that the quote's own words name, and where they name none, by the day of publishing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

import numpy as np
import numpy.typing as npt

from index.overviews.grouping import group_alike
from index.types.answer import Quote
from index.types.timeline import Event, _near

MAX_EVENTS = 12
# Reports on one topic tell of the same event when their passages are at least so close in meaning (cosine):
# of the same day, and of days that follow each other. Looked at in news of 2023, where pairs of the same
# event lie between 0.5 and 0.85, and a story goes on from one day to the next at up to 0.7.
SAME_DAY, NEXT_DAY = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Report:
    """What one article says of a topic. `vector` is the unit-length embedding of the passage it is from."""

    quote: Quote
    vector: npt.NDArray[np.float32] = field(compare=False)


def events_of(reports: Sequence[Report], zone: tzinfo, first: date, last: date, limit: int) -> list[Event]:
    """Return the events of the days from `first` to `last` that most reports tell of, oldest first.

    `zone` is where days begin. Where two events are told equally often, the better quote counts.
    """
    dated = [(_day(each.quote, zone), each) for each in reports]
    dated = sorted(
        ((day, each) for day, each in dated if first <= day <= last),
        key=lambda item: (item[0], -item[1].quote.score, item[1].quote.article.id),
    )
    events = [_event(group) for group in _grouped(dated)]
    told = sorted(events, key=lambda event: (-event.reports, -event.quote.score, event.day))[:limit]
    return sorted(
        told, key=lambda event: (event.day, event.quote.article.published_at, event.quote.article.id)
    )


def coverage_of(reports: Sequence[Report], zone: tzinfo, first: date, last: date) -> list[tuple[date, int]]:
    """Return how many of the articles were published on each day, days without any left out."""
    days = (each.quote.article.published_at.astimezone(zone).date() for each in reports)
    return sorted(Counter(day for day in days if first <= day <= last).items())


def _grouped(dated: Sequence[tuple[date, Report]]) -> list[list[tuple[date, Report]]]:
    days, vectors = [day for day, _ in dated], [report.vector for _, report in dated]
    return [[dated[place] for place in group] for group in group_alike(days, vectors, SAME_DAY, NEXT_DAY)]


def _event(group: Sequence[tuple[date, Report]]) -> Event:
    day, best = max(group, key=lambda each: each[1].quote.score)
    return Event(day, best.quote, len(group))


def _day(quote: Quote, zone: tzinfo) -> date:
    named = _near(quote)
    return (named.since if named else quote.article.published_at).astimezone(zone).date()
