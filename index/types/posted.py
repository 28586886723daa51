"""Answers that were posted, and what became of them; `index.storage.people.posted` stores them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from index.types.answer import Quote

Verdict = Literal["helpful", "wrong", "outdated"]
QuoteState = Literal["stands", "changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class PostedQuote:
    """A quote as it was posted: `text` from the offset `start` of an article's text.

    `state` says whether the article still holds it. Where it is "changed", `new_text` is what the article
    says there now. `changed_at` is when the publisher changed or withdrew it.
    """

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

    `card` is JSON that the face (such as the Discord bot) stores with it for its own use. A `private` message
    is seen by one person only, and cannot be corrected later. `continues` is the id of the answer that the
    question continues, and `context` that question as it was typed: it is read with the answer, not stored
    with it, and None once it has been deleted. `reply_to` is the message that asked the question, where it
    was one. `language` is that of the news which the person asked for (see `Question.language`).
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
    continues: str | None = None
    context: str | None = None
    reply_to: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question that was not answered, and how often it was asked."""

    question: str
    times: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the answers were in some time.

    `asked` and `answered` count questions, `feedback` counts people's verdicts, and `missed` are the
    questions that were not answered, the most frequent first. `private` is how many of those asked were
    private: they are counted, and not among the missed.
    """

    asked: int
    answered: int
    feedback: dict[Verdict, int]
    missed: tuple[MissedQuestion, ...]
    private: int = 0


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with its quotes and the verdicts on them, for export. It does not say who asked."""

    asked_at: datetime
    question: str
    answered: bool
    confidence: float
    quotes: tuple[str, ...]
    feedback: dict[Verdict, int]
