"""How the library is doing: counts, sources, faults, and one word for the whole."""

from __future__ import annotations

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
from index.types.source import Source
from index.types.status import DATABASE, State, Status


class _Stock(NamedTuple):
    """What the database says of itself; the defaults stand for a database that has not answered yet."""

    articles: int = 0
    passages: int = 0
    newest: datetime | None = None
    sources: int = 0
    subscribed: Sequence[Source] = ()
    stale: bool = False


class StatusReader:
    """Reads how one library is doing. Safe to use from many threads."""

    def __init__(
        self,
        store: Store,
        search: SearchIndex,
        engine: AnswerEngine,
        subscriptions: Subscriptions,
        faults: Faults,
    ) -> None:
        self._store = store
        self._search = search
        self._engine = engine
        self._subscriptions = subscriptions
        self._faults = faults
        self._stock = _Stock()

    def read(self) -> Status:
        """Return how much is stored, whether questions can be answered, and what has failed.

        While the database cannot be reached, the figures are those of the last time that it answered.
        """
        if any(fault.part == MODEL for fault in self._faults.all()):
            with suppress(ModelError):  # it is reported already, and may load by now
                self._engine.load_model()
        try:
            self._stock = self._count()
            self._faults.mended(DATABASE)
        except StoreError as error:
            self._faults.report(DATABASE, error)
        stock, faults = self._stock, self._faults.all()
        state, remedy = _judged(stock, degraded=bool(faults))
        return Status(
            articles=stock.articles,
            passages=stock.passages,
            newest=stock.newest,
            sources=stock.sources,
            index=f"{self._search.kind}, {len(self._search):,} passages",
            state=state,
            model=self._engine.model,
            database=self._store.name,
            remedy=remedy,
            caveat=self._engine.caveat(),
            addresses=len(stock.subscribed),
            failing=tuple(source for source in stock.subscribed if source.error),
            disk_bytes=self._search.disk_bytes,
            memory_bytes=self._search.memory_bytes,
            faults=faults,
        )

    def _count(self) -> _Stock:
        return _Stock(
            self._store.count_articles(),
            self._store.count_passages(),
            self._store.newest(),
            len(self._store.source_names()),
            self._subscriptions.all(),
            self._store.fingerprint() not in (None, self._engine.fingerprint),
        )


def _judged(stock: _Stock, *, degraded: bool) -> tuple[State, str | None]:
    """Return the state of a library, and what to do about it, if anything."""
    if stock.stale:
        return "stale", "The model or splitter has changed: run 'newsbot reindex'."
    if degraded:
        return "degraded", None
    if not stock.articles:
        return "empty", "There are no articles yet: add some with 'newsbot ingest PATH'."
    return "ready", None
