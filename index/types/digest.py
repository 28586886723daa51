"""Digests: regular messages with the main stories. When each is sent, on which topics, with which stories."""

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

# An article may be read hours after it was published. So a digest also looks at articles published up to this
# long before the last digest looked.
LATE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is sent: at `hour` in `timezone`, every day, or on one `weekday` (0 is Monday) a week.

    Nothing is sent in the `quiet` hours, which begin at the first and end before the second: a digest that
    could not be sent in time waits until they end. Raises UsageError where the values contradict each other
    or are out of range.
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
        if self.quiet and not all(hour in HOURS for hour in self.quiet):
            raise UsageError("Quiet hours lie between 0 and 23.")
        if self._is_quiet_hour(self.hour):
            raise UsageError(
                f"{self.hour}:00 lies in the quiet hours: choose another hour, or other quiet ones."
            )

    @property
    def period(self) -> timedelta:
        return DAY if self.weekday is None else WEEK

    def after(self, moment: datetime) -> datetime:
        """Return the next time after `moment`, in UTC.

        An hour that the clocks skip when summer time begins is taken as the same time after the skip.
        """
        zone = ZoneInfo(self.timezone)
        today = moment.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(9))
        times = (
            datetime.combine(day, time(self.hour), zone).astimezone(UTC)
            for day in days
            if self.weekday in (None, day.weekday())
        )
        return next(scheduled for scheduled in times if scheduled > moment)

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

    No topics means all topics, and no sources means all sources. Raises UsageError where there are too many.
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
class Delivery:
    """How a digest is sent.

    `role` is the id of the one role that it pings. `apart`: each story gets a message with a thread of its
    own, or in a forum a post of its own. `publish`: servers that follow an announcement channel get it, too.
    `direct`: the channel is the direct conversation with the person who set it up.
    """

    role: str | None = None
    apart: bool = False
    publish: bool = False
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest of a channel, which may have several. `guild` is empty for one that a person set up elsewhere.

    `person` is who set it up, None once that person had their data deleted.

    `next_at` is when it is due, `last_at` when its stories were last chosen, and `stopped` the reason why
    nothing is sent any longer, None while it is active.
    """

    id: int
    guild: str
    channel: str
    person: str | None
    plan: DigestPlan
    next_at: datetime
    last_at: datetime | None = None
    stopped: str | None = None
    delivery: Delivery = Delivery()

    def since(self, now: datetime) -> datetime:
        """Return the time from which articles count as new: `LATE` before the last digest, or before one
        period ago where that is later or there was none.
        """
        earliest = now - self.plan.schedule.period
        if self.last_at is None or self.last_at > now:  # the clock has been set back since the last one
            return earliest - LATE
        return max(self.last_at, earliest) - LATE

    def is_due(self, now: datetime) -> bool:
        return self.stopped is None and self.next_at <= now and not self.plan.schedule.is_quiet(now)


@dataclass(frozen=True, slots=True)
class Story:
    """A story of a digest: one article that is shown, and the ids of all articles that report the story."""

    headline: Headline
    article_ids: tuple[str, ...]
