"""An ingest into a store, wired as `NewsIndex` wires it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from index.embeddings.base import Embedder
from index.fetch import Fetched
from index.ingest.pipeline import Ingest
from index.ingest.retention import Retention
from index.ingest.writer import ArticleWriter
from index.sources.address import Reading
from index.sources.reader import Reader
from index.storage.articles import Store
from index.storage.editions import Editions
from index.storage.sources import SourceStore
from index.types.article import Article


def reading_of(articles: Sequence[Article]) -> Reading:
    """Return a reading of a source that brought these articles."""
    fetched = Fetched("https://wire.example/feed", 200, b"", "")
    return Reading("rss", None, list(articles), [], len(articles), None, True, [], fetched)


def ingest_into(
    store: Store,
    embedder: Embedder,
    clock: Callable[[], datetime],
    *,
    timezone: str = "UTC",
    retention: Retention | None = None,
) -> Ingest:
    writer = ArticleWriter(store, embedder, clock, retention)
    reader = Reader(ZoneInfo(timezone), clock, writer.known)
    return Ingest(reader, writer, SourceStore(store.database), Editions(store.database, clock), clock)
