"""Answers: quotes as slices of articles, what speaks for each, and headlines.

A quote is an article and a pair of offsets; its text is computed. There is no way to build a quote whose
words the article does not contain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from index.text.links import link_to_text
from index.text.spans import Span
from index.types.article import Article, Copy
from index.types.question import Question

MAX_QUOTE_CHARS = 350


@dataclass(frozen=True, slots=True)
class EventTime:
    """When something happened, as a quote says itself in the words of `phrase`: UTC, both ends included."""

    since: datetime
    until: datetime
    phrase: str

    @property
    def days(self) -> tuple[datetime, datetime]:
        """The middle of the first and of the last day: moments with the same date nearly everywhere."""
        noon, end = timedelta(hours=12), self.until + timedelta(microseconds=1)
        return self.since + noon, end - noon


@dataclass(frozen=True, slots=True)
class Quote:
    """A slice of a stored article: one to three whole sentences, at most `MAX_QUOTE_CHARS` characters.

    `answer_spans` are the words of it that answer the question, where that is certain: offsets into `text`,
    ordered and disjoint. `event` is the time that its words name, where they name one.
    """

    article: Article
    span: Span
    score: float
    also_in: tuple[Copy, ...] = ()
    answer_spans: tuple[Span, ...] = ()
    event: EventTime | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.span.start < self.span.end <= len(self.article.text):
            raise ValueError(f"span {self.span} is outside the text of article {self.article.id}")
        edges = [0, *(edge for span in self.answer_spans for edge in span), self.span.end - self.span.start]
        if edges != sorted(edges) or any(span.start == span.end for span in self.answer_spans):
            raise ValueError(f"answer spans {self.answer_spans} are not in order within {self.span}")

    @property
    def text(self) -> str:
        return self.article.text[self.span.start : self.span.end]

    @property
    def past_event(self) -> EventTime | None:
        """The time that its words name, unless that is when the article was published."""
        event = self.event
        return event if event and not event.since <= self.article.published_at <= event.until else None

    @property
    def link(self) -> str:
        """The article's address with a text fragment that scrolls to the quote."""
        return link_to_text(self.article.url, self.text)


class Figure(NamedTuple):
    """One input of a weighted sum."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class QuoteExplanation:
    """Why a quote was chosen.

    `dense` (cosine), `lexical` (BM25 as a share of the best) and `recency` are of the passage it was taken
    from, `passage_score` is their fusion. The weighted sum of `figures` is the quote's `score`.
    """

    dense: float
    lexical: float
    recency: float
    passage_score: float
    figures: tuple[Figure, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a question is answered or not: `why` is a sentence for people.

    The confidence is the logistic function of `intercept` and the weighted sum of `evidence`. `phrase` are
    the question's own words for a time, `since` and `until` what they were understood as; unless `limited`
    they only move what counts as current. `quotes` come in the order of the answer's.
    """

    why: str
    threshold: float
    evidence: tuple[Figure, ...]
    intercept: float
    phrase: str | None
    since: datetime | None
    until: datetime | None
    limited: bool
    quotes: tuple[QuoteExplanation, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a search had before it: how many articles of how many sources, published from when until when."""

    articles: int
    sources: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The quotes found for a question, best first, and whether they answer it.

    `confidence` is in [0, 1] and comparable between questions. When `answered` is false the quotes are
    only the closest reports, and `coverage` tells what was searched in vain. `articles_searched` counts the
    articles that could have been quoted. `stale_since` is when the newest quote was published, where the
    question asks for what is current and that quote is old.
    """

    question: Question
    as_of: datetime
    since: datetime | None
    until: datetime | None
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...]
    took_ms: float
    articles_searched: int
    explanation: Explanation | None = None
    coverage: Coverage | None = None
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """An article as `latest` shows it, with the source's own highlights or slices of its text."""

    article: Article
    highlights: tuple[str, ...]
    also_in: tuple[Copy, ...] = ()
