"""Reads the status of a library: counts, sources, faults, and one word for the whole state."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from index.answers.engine import MODEL, AnswerEngine
from index.errors import ModelError, StoreError
from index.ingest.subscriptions import Subscriptions
from index.runtime.faults import Faults
from index.search.base import SearchIndex
from index.storage.articles import Store
from index.storage.editions import Editions
from index.types.question import Filters
from index.types.source import Source
from index.types.status import DATABASE, State, Status

# Editions whose counts are kept for when the database cannot be reached.
REMEMBERED = 100


class _Counts(NamedTuple):
    """What the database says; the defaults stand for a database that has not answered yet.

    `subscribed` are the feeds and pages that are read regularly. `stale` says that a reindex is needed.
    """

    articles: int = 0
    passages: int = 0
    newest: datetime | None = None
    sources: int = 0
    subscribed: Sequence[Source] = ()
    stale: bool = False


class StatusReader:
    """Reads the status of one library. Safe to use from many threads."""

    def __init__(
        self,
        store: Store,
        search: SearchIndex,
        engine: AnswerEngine,
        subscriptions: Subscriptions,
        editions: Editions,
        faults: Faults,
    ) -> None:
        self._store = store
        self._search = search
        self._engine = engine
        self._subscriptions = subscriptions
        self._editions = editions
        self._faults = faults
        self._counts: OrderedDict[str | None, _Counts] = OrderedDict()

    def read(self, edition: str | None = None) -> Status:
        """Return how much is stored, whether questions can be answered, and what has failed.

        The articles and sources are those of an edition; the faults are those of this process. While the
        database cannot be reached, the figures are the last ones that were read.
        """
        if any(fault.part == MODEL for fault in self._faults.all()):
            with suppress(ModelError):  # that fault is reported already; the model may load by now
                self._engine.load_model()
        try:
            self._remember(edition, self._count(edition))
            self._faults.mended(DATABASE)
        except StoreError as error:
            self._faults.report(DATABASE, error)
        counts, faults = self._counts.get(edition, _Counts()), self._faults.all()
        state, remedy = _judged(counts, degraded=bool(faults))
        return Status(
            articles=counts.articles,
            passages=counts.passages,
            newest=counts.newest,
            sources=counts.sources,
            index=f"{self._search.kind}, {len(self._search):,} passages",
            state=state,
            model=self._engine.model,
            database=self._store.name,
            remedy=remedy,
            caveat=self._engine.caveat(),
            addresses=len(counts.subscribed),
            failing=tuple(source for source in counts.subscribed if source.error),
            disk_bytes=self._search.disk_bytes,
            memory_bytes=self._search.memory_bytes,
            faults=faults,
        )

    def _remember(self, edition: str | None, counts: _Counts) -> None:
        self._counts[edition] = counts
        self._counts.move_to_end(edition)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)

    def _count(self, edition: str | None) -> _Counts:
        origins = self._editions.origins(edition)
        filters = Filters(origins=origins)
        return _Counts(
            self._store.count_articles(filters),
            self._store.receipts.count_passages(origins),
            self._store.newest(filters),
            len(self._store.source_names(origins)),
            self._subscriptions.all(edition),
            self._store.fingerprint() not in (None, self._engine.fingerprint),
        )


def _judged(counts: _Counts, *, degraded: bool) -> tuple[State, str | None]:
    """Return the state of a library, and what to do about it; None where nothing is to be done."""
    if counts.stale:
        return "stale", "The model or splitter has changed: run 'newsbot reindex'."
    if degraded:
        return "degraded", None
    if not counts.articles:
        return "empty", "There are no articles yet: add some with 'newsbot ingest PATH'."
    return "ready", None
