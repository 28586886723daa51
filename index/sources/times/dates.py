"""When something was published: a moment with its precision, whether it is believed, and what is stored.

Nothing is guessed: a time that cannot be read is the reason why, and an entry without a time is stored as
first seen at the time of reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from index.sources.times.text import NoTimeError, Written, dates_within, read_text
from index.types.article import Article, Precision, is_on_day

# Broken systems write year 1 or 1970; there was no news on the web before 1990.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks differ by minutes. What lies further ahead has a wrong hour or zone.
TOLERANCE = timedelta(hours=1)
# No zone is more than 14 hours from UTC, so what lies further ahead than a day is no time of publishing.
LATEST = timedelta(days=1)
MAX_SHOWN = 60
_UTC = ZoneInfo("UTC")
_ADDRESS = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})([/_-])(0?[1-9]|1[0-2])\2(0?[1-9]|[12][0-9]|3[01])(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that a source gives: UTC, and whether it gives the hour or the day alone (see `day_moment`).

    `where` says for people where it stood. `midnight` tells that it is 00:00:00 on the source's clock.
    """

    at: datetime
    precision: Literal["minute", "day"] = "minute"
    where: str = field(default="", compare=False)
    midnight: bool = field(default=False, compare=False)

    @property
    def fineness(self) -> int:
        """0 for a day, 1 for midnight, which stands for a day in many publishing systems, 2 for an hour."""
        return 0 if self.precision == "day" else 1 if self.midnight else 2


@dataclass(frozen=True, slots=True)
class Unread:
    """A time that cannot be read: what stood there, shortened, and why, as the end of a sentence."""

    text: str
    why: str

    def __str__(self) -> str:
        return f'"{self.text}" {self.why}'


@dataclass(frozen=True, slots=True)
class Times:
    """When an entry or page says it was published and updated; `unread` are times that cannot be read."""

    published: Moment | None = None
    updated: Moment | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Dated:
    """The times with which an article is stored. `where` says where the time of publishing stood.

    `note` tells people, in the words of a problem line, that it was missing or not believed.
    """

    published_at: datetime
    precision: Precision
    updated_at: datetime | None
    where: str = ""
    note: str = ""


def read_time(
    value: object,
    timezone: ZoneInfo,
    language: str | None = None,
    *,
    now: datetime | None = None,
    where: str = "",
) -> Moment | Unread | None:
    """Return the time that a text or number says; None where there is nothing at all.

    A time without a zone is in `timezone`. `language` is the tag that the feed or page declares. What lies
    before 1990, or more than a day after `now` where that is given, is not believed.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    shown = _shortened(str(value))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Unread(shown, "is no time")
    try:
        moment = _moment(read_text(str(value), timezone, language), timezone)
    except NoTimeError as error:
        return Unread(shown, str(error))
    except (ValueError, OverflowError, OSError):
        return Unread(shown, "is no time that exists")
    why = doubt(moment, now)
    return Unread(shown, why) if why else replace(moment, where=where)


def _shortened(text: str) -> str:
    line = " ".join(text[:200].split())
    return line if len(line) <= MAX_SHOWN else f"{line[:MAX_SHOWN]}…"


def found_times(
    text: str,
    timezone: ZoneInfo,
    language: str | None = None,
    *,
    now: datetime | None = None,
    where: str = "",
) -> Iterator[tuple[str, Moment]]:
    """Yield the times within a text such as "By Ann Lee, 1 May 2024, 14:35": whole dates only.

    With each come the words between it and the one before, which may say what it is the time of.
    """
    for before, parts in dates_within(text):
        read = (read_time(part, timezone, language, now=now, where=where) for part in parts)
        moment = next((found for found in read if isinstance(found, Moment)), None)
        if moment:
            yield before, moment


def _moment(written: Written, timezone: ZoneInfo) -> Moment:
    local = written.local
    if not written.has_hour:
        return Moment(day_moment(local.date(), timezone), "day")
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return Moment(local.replace(tzinfo=written.zone or timezone).astimezone(UTC), midnight=midnight)


def day_moment(day: date, timezone: ZoneInfo) -> datetime:
    """Return the moment that stands for a day without an hour.

    It is the first moment that lies on this day both in UTC and in `timezone`: it sorts before the reports of
    that day that have an hour, and both readings give the same date.
    """
    midnight = datetime(day.year, day.month, day.day)
    return max(midnight.replace(tzinfo=UTC), midnight.replace(tzinfo=timezone).astimezone(UTC))


def doubt(moment: Moment, now: datetime | None) -> str | None:
    """Return why a time is not believed, as the end of a sentence; None where it is."""
    if moment.at < EARLIEST:
        return "lies before 1990"
    return "lies in the future" if now is not None and moment.at > now + LATEST else None


def finer(one: Moment | None, other: Moment | None) -> Moment | None:
    """Return `one`, unless `other` gives the same day more precisely.

    Days of two places may differ by one, see `is_on_day`.
    """
    if one is None or other is None:
        return one or other
    return other if other.fineness > one.fineness and is_on_day(other.at, one.at) else one


def entry_times(
    published: str, updated: str, timezone: ZoneInfo, language: str | None, now: datetime
) -> Times:
    """Return the times of a feed's entry from what is written there ("" where nothing is), read at `now`."""
    first = read_time(published, timezone, language, now=now, where="feed")
    later = read_time(updated, timezone, language, now=now, where="feed")
    return Times(
        first if isinstance(first, Moment) else None,
        later if isinstance(later, Moment) else None,
        tuple(time for time in (first, later) if isinstance(time, Unread)),
    )


def list_times(article: Article, now: datetime) -> Times:
    """Return the times that a list of articles, read at `now`, gives for one of them."""
    times = [
        Moment(at, "day" if article.published_precision == "day" else "minute", "the list") if at else None
        for at in (article.published_at, article.updated_at)
    ]
    read = [
        Unread(f"{moment.at:%Y-%m-%d}", why) if moment and (why := doubt(moment, now)) else moment
        for moment in times
    ]
    published, updated = (moment if isinstance(moment, Moment) else None for moment in read)
    if article.published_precision == "seen":
        published = None
    return Times(published, updated, tuple(moment for moment in read if isinstance(moment, Unread)))


def together(entry: Times, page: Times) -> Times:
    """Return the times of an entry and of its page: the entry's, unless the page's are finer."""
    return Times(
        finer(entry.published, page.published),
        finer(entry.updated, page.updated),
        (*entry.unread, *page.unread),
    )


def address_day(url: str, timezone: ZoneInfo, now: datetime) -> Moment | None:
    """Return the day that an address such as https://a.example/2025/10/14/story names."""
    found = _ADDRESS.search(url)
    day = f"{found[1]}-{int(found[3]):02}-{int(found[4]):02}" if found else None
    moment = read_time(day, timezone, now=now, where="the address")
    return moment if isinstance(moment, Moment) else None


def dated(times: Times, now: datetime) -> Dated:
    """Return what is stored of the times that were read at `now`.

    What gives the time of an update alone, as Atom may, was published then. A time up to an hour ahead is the
    reading's own, as clocks differ. Up to a day ahead the hour is wrong, and the day alone is kept. Without a
    time the article is first seen at `now`.
    """
    published = times.published or times.updated
    if published is None:
        told = "; ".join(map(str, times.unread[:2]))
        note = f"its time of publishing cannot be read ({told})" if told else "no time of publishing is given"
        return Dated(now, "seen", None, "", f"{note}: it is shown as first seen now")
    first, note = min(published.at, now), ""
    precision: Precision = published.precision
    if precision == "minute" and published.at > now + TOLERANCE:
        first, precision = day_moment(now.date(), _UTC), "day"
        note = f"dated in the future ({published.at:%Y-%m-%dT%H:%MZ}): its hour is not believed"
    later = min(times.updated.at, now) if times.updated else None
    return Dated(first, precision, later if later and later > first else None, published.where, note)
