"""How long articles are kept: for ever, unless an age or a number is given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept: what the last `days` brought, and of that the newest `articles`; None is no limit."""

    days: int | None = None
    articles: int | None = None

    def horizon(self, now: datetime, nth_newest: datetime | None) -> datetime | None:
        """Return the moment before which nothing is kept; None where all is.

        `nth_newest` is when the oldest article within the number was published, None where there are fewer.
        """
        by_age = now - timedelta(days=self.days) if self.days else None
        by_number = nth_newest if self.articles else None
        return max((each for each in (by_age, by_number) if each), default=None)
