"""How current a report is, for the question that is asked.

A question without a date usually means now, one about 2019 means 2019. What counts as "now" depends on the
library too: one of last year's news is not all old, nor is one that gets an article a week.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from index.english.periods import Period
from index.storage.articles import Store
from index.types.question import Filters

# The latest news: what was published in so many days, or so many articles where less is published.
RECENT_DAYS = 30
RECENT_ARTICLES = 200
# Beyond this nothing is news, however little is published.
LONGEST_SPAN = timedelta(days=3650)
# In this share of that time, a story becomes half as current.
HALF_LIFE = 0.5


@dataclass(frozen=True, slots=True)
class Recency:
    """Judges ages: what lies between `since` and `until` is current, the rest less with its distance.

    Distances are measured by `span`, the time that counts as the latest news.
    """

    since: datetime
    until: datetime
    span: timedelta

    @classmethod
    def of(cls, store: Store, now: datetime, about: Period | None = None) -> Recency:
        """Return how to judge what was published until `now`, for a question about a period or about now."""
        newest = store.newest(now) or now
        span = _span(store, now, newest)
        if about and about.until and about.until < newest:
            return cls(about.since or about.until, about.until, span)
        return cls(newest, newest, span)

    def __call__(self, published: datetime) -> float:
        """Return how current a report is, in [0, 1]."""
        distance = max(timedelta(), self.since - published, published - self.until)
        return math.pow(0.5, distance / (HALF_LIFE * self.span))

    def narrow(self, filters: Filters) -> Filters:
        """Return the filters, narrowed to what is current."""
        since = self.since
        if since == self.until:
            since -= min(self.span, since - datetime.min.replace(tzinfo=UTC))
        if filters.since is None or since > filters.since:
            filters = replace(filters, since=since)
        if filters.until is None or self.until < filters.until:
            filters = replace(filters, until=self.until)
        return filters


def _span(store: Store, now: datetime, newest: datetime) -> timedelta:
    """Return the time that counts as the latest news; of a small library, all of it."""
    shortest = timedelta(days=RECENT_DAYS)
    oldest_recent = store.nth_newest(RECENT_ARTICLES, now)
    if oldest_recent is not None:
        return max(shortest, newest - oldest_recent)
    articles = max(1, store.count_articles(Filters(until=now)))
    # As long as so many articles would have taken, at the pace of those that there are.
    taken = (newest - (store.oldest(now) or newest)) * (RECENT_ARTICLES / articles)
    return min(LONGEST_SPAN, max(shortest, taken))
