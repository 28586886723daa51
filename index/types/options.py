"""How a library is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from index.clock import utc_now


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Everything that opening a `NewsIndex` needs. `timezone` is for sources that give none (IANA name).

    `index_url` is the address of a Milvus (milvus://host:19530) to search in; None is `data_dir`'s own index.
    `embedding_model` is a folder or a hub name; None is the model that is shipped.
    `reranker_model` is one that judges quotes again; None is none. Articles are kept for ever unless
    `keep_days` or `keep_articles` (the newest so many) says otherwise.
    `fetch_private` lets addresses of this machine and its network be fetched. `refresh_shortest` and
    `refresh_longest` are the limits of the time between two readings of a source, in seconds.
    """

    data_dir: Path
    database_url: str | None = None
    index_url: str | None = None
    embedding_model: str | None = None
    reranker_model: str | None = None
    query_prompt: str = ""
    passage_prompt: str = ""
    timezone: str = "UTC"
    threshold: float | None = None
    follow_seconds: float = 1.0
    keep_days: int | None = None
    keep_articles: int | None = None
    fetch_private: bool = False
    clock: Callable[[], datetime] = field(default=utc_now)
    refresh_shortest: float = 300.0
    refresh_longest: float = 86_400.0
