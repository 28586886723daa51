"""Digests: when they are sent, about what, and the stories in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index.errors import UsageError
from index.types.answer import Headline

MAX_STORIES = 10

MAX_TOPICS = 5

MAX_TOPIC_CHARS = 100

HOURS = range(24)

DAY, WEEK = timedelta(days=1), timedelta(days=7)

# Articles are read some time after they came out: so far before the last digest they may still be new.
LATE = timedelta(hours=6)


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
