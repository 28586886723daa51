"""News articles in, verbatim quotes out.

Importing this package is cheap: what brings heavy libraries along, such as `NewsIndex`, is loaded when it is
first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.errors import (
    BusyError,
    ModelError,
    NewsError,
    QuotaError,
    RecordError,
    SearchError,
    SourceError,
    StoreError,
    UsageError,
)
from index.languages.detect import written_in
from index.languages.questions import in_context
from index.quotes.check import QuoteCheck
from index.quotes.excerpt import Excerpt
from index.quotes.standing import Standing
from index.runtime.deadline import Deadline
from index.runtime.priority import GOES_BEHIND
from index.sources.feeds.items import FeedLink
from index.text.masking import masked, public_address
from index.text.spans import Span
from index.types.answer import (
    Answer,
    AnswerWords,
    Coverage,
    EventTime,
    Explanation,
    Figure,
    Headline,
    Quote,
    QuoteExplanation,
)
from index.types.article import Article, Copy
from index.types.digest import Delivery, Digest, DigestPlan, Schedule, Story
from index.types.edition import SHARED
from index.types.evaluation import Baseline, Evaluation, Measures, Miss, ReliabilityBin
from index.types.follow import Follow
from index.types.guild import OPERATOR, AuditEntry, GuildSettings, SettingsVersion
from index.types.lifetimes import Lifetimes
from index.types.options import IndexOptions
from index.types.posted import (
    AskedQuestion,
    MissedQuestion,
    PostedAnswer,
    PostedQuote,
    Quality,
    QuoteState,
    Verdict,
)
from index.types.question import ANY_LANGUAGE, Filters, Question
from index.types.quota import Quotas
from index.types.report import BackupReport, Failure, IngestReport, Progress, ReindexReport
from index.types.source import Added, Evidence, Received, Refreshed, Source, SourcePage, Trial
from index.types.status import Fault, Finding, Status
from index.types.timeline import Event, Timeline

if TYPE_CHECKING:
    from index.doctor import examine
    from index.news import NewsIndex
    from index.runtime.sole_bot import sole_bot
    from index.storage.backup import restore_backup, write_backup

__all__ = [
    "ANY_LANGUAGE",
    "GOES_BEHIND",
    "OPERATOR",
    "SHARED",
    "Added",
    "Answer",
    "AnswerWords",
    "Article",
    "AskedQuestion",
    "AuditEntry",
    "BackupReport",
    "Baseline",
    "BusyError",
    "Copy",
    "Coverage",
    "Deadline",
    "Delivery",
    "Digest",
    "DigestPlan",
    "Evaluation",
    "Event",
    "EventTime",
    "Evidence",
    "Excerpt",
    "Explanation",
    "Failure",
    "Fault",
    "FeedLink",
    "Figure",
    "Filters",
    "Finding",
    "Follow",
    "GuildSettings",
    "Headline",
    "IndexOptions",
    "IngestReport",
    "Lifetimes",
    "Measures",
    "Miss",
    "MissedQuestion",
    "ModelError",
    "NewsError",
    "NewsIndex",
    "PostedAnswer",
    "PostedQuote",
    "Progress",
    "Quality",
    "Question",
    "QuotaError",
    "Quotas",
    "Quote",
    "QuoteCheck",
    "QuoteExplanation",
    "QuoteState",
    "Received",
    "RecordError",
    "Refreshed",
    "ReindexReport",
    "ReliabilityBin",
    "Schedule",
    "SearchError",
    "SettingsVersion",
    "Source",
    "SourceError",
    "SourcePage",
    "Span",
    "Standing",
    "Status",
    "StoreError",
    "Story",
    "Timeline",
    "Trial",
    "UsageError",
    "Verdict",
    "examine",
    "in_context",
    "masked",
    "public_address",
    "restore_backup",
    "sole_bot",
    "write_backup",
    "written_in",
]


# What brings heavy libraries along, and the module that it comes from.
_LAZY = {
    "NewsIndex": "news",
    "examine": "doctor",
    "restore_backup": "storage.backup",
    "sole_bot": "runtime.sole_bot",
    "write_backup": "storage.backup",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from index.runtime.threads import set_thread_counts

        set_thread_counts()
        return getattr(import_module(f"index.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
