"""Posted answers and what is known of them, as values: what `index.storage.posted` keeps and tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from index.types.answer import Quote

Verdict = Literal["helpful", "wrong", "outdated"]
QuoteState = Literal["stands", "changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class PostedQuote:
    """A quote as it was posted. `new_text` is what stands in its place where its `state` is "changed"."""

    article_id: str
    start: int
    text: str
    state: QuoteState = "stands"
    new_text: str | None = None
    changed_at: datetime | None = None

    @classmethod
    def of(cls, quote: Quote) -> PostedQuote:
        return cls(quote.article.id, quote.span.start, quote.text)


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """An answer in a message. `typed` is the question in the person's words, `question` what was searched.

    `card` is JSON that the face keeps for itself. `private` messages are seen by one person only, and cannot
    be corrected.
    """

    id: str
    person: str
    guild: str | None
    channel: str
    message: str
    private: bool
    typed: str
    question: str
    as_of: datetime
    since: datetime | None
    until: datetime | None
    source: str | None
    answered: bool
    confidence: float
    posted_at: datetime
    card: dict[str, Any] = field(default_factory=dict)
    quotes: tuple[PostedQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that nothing answered, and how often it was asked."""

    question: str
    times: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How well people are served: `feedback` counts verdicts, `missed` are the questions asked in vain."""

    asked: int
    answered: int
    feedback: dict[Verdict, int]
    missed: tuple[Missed, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what became of it, for export; it does not tell who asked."""

    asked_at: datetime
    question: str
    answered: bool
    confidence: float
    quotes: tuple[str, ...]
    feedback: dict[Verdict, int]
