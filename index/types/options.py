"""The options with which a library is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from index.clock import utc_now
from index.types.lifetimes import Lifetimes
from index.types.quota import Quotas

# Which comes first in a date such as 3/4/2025.
DateOrder = Literal["day-month", "month-day"]


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Everything that opening a `NewsIndex` needs.

    `database_url` None is a SQLite file in `data_dir`. `index_url` is the address of a Milvus server, such as
    milvus://host:19530; None is a search index in `data_dir`. `embedding_model` and `reranker_model` are a
    folder or the name of a model on a hub; without an embedding model the shipped one is used, without a
    reranker model quotes are not ranked again. `reader` says whether the answer reader reads the best
    candidates. `query_prompt` and `passage_prompt` are put before each
    question and passage that the embedding model gets. `timezone` (IANA name) is for times that name no zone.
    Without a `date_order`, a date in a question that can be read in two ways is not understood. From the
    confidence `threshold`, in [0, 1], a question counts as answered; None is the shipped threshold.
    `follow_seconds` is how often to look for changes by other processes. Articles are kept for ever, unless
    `keep_days` or `keep_articles` (only the newest so many) limits that; `lifetimes` is how long all else is
    kept. `fetch_private` allows addresses on this machine and its network. `refresh_shortest` and
    `refresh_longest` are the limits of the time between two readings of a source, in seconds. `quotas` limits
    what guilds have read for themselves.
    """

    data_dir: Path
    database_url: str | None = None
    index_url: str | None = None
    embedding_model: str | None = None
    reranker_model: str | None = None
    reader: bool = True
    query_prompt: str = ""
    passage_prompt: str = ""
    timezone: str = "UTC"
    date_order: DateOrder | None = None
    threshold: float | None = None
    follow_seconds: float = 1.0
    keep_days: int | None = None
    keep_articles: int | None = None
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    fetch_private: bool = False
    clock: Callable[[], datetime] = field(default=utc_now)
    refresh_shortest: float = 300.0
    refresh_longest: float = 86_400.0
    quotas: Quotas = field(default_factory=Quotas)

    @property
    def models_dir(self) -> Path:
        """The folder of compiled models."""
        return self.data_dir / "models"
