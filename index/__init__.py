"""News articles in, verbatim quotes out.

Importing this package is cheap: `NewsIndex`, which brings FAISS along, is loaded when it is first named.
"""

from typing import TYPE_CHECKING, Any

from index.errors import (
    BusyError,
    ModelError,
    NewsError,
    RecordError,
    SourceError,
    StoreError,
    UsageError,
)
from index.quote_state import Standing
from index.types import (
    Answer,
    Article,
    Baseline,
    Copy,
    Evaluation,
    EventTime,
    Explanation,
    Failure,
    Figure,
    Filters,
    Headline,
    IndexOptions,
    IngestReport,
    Measures,
    Miss,
    Progress,
    Question,
    Quote,
    QuoteExplanation,
    ReindexReport,
    ReliabilityBin,
    Span,
    Status,
)

if TYPE_CHECKING:
    from index.news import NewsIndex

__all__ = [
    "Answer",
    "Article",
    "Baseline",
    "BusyError",
    "Copy",
    "Evaluation",
    "EventTime",
    "Explanation",
    "Failure",
    "Figure",
    "Filters",
    "Headline",
    "IndexOptions",
    "IngestReport",
    "Measures",
    "Miss",
    "ModelError",
    "NewsError",
    "NewsIndex",
    "Progress",
    "Question",
    "Quote",
    "QuoteExplanation",
    "RecordError",
    "ReindexReport",
    "ReliabilityBin",
    "SourceError",
    "Span",
    "Standing",
    "Status",
    "StoreError",
    "UsageError",
]


def __getattr__(name: str) -> Any:
    if name == "NewsIndex":
        from index.news import NewsIndex

        return NewsIndex
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
