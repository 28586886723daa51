"""Decides when a source is read next: pure functions of what was read, the time and a random number.

In its first hour a source is read as often as the limits allow. Then it is read about twice for each article
that it publishes, less often the longer it has published nothing, and never sooner than its server asks for.
After each failure in a row the wait is twice as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Protocol

from index.types.report import Failure
from index.types.source import Source

# The pace of a source is computed from so many of its newest articles.
RECENT = 20
# Seconds between two articles that are assumed where the pace of a source is not known yet.
UNKNOWN_PACE = timedelta(hours=2).total_seconds()
# A source that has published nothing for some time is read again after a tenth of that time.
SILENCE = 10
# For so long after it was added, a source is read as often as the limits allow: its pace is not known yet,
# and the person who added it is waiting for its news.
SETTLING = timedelta(hours=1)
# Waits are made longer by a random share of up to this, so that not all sources are due at once. They are
# never made shorter: a server that asks for an hour gets an hour.
JITTER = 0.1
# With each reading that is quicker, what counts as the time that a source takes shrinks to this share.
FORGET_SLOWNESS = 0.7
# Seconds. A Retry-After that asks for more is taken for a mistake, and cut to this.
LONGEST_ASKED = timedelta(days=7).total_seconds()


@dataclass(frozen=True, slots=True)
class Limits:
    """The shortest and the longest time between two readings of a source, in seconds."""

    shortest: float = 300.0
    longest: float = 86_400.0


class ReadingResult(Protocol):
    """What a reading has found of the source itself: the part that is stored with the source."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def newest(self) -> datetime | None: ...
    @property
    def children(self) -> Mapping[str, str]: ...
    @property
    def problems(self) -> Sequence[Failure]: ...


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about its response, for the next request (see RFC 9110, section 8.8).

    `etag` and `last_modified` let the server answer "304 Not Modified"; `max_age` is how many seconds the
    response stays fresh.
    """

    etag: str | None = None
    last_modified: str | None = None
    max_age: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a reading failed. `why` is a sentence that says what to do.

    `retry_after` are the seconds that the server asks to wait; `gone` says that the source is gone for good.
    """

    why: str
    retry_after: float | None = None
    gone: bool = False


def pace(published: Iterable[datetime]) -> float | None:
    """Return the median time in seconds between the newest articles; None where there are fewer than two."""
    recent = sorted(set(published), reverse=True)[:RECENT]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(recent)]
    return median(gaps) if gaps else None


def wait(source: Source, now: datetime, limits: Limits) -> float:
    """Return how many seconds to wait until a source is read again, given how often it publishes."""
    if timedelta(0) <= now - source.added_at < SETTLING:
        return limits.shortest
    usual = UNKNOWN_PACE if source.pace is None else source.pace
    silence = (now - source.newest).total_seconds() if source.newest else 0.0
    return _within(max(usual / 2, silence / SILENCE), limits)


def backoff(failures: int, limits: Limits) -> float:
    """Return how many seconds to wait after so many failures in a row: twice as long after each of them."""
    return _within(limits.shortest * 2.0 ** min(failures - 1, 30), limits)


def after_success(
    source: Source,
    found: ReadingResult | None,
    validators: Validators,
    published: Iterable[datetime],
    stored: int,
    now: datetime,
    limits: Limits,
    random: float,
    took: float = 0.0,
) -> Source:
    """Return the source after a reading; `found` is None where nothing had changed since the last (304).

    `published` are the times of its articles, `stored` says how many were added or changed, `random` is
    in [0, 1), `took` is how many seconds the reading lasted.
    """
    if found is not None:
        newest = max(filter(None, (source.newest, found.newest)), default=None)
        source = replace(
            source,
            title=found.title or source.title,
            kind=found.kind,
            newest=min(newest, now) if newest else None,  # a wrong date in the future would stay the newest
            pace=pace(published) or source.pace,
            children=found.children or None,
            notice=_notice(found.problems),
        )
    seconds = max(wait(source, now, limits), min(validators.max_age or 0.0, limits.longest))
    return replace(
        source,
        state="ok",
        articles=source.articles + stored,
        last_fetch=now,
        last_ok=now,
        next_fetch=_later(now, seconds, random),
        failures=0,
        error=None,
        took=_usual(source, took),
        etag=validators.etag or (source.etag if found is None else None),
        last_modified=validators.last_modified or (source.last_modified if found is None else None),
    )


def _notice(problems: Sequence[Failure]) -> str | None:
    """Return what was wrong with single entries in one line; None where nothing was."""
    if not problems:
        return None
    others = f" (and {len(problems) - 1:,} more like this)" if len(problems) > 1 else ""
    return f"{problems[0].sentence}{others}"


def after_failure(source: Source, trouble: Trouble, now: datetime, limits: Limits, random: float) -> Source:
    """Return the source after a reading that failed: read again later each time, never where it is gone."""
    failures = source.failures + 1
    seconds = max(backoff(failures, limits), min(trouble.retry_after or 0.0, LONGEST_ASKED))
    return replace(
        source,
        state="gone" if trouble.gone else "failing",
        last_fetch=now,
        next_fetch=None if trouble.gone else _later(now, seconds, random),
        failures=failures,
        error=trouble.why,
    )


def _usual(source: Source, took: float) -> float:
    """Return how many seconds the readings of a source take: a slow one counts at once, for several readings.

    So a source cannot be slow every other time and count as quick in between.
    """
    return max(took, FORGET_SLOWNESS * (source.took or 0.0))


def longest_wait(limits: Limits) -> float:
    """Return the seconds that no wait exceeds, also where a server asks for one or a quota is used up."""
    return max(limits.longest, LONGEST_ASKED) * (1 + JITTER)


def _within(seconds: float, limits: Limits) -> float:
    return max(limits.shortest, min(seconds, limits.longest))


def _later(now: datetime, seconds: float, random: float) -> datetime:
    return now + timedelta(seconds=seconds * (1 + JITTER * random))
