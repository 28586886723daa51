"""Makes a timeline of the reports on a topic: dated events, and the number of articles on each day. Pure.

Reports of one day or the next that are close in meaning are one event, which is shown by one quote. An event
has the date that the words of its quote name or, where they name none, the date on which its article was
published.
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
from index.types.timeline import Event, dating_event

# A timeline shows this many events, unless the caller asks for another number.
MAX_EVENTS = 12
# Two reports on one topic tell of the same event when the embeddings of their passages have at least this
# cosine: SAME_DAY for reports of one day, NEXT_DAY for reports of neighbouring days. In news of 2023, pairs
# about the same event lie between 0.5 and 0.85, and pairs about a story and its continuation on the next day
# at up to 0.7.
SAME_DAY, NEXT_DAY = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Report:
    """What one article says about a topic.

    `vector` is the embedding of the passage that the quote is from, float32 of unit length.
    """

    quote: Quote
    vector: npt.NDArray[np.float32] = field(compare=False)


def events_of(reports: Sequence[Report], zone: tzinfo, first: date, last: date, limit: int) -> list[Event]:
    """Return the `limit` events from `first` to `last` that most reports tell of, oldest first.

    Both days are included and begin in the time zone `zone`. Of two events that equally many reports tell of,
    the one with the higher score of its quote is preferred.
    """
    dated = [(_day(report.quote, zone), report) for report in reports]
    dated = sorted(
        ((day, report) for day, report in dated if first <= day <= last),
        key=lambda item: (item[0], -item[1].quote.score, item[1].quote.article.id),
    )
    events = [_event(group) for group in _grouped(dated)]
    most_reported = sorted(events, key=lambda event: (-event.reports, -event.quote.score, event.day))[:limit]
    return sorted(
        most_reported,
        key=lambda event: (event.day, event.quote.article.published_at, event.quote.article.id),
    )


def coverage_of(reports: Sequence[Report], zone: tzinfo, first: date, last: date) -> list[tuple[date, int]]:
    """Return how many of the reports were published on each day from `first` to `last`, in order.

    Days begin in the time zone `zone`. Days without any report are left out.
    """
    days = (report.quote.article.published_at.astimezone(zone).date() for report in reports)
    return sorted(Counter(day for day in days if first <= day <= last).items())


def _grouped(dated: Sequence[tuple[date, Report]]) -> list[list[tuple[date, Report]]]:
    days, vectors = [day for day, _ in dated], [report.vector for _, report in dated]
    return [[dated[place] for place in group] for group in group_alike(days, vectors, SAME_DAY, NEXT_DAY)]


def _event(group: Sequence[tuple[date, Report]]) -> Event:
    """Return the event that a group of reports tells of, shown by its best quote."""
    day, best = max(group, key=lambda dated: dated[1].quote.score)
    return Event(day, best.quote, len(group))


def _day(quote: Quote, zone: tzinfo) -> date:
    """Return the day that the words of a quote name or, where they name none, that of publishing."""
    named = dating_event(quote)
    return (named.since if named else quote.article.published_at).astimezone(zone).date()
