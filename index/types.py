"""The values that flow through the library: all frozen, all comparable, none knows a database or an index.

A quote is an article and a pair of offsets; its text is computed. There is no way to build a quote whose
words the article does not contain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from index.errors import UsageError
from index.freshness import stale_since
from index.links import link_to_text

MAX_QUESTION_CHARS = 2000
MAX_QUOTE_CHARS = 350
MAX_QUOTES = 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int


Via = Literal["page", "feed", "file", "upload"]


@dataclass(frozen=True, slots=True)
class Article:
    """One story as its source published it. `text` is canonical (see `index.canonical`); times are UTC.

    `original` is the address of the story that its page says it repeats, and `entry` the id of the entry of a feed
    that it was read from (see `index.canonical.entry_id`): both are known only while it is read. `via` tells what
    its words were read from.
    """

    id: str
    url: str
    title: str
    text: str
    source: str
    published_at: datetime
    updated_at: datetime | None = None
    highlights: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    original: str | None = field(default=None, compare=False)
    entry: str | None = field(default=None, compare=False)
    via: Via = field(default="file", compare=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: the unit that is embedded and searched.

    `span` and every entry of `sentences` are offsets into the article's text; sentences are ordered,
    do not overlap and lie inside the span.
    """

    span: Span
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What a search index is told about a passage. `vector` is float16 of shape (dimension,), length 1."""

    id: int
    title: str
    text: str
    source: str
    published_at: datetime
    vector: npt.NDArray[np.float16]


class Hit(NamedTuple):
    """A passage that a search found: cosine in [-1, 1] and BM25 (0 where no word is shared)."""

    passage_id: int
    dense: float
    lexical: float
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Copy:
    """The same story under another address, kept once for search and named beside the quote."""

    source: str
    url: str
    published_at: datetime


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


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must satisfy to be searched: `since <= published_at <= until`, and its source.

    Applied inside the search, so a narrow filter never returns fewer passages than exist.
    """

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None

    def admit(self, found: Article | Hit) -> bool:
        """Tell whether an article, or a passage of it that was found, satisfies the filters."""
        return (
            (self.since is None or self.since <= found.published_at)
            and (self.until is None or found.published_at <= self.until)
            and (self.source is None or found.source == self.source)
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a person wants to know. `as_of` is the moment of asking; None means now.

    Articles published after `as_of` are never used. `explain` asks for the figures behind the answer. Raises
    UsageError where nothing can be searched.
    """

    text: str
    as_of: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    limit: int = 3
    id: str | None = None
    explain: bool = False

    def __post_init__(self) -> None:
        if not any(char.isalnum() for char in self.text):
            raise UsageError("The question is empty: ask something about the news.")
        if len(self.text) > MAX_QUESTION_CHARS:
            raise UsageError(
                f"The question has {len(self.text):,} characters: keep it under {MAX_QUESTION_CHARS:,}."
            )
        if not 1 <= self.limit <= MAX_QUOTES:
            raise UsageError(f"The number of quotes must be between 1 and {MAX_QUOTES}, not {self.limit}.")
        for name in ("as_of", "since", "until"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} must carry a time zone")
        if self.since and self.until and self.since > self.until:
            raise UsageError("The start of the period lies after its end: swap the two dates.")


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
    articles that could have been quoted.
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

    @property
    def stale_since(self) -> datetime | None:
        """When the newest quote was published, where the question asks for what is current and it is old."""
        published = [quote.article.published_at for quote in self.quotes]
        return stale_since(self.question.text, published, self.as_of)


@dataclass(frozen=True, slots=True)
class Headline:
    """An article as `latest` shows it, with the source's own highlights or slices of its text."""

    article: Article
    highlights: tuple[str, ...]
    also_in: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read: `where` (file and line, or address) and `why`."""

    where: str
    why: str

    @property
    def sentence(self) -> str:
        """Both; a reason that begins with the place does not have it named twice."""
        return self.why if self.why.startswith(f"{self.where} ") else f"{self.where}: {self.why}"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written or restored: its file, the articles in it, and its size in bytes."""

    path: Path
    articles: int
    size: int


Severity = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of the doctor found, and what to do about it; `remedy` is None where that is nothing."""

    check: str
    severity: Severity
    finding: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, counted in articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: tuple[Failure, ...] = ()

    @property
    def read(self) -> int:
        """How many articles were read, whatever became of them; failures are not counted."""
        return self.added + self.updated + self.unchanged + self.duplicates

    @classmethod
    def of_all(cls, reports: Sequence[IngestReport]) -> IngestReport:
        """Return what several did together."""
        return cls(
            added=sum(each.added for each in reports),
            updated=sum(each.updated for each in reports),
            unchanged=sum(each.unchanged for each in reports),
            duplicates=sum(each.duplicates for each in reports),
            failed=tuple(failure for each in reports for failure in each.failed),
        )


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex did: the news it found in the known sources, and the passages it embedded again."""

    ingested: IngestReport
    embedded: int


SourceState = Literal["new", "ok", "failing", "gone"]


@dataclass(frozen=True, slots=True)
class Source:
    """An address that is read again and again, and how that goes.

    `kind` is what was found there ("rss", "atom", "page", …), "unknown" before the first reading. `state` is
    "new" until it was read, "failing" since the last reading failed, "gone" when its server says that it is
    gone for good: then it is not read any more. `articles` were added or changed by it in all, `failures`
    are those in a row, `error` tells what went wrong and what to do. `pace` is the time between two of its
    articles in seconds. `etag` and `last_modified` are as its server gave them.
    """

    url: str
    added_at: datetime
    title: str | None = None
    kind: str = "unknown"
    state: SourceState = "new"
    articles: int = 0
    newest: datetime | None = None
    last_fetch: datetime | None = None
    last_ok: datetime | None = None
    next_fetch: datetime | None = None
    failures: int = 0
    error: str | None = None
    pace: float | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the parts of one article were read: its time, its outlet and its text of `chars` characters.

    Each `…_from` ends the sentence "… comes from".
    """

    url: str
    title: str
    published_at: datetime
    time_from: str
    outlet: str
    outlet_from: str
    text_from: str
    chars: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found at an address: `items` in all, `articles` of them whole enough to be stored.

    `feeds` are the addresses of feeds that a page names: they are better sources than the page itself.
    `problems` tells why items were left out.
    """

    url: str
    kind: str
    title: str | None
    items: int
    articles: int
    newest: datetime | None
    full_text: bool
    feeds: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding a source. `source` is None where the page's feeds are offered instead, and where
    the address was a list of feeds: then `listed` of them are new sources, to be read as soon as possible.
    """

    trial: Trial
    source: Source | None
    ingested: IngestReport
    listed: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a file that was handed in; of a list of feeds, `listed` are new sources."""

    ingested: IngestReport
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one reading: the source as it is now, and what was stored."""

    source: Source
    ingested: IngestReport


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is: `done` of `total` (None while unknown) in units of `what`."""

    what: Literal["articles", "passages", "questions", "sources"]
    done: int
    total: int | None


OnProgress = Callable[[Progress], None]


def ignore_progress(_: Progress) -> None:
    """The default listener: nobody watches."""


# The part without which nothing can be answered: what is quoted stands in it.
DATABASE = "database"
# And the search engine on another machine, where one is set: nothing is found without it.
SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that does not work as it should, why (one sentence), and since when."""

    part: str
    why: str
    since: datetime


State = Literal["ready", "degraded", "empty", "stale"]


@dataclass(frozen=True, slots=True)
class Status:
    """How the library is. `state` is "ready", "degraded" (answers go on from what is there, see `faults`),
    "empty" (no articles yet) or "stale" (reindex needed). While the database is away, the figures are the
    last ones that are known.

    `caveat` says what makes the answers less sure than they could be. `sources` counts the outlets that are
    stored, `addresses` what is read again and again; `failing` are those of them that could not be read.
    `disk_bytes` and `memory_bytes` are what the search index takes up, in this process, where that is known.
    """

    articles: int
    passages: int
    newest: datetime | None
    sources: int
    index: str
    state: State
    model: str
    database: str
    remedy: str | None = None
    caveat: str | None = None
    addresses: int = 0
    failing: tuple[Source, ...] = ()
    disk_bytes: int | None = None
    memory_bytes: int | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def can_answer(self) -> bool:
        """Whether questions can be answered at all, as well as ever or not."""
        away = any(fault.part in (DATABASE, SEARCH) for fault in self.faults)
        return self.state == "ready" or (self.state == "degraded" and not away)


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one evaluation; shares are in [0, 1], times in milliseconds.

    `quotes_at` and `passages_at` give for 1, 3 and 5 the share of the answerable questions whose answer
    stands among so many of the best. Of the `answer_spans` marked in quotes, `answer_spans_right` hold an
    accepted answer or are part of one. `suggested_threshold` is the confidence that lets 0.884 of the
    answerable questions through, as the shipped one does.
    """

    answerable: int
    unanswerable: int
    quotes_at: Mapping[int, float]
    passages_at: Mapping[int, float]
    mean_reciprocal_rank: float
    auroc: float
    answered_of_answerable: float
    answered_of_unanswerable: float
    exact_slices: float
    answer_spans: int
    answer_spans_right: float
    suggested_threshold: float
    median_ms: float
    p99_ms: float


MissKind = Literal["not quoted", "withheld", "false alarm"]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that went wrong, with the answers accepted for it and what was given instead.

    `kind` is "not quoted" (no accepted answer in the first three quotes), "withheld" (quoted, but not stood
    behind) or "false alarm" (answered, though nothing was reported). `place` is the first quote, from 1,
    that holds an accepted answer; 0 when none does.
    """

    kind: MissKind
    accepted: tuple[str, ...]
    place: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plain way to answer, to compare with: the share of the answerable that 1, 3 and 5 quotes answer."""

    name: str
    quotes_at: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions of about the same confidence: its mean, the share that can be answered, and how many."""

    confidence: float
    answerable: float
    questions: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the answers of one library are. `digest` is equal where all answers are, word for word.

    `reliability` has the least confident questions first; `baselines` are there when they were asked for.
    """

    library: Path
    model: str
    articles: int
    passages: int
    threshold: float
    measures: Measures
    reliability: tuple[ReliabilityBin, ...]
    misses: tuple[Miss, ...]
    digest: str
    baselines: tuple[Baseline, ...] = ()


def utc_now() -> datetime:
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970, exactly: what search indexes compare instead of times."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(since_1970: int) -> datetime:
    """Return the moment that `microseconds` was given."""
    return _EPOCH + timedelta(microseconds=since_1970)


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
