"""Decides how long articles are kept: for ever, unless an age or a number limits it. A pure function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """The limits: of the articles of the last `days`, the newest `articles` are kept. None is no limit."""

    days: int | None = None
    articles: int | None = None

    def horizon(self, now: datetime, nth_newest: datetime | None) -> datetime | None:
        """Return the time such that articles published before it are deleted; None where all are kept.

        `nth_newest` is when the oldest of the newest `articles` was published, None where there are fewer.
        """
        by_age = now - timedelta(days=self.days) if self.days else None
        by_number = nth_newest if self.articles else None
        return max((limit for limit in (by_age, by_number) if limit), default=None)
