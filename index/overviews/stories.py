"""What a channel is sent every day or week: when that is, and which stories it holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from index.errors import UsageError
from index.overviews.grouping import group_alike
from index.overviews.highlights import highlights
from index.types import Article, Copy, Headline

MAX_STORIES = 10
MAX_TOPICS = 5
MAX_TOPIC_CHARS = 100
HOURS = range(24)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Articles are read some time after they came out: so far before the last digest they may still be new.
LATE = timedelta(hours=6)
# Two articles tell the same story when their beginnings are so close in meaning (cosine). Looked at in news
# of 2023: other stories of a day stay below, reports on one earthquake or one trade reach it.
SAME_STORY = 0.55


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every day, or where there is a `weekday` (0 is Monday) every week, at an hour of a time zone.

    In the `quiet` hours, from the first until the second, nothing is sent: what could not be sent before
    waits until they end. Raises UsageError where that is impossible.
    """

    hour: int
    timezone: str = "UTC"
    weekday: int | None = None
    quiet: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            name = " ".join(self.timezone.split())[:40]
            raise UsageError(f'"{name}" is not a time zone: write it like Europe/Berlin or UTC.') from None
        if self.hour not in HOURS or self.weekday not in (None, *range(7)):
            raise UsageError("A digest has an hour from 0 to 23 and a day of the week.")
        if self.quiet and not all(each in HOURS for each in self.quiet):
            raise UsageError("Quiet hours lie between 0 and 23.")
        if self._is_quiet_hour(self.hour):
            raise UsageError(
                f"{self.hour}:00 lies in the quiet hours: choose another hour, or other quiet ones."
            )

    @property
    def period(self) -> timedelta:
        return DAY if self.weekday is None else WEEK

    def after(self, moment: datetime) -> datetime:
        """Return the next time, in UTC. An hour that the clocks skip comes when they have gone on."""
        zone = ZoneInfo(self.timezone)
        today = moment.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(9))
        times = (
            datetime.combine(day, time(self.hour), zone).astimezone(UTC)
            for day in days
            if self.weekday in (None, day.weekday())
        )
        return next(each for each in times if each > moment)

    def is_quiet(self, moment: datetime) -> bool:
        return self._is_quiet_hour(moment.astimezone(ZoneInfo(self.timezone)).hour)

    def _is_quiet_hour(self, hour: int) -> bool:
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= hour < end if start <= end else hour >= start or hour < end


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """What a digest holds: at most `number` stories on any of the topics, from any of the sources.

    None of them means all. Raises UsageError where there are too many.
    """

    schedule: Schedule
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    number: int = 5

    def __post_init__(self) -> None:
        if len(self.topics) > MAX_TOPICS or len(self.sources) > MAX_TOPICS:
            raise UsageError(f"A digest has {MAX_TOPICS} topics and {MAX_TOPICS} sources at most.")
        if any(len(topic) > MAX_TOPIC_CHARS for topic in self.topics):
            raise UsageError(f"A topic has {MAX_TOPIC_CHARS} characters at most: a few words are enough.")
        if not 1 <= self.number <= MAX_STORIES:
            raise UsageError(f"A digest has between 1 and {MAX_STORIES} stories, not {self.number}.")


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a channel. `person` is who set it, None once they had their data deleted.

    `last_at` is when it was last looked for news, `stopped` why nothing is sent any more.
    """

    id: int
    guild: str
    channel: str
    person: str | None
    plan: DigestPlan
    next_at: datetime
    last_at: datetime | None = None
    stopped: str | None = None

    def since(self, now: datetime) -> datetime:
        """Return from when on articles are new: since the last one, or for one period."""
        earliest = now - self.plan.schedule.period
        return earliest - LATE if self.last_at is None else max(self.last_at, earliest) - LATE

    def is_due(self, now: datetime) -> bool:
        return self.stopped is None and self.next_at <= now and not self.plan.schedule.is_quiet(now)


@dataclass(frozen=True, slots=True)
class Story:
    """Something that was reported: one article, and the ids of all that tell it."""

    headline: Headline
    article_ids: tuple[str, ...]


def choose_stories(
    articles: Sequence[Article], vectors: Mapping[str, npt.NDArray[np.float32]], number: int
) -> list[list[Article]]:
    """Return the stories that most articles tell, of each its articles, the newest first.

    `vectors` gives each article's beginning, float32 of unit length; one without is left out.
    """
    known = sorted((each for each in articles if each.id in vectors), key=_age)
    days = [each.published_at.date() for each in known]
    groups = group_alike(days, [vectors[each.id] for each in known], SAME_STORY, SAME_STORY)
    stories = [[known[place] for place in reversed(group)] for group in groups]
    return sorted(stories, key=_weight, reverse=True)[:number]


def _weight(story: Sequence[Article]) -> tuple[int, int, tuple[datetime, str]]:
    """By how many outlets a story is told, in how many articles, and how new it is."""
    return len({each.source for each in story}), len(story), _age(story[0])


def story_of(articles: Sequence[Article], copies: Mapping[str, Sequence[Copy]]) -> Story:
    """Return a story as its first article, with each other outlet that reports it, once."""
    first = articles[0]
    told = [Copy(each.source, each.url, each.published_at) for each in articles[1:]]
    told += [copy for each in articles for copy in copies.get(each.id, ())]
    others = {copy.source: copy for copy in reversed(told) if copy.source != first.source}
    headline = Headline(first, highlights(first), tuple(reversed(others.values())))
    return Story(headline, tuple(each.id for each in articles))


def _age(article: Article) -> tuple[datetime, str]:
    return article.published_at, article.id
