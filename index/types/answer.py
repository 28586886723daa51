"""Answers: quotes as slices of articles, the figures behind each quote, and headlines.

A quote is an article and a pair of offsets; its text is computed from them. So a quote whose words the
article does not contain cannot be built.
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
# One sentence alone may have so many where it is in another language than English: of 400 questions over
# French articles, the answers to 59 stand only in sentences of more than 350 characters.
MAX_FOREIGN_CHARS = 500


@dataclass(frozen=True, slots=True)
class EventTime:
    """When something happened, as a quote says itself in the words of `phrase`.

    `since` and `until` are in UTC and both included: for "on Tuesday" the first and the last microsecond of
    that day.
    """

    since: datetime
    until: datetime
    phrase: str

    @property
    def days(self) -> tuple[datetime, datetime]:
        """Noon UTC of the first and of the last day: at noon UTC nearly all time zones have the same date."""
        noon, end = timedelta(hours=12), self.until + timedelta(microseconds=1)
        return self.since + noon, end - noon


@dataclass(frozen=True, slots=True)
class Quote:
    """A slice of a stored article: one to three whole sentences, at most `MAX_QUOTE_CHARS` characters, or one
    longer sentence of another language than English, at most `MAX_FOREIGN_CHARS`.

    `answer_spans` are the words in it that answer the question, where the reading is sure of them: offsets
    into `text`, ordered and disjoint. `event` is the time that the quote's words name, where they name one.
    `also_in` are copies of the article in other outlets. `score` orders the quotes of one answer, higher
    first. Raises ValueError where a span is out of bounds.
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
        """The time that the quote's words name, unless the article was published within it."""
        event = self.event
        return event if event and not event.since <= self.article.published_at <= event.until else None

    @property
    def link(self) -> str:
        """The article's address with a text fragment that scrolls to the quote."""
        return link_to_text(self.article.url, self.text)


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The words that answer a question: a slice of an article that a quote of the answer is from.

    `outlets` names the independent outlets whose quotes say the same, the article's own first. Raises
    ValueError where the span is out of bounds.
    """

    article: Article
    span: Span
    outlets: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.span.start < self.span.end <= len(self.article.text):
            raise ValueError(f"span {self.span} is outside the text of article {self.article.id}")

    @property
    def text(self) -> str:
        return self.article.text[self.span.start : self.span.end]


class Figure(NamedTuple):
    """One input of a weighted sum."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class QuoteExplanation:
    """Why a quote was chosen.

    `dense` (cosine), `lexical` (BM25 as a share of the best passage's) and `recency` belong to the passage
    that holds the quote; `passage_score` is their fusion. The weighted sum of `figures` is the quote's
    `score`.
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

    The confidence is the logistic function of `intercept` plus the weighted sum of `evidence`. `phrase` are
    the question's own words for a time, and `since` and `until` the period that they were read as. With
    `limited` only articles of that period are searched; without, the period only decides which articles count
    as recent. `quotes` are in the order of the answer's quotes.
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
    """What could have been quoted: the number of articles and of their sources, and when the oldest and the
    newest of them were published. `languages` are the codes of their languages, that of most articles first.
    """

    articles: int
    sources: int
    oldest: datetime | None
    newest: datetime | None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The quotes found for a question, best first, and whether they answer it.

    `confidence` is in [0, 1] and comparable between questions. When `answered` is False, the quotes are only
    the closest reports, and `coverage` says what was searched. `articles_searched` counts the articles that
    could have been quoted. `stale_since` is set where the question asks for what is current and even the
    newest quote is old: it is when that quote's article was published. `language` is the code of the
    question's language, as far as its words tell.

    `words` are the words that answer, None where none are certain. `differing` are those of another outlet
    that says something else, so that both are shown. `stories` is the list that answers a question about many
    things ("what happened today?"), most reported first; it is empty for a question about one thing. With
    stories, the confidence is 1 for an overview, else that of the quotes as an answer to the same words.

    `unclear_time` are words of the question that name a time and are not understood: then articles of all
    times were searched. `searched_for` is the question with its typing errors corrected, where only that
    found something. Where nothing answers, `only_languages` are the codes of the languages to which a setting
    of the edition has limited the search, although the edition has news in others.
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
    language: str = "en"
    words: AnswerWords | None = None
    differing: AnswerWords | None = None
    stories: tuple[Headline, ...] = ()
    unclear_time: str | None = None
    searched_for: str | None = None
    only_languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """An article as `latest` shows it. `highlights` are the source's own, or else slices of the text."""

    article: Article
    highlights: tuple[str, ...]
    also_in: tuple[Copy, ...] = ()
