"""Keeps guilds within their quotas (see `index.types.quota`) while their sources and uploads are read."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from index.errors import QuotaError
from index.sources.address import Reading
from index.storage.editions import Editions, UsageStore
from index.types.article import Article
from index.types.edition import SHARED
from index.types.quota import Quotas
from index.types.report import Failure

Known = Callable[[Iterable[str]], Container[str]]


class QuotaKeeper:
    """Counts what guilds have read, and says how much they may. What is shared costs nobody anything.

    `known` says which ids of articles are stored: only new ones count. Safe to use from many threads.
    """

    def __init__(
        self,
        quotas: Quotas,
        usage: UsageStore,
        editions: Editions,
        known: Known,
        clock: Callable[[], datetime],
    ) -> None:
        self._quotas = quotas
        self._usage = usage
        self._editions = editions
        self._known = known
        self._clock = clock

    def sources(self, edition: str) -> int | None:
        """Return how many sources of its own an edition may have; None where there is no limit."""
        return None if edition == SHARED else self._quotas.sources

    def require(self, edition: str, size: int = 1) -> None:
        """Raise QuotaError where an edition may not read so many bytes, or store an article, today."""
        if edition == SHARED:
            return
        now = self._clock()
        if self._usage.used(edition, "articles", now) >= self._quotas.articles:
            raise QuotaError("articles", self._quotas.articles)
        if self._usage.used(edition, "bytes", now) + size > self._quotas.bytes:
            raise QuotaError("bytes", self._quotas.bytes)

    def require_list(self, edition: str, feeds: int) -> None:
        """Raise QuotaError where a list of feeds is too long for an edition."""
        if edition != SHARED and feeds > self._quotas.feeds:
            raise QuotaError("feeds", self._quotas.feeds)

    def require_origin(self, origin: int, payer: str | None = None) -> None:
        """Raise QuotaError where none of the guilds that have an origin may read it today.

        With a `payer`, which wants it read now, only that one counts.
        """
        guilds, refused = self._payers(origin, payer), []
        for guild in guilds:
            try:
                self.require(guild)
            except QuotaError as error:
                refused.append(error)
        if refused and len(refused) == len(guilds):
            raise refused[0]

    def count(self, edition: str, reading: Reading) -> None:
        """Count the bytes of a reading that stores nothing."""
        if edition != SHARED:
            self._usage.add([edition], "bytes", _size(reading), self._clock())

    def may_read(self, origin: int) -> bool:
        """Tell whether one of the guilds that have an origin may read it today."""
        try:
            self.require_origin(origin)
        except QuotaError:
            return False
        return True

    def _payers(self, origin: int, payer: str | None) -> list[str]:
        """Return the guilds that a reading of an origin counts for: only one where that has asked for it."""
        guilds = self._editions.payers(origin)
        return [payer] if guilds and payer else guilds

    def admit(self, reading: Reading, origin: int, payer: str | None = None) -> Reading:
        """Count a reading of an origin; return it with as many of its new articles as may be stored today.

        What a `payer` has asked for counts for that guild alone: otherwise it could use up the quotas of all
        that have the same source.

        Where some are left out, the next reading is of everything again, so that none is lost.
        """
        guilds = self._payers(origin, payer)
        size = _size(reading)
        if not guilds or not size:
            return reading
        now = self._clock()
        self._usage.add(guilds, "bytes", size, now)
        known = self._known(article.id for article in reading.articles)
        new = [article for article in reading.articles if article.id not in known]
        most = self._quotas.articles
        admitted = self._usage.take(guilds, "articles", len(new), most, now) if new else 0
        if admitted == len(new):
            return reading
        left_out = {article.id for article in new[admitted:]}
        return replace(
            reading,
            articles=[article for article in reading.articles if article.id not in left_out],
            problems=[*reading.problems, Failure(reading.fetched.url, str(QuotaError("articles", most)))],
            fetched=replace(reading.fetched, etag=None, last_modified=None),
            children={},
        )

    def next_day(self) -> datetime:
        """Return when the quotas of a new day begin."""
        tomorrow = self._clock().astimezone(UTC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), UTC)


def _size(reading: Reading) -> int:
    return len(reading.fetched.body) + sum(map(_linked_size, reading.articles))


def _linked_size(article: Article) -> int:
    """Return the bytes of a text that was read on a page of its own."""
    return len(article.text.encode()) if article.via == "page" else 0
