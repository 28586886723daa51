"""How current an article is, measured from the time that a question is about.

A question without a date is about now, one about 2019 is about 2019. How long "now" lasts depends on the
library as well. In a library that holds last year's news alone, the newest of these still count as current,
and in one that gets an article a week, so do the articles of several years.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from index.languages.english.periods import Period
from index.storage.articles import Store
from index.types.question import Filters

# What counts as the latest news: the last RECENT_DAYS days, or the last RECENT_ARTICLES articles where those
# reach farther back.
RECENT_DAYS = 30
RECENT_ARTICLES = 200
# The time that counts as the latest news is never longer than this, however little is published.
LONGEST_SPAN = timedelta(days=3650)
# How current an article is falls by half in this share of the time that counts as the latest news.
HALF_LIFE = 0.5


@dataclass(frozen=True, slots=True)
class Recency:
    """Says how current an article is, by when it was published.

    An article published from `since` to `until` is fully current. One from outside is less so with its
    distance in time, which is measured as a share of `span`, the time that counts as the latest news.
    """

    since: datetime
    until: datetime
    span: timedelta

    @classmethod
    def of(
        cls,
        store: Store,
        now: datetime,
        about: Period | None = None,
        origins: frozenset[int] | None = None,
    ) -> Recency:
        """Return what judges articles published until `now`, for a question about a period or about now.

        Only those that one of the origins brought count.

        The period `about` counts only where it ends before the newest article was published.
        """
        asked = Filters(until=now, origins=origins)
        newest = store.newest(asked) or now
        span = _span(store, asked, newest)
        if about and about.until and about.until < newest:
            return cls(about.since or about.until, about.until, span)
        return cls(newest, newest, span)

    def __call__(self, published: datetime) -> float:
        """Return how current an article published at that moment is, in [0, 1]."""
        distance = max(timedelta(), self.since - published, published - self.until)
        return math.pow(0.5, distance / (HALF_LIFE * self.span))

    def narrow(self, filters: Filters) -> Filters:
        """Return the filters, narrowed to the period or, for a question about now, to the last `span`."""
        since = self.since
        if since == self.until:
            since -= min(self.span, since - datetime.min.replace(tzinfo=UTC))
        if filters.since is None or since > filters.since:
            filters = replace(filters, since=since)
        if filters.until is None or self.until < filters.until:
            filters = replace(filters, until=self.until)
        return filters


def _span(store: Store, asked: Filters, newest: datetime) -> timedelta:
    """Return the time that counts as the latest news: at least RECENT_DAYS.

    Where the library has fewer than RECENT_ARTICLES articles, it is the time that so many would have taken at
    the pace of the articles that are there, so that all of a small library is current.
    """
    shortest = timedelta(days=RECENT_DAYS)
    oldest_recent = store.nth_newest(RECENT_ARTICLES, asked)
    if oldest_recent is not None:
        return max(shortest, newest - oldest_recent)
    articles = max(1, store.count_articles(asked))
    taken = (newest - (store.oldest(asked) or newest)) * (RECENT_ARTICLES / articles)
    return min(LONGEST_SPAN, max(shortest, taken))
