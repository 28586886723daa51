"""A working library of a few articles in memory, for tests of the faces. It finds whole words, no meaning."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from index import (
    Answer,
    Article,
    Baseline,
    Copy,
    Digest,
    DigestPlan,
    Evaluation,
    Event,
    Excerpt,
    Explanation,
    Failure,
    Figure,
    Follow,
    Headline,
    IngestReport,
    Lifetimes,
    Measures,
    Miss,
    PostedAnswer,
    Progress,
    Question,
    Quote,
    QuoteCheck,
    QuoteExplanation,
    ReindexReport,
    ReliabilityBin,
    Source,
    SourceError,
    Span,
    Status,
    Story,
    Timeline,
    UsageError,
)
from index.ingest.subscriptions import Subscriptions
from index.overviews.stories import story_of
from index.overviews.timeline import MAX_EVENTS
from index.quotes.check import check_quote
from index.quotes.excerpt import excerpt, find_quote
from index.runtime.faults import Faults
from index.storage.database import Database, sqlite_url
from index.storage.editions import Editions
from index.storage.expiry import Expiry
from index.storage.follows import PORTIONS, FollowStore
from index.storage.guilds import Guilds
from index.storage.leases import Leases
from index.storage.people.digests import DigestStore
from index.storage.people.posted import Posted
from index.storage.people.privacy import Privacy
from index.storage.people.visits import Visits
from index.storage.sources import SourceStore
from index.types.follow import MAX_ALERT_QUOTES, Found
from index.types.question import MAX_QUOTES

NOW = datetime(2025, 6, 7, 12, 0, tzinfo=UTC)
TROOPS = Article(
    id="a1",
    url="https://wire.example/troops",
    title="Kim Jong Un [bold]pledges[/bold] support",
    text="About 11,000 North Korean troops were sent to Russia in 2024. They fought in Kursk.",
    source="Sample Wire",
    published_at=datetime(2025, 6, 4, 23, 29, tzinfo=UTC),
    updated_at=datetime(2025, 6, 5, tzinfo=UTC),
    highlights=("Troops [were] sent.", "The partnership grows."),
)
PORT = Article(
    id="a2",
    url="https://herald.example/port",
    title="Rotterdam opens shore power",
    text="Two quays can now supply ships with electricity.",
    source="Sample Herald",
    published_at=datetime(2025, 3, 2, 18, 45, tzinfo=UTC),
)


RELIABILITY = (ReliabilityBin(0.25, 0.2, 5), ReliabilityBin(0.85, 0.9, 10))
MEASURES = Measures(
    answerable=3,
    unanswerable=2,
    quotes_at={1: 0.5, 3: 0.625, 5: 0.75},
    passages_at={1: 0.25, 3: 0.5, 5: 1.0},
    mean_reciprocal_rank=0.6,
    auroc=0.95,
    answered_of_answerable=0.9,
    answered_of_unanswerable=0.1,
    exact_slices=1.0,
    answer_spans=4,
    answer_spans_right=0.75,
    suggested_threshold=0.5,
    median_ms=12.34,
    p99_ms=1234.56,
)


def explanation(quotes: int) -> Explanation:
    """Return why an answer of so many quotes was given."""
    why = QuoteExplanation(
        0.71, 0.5, 1.0, 1.3, (Figure("coverage", 0.8, 3.0), Figure("asks", 0.0, -1.0)), 2.4
    )
    return Explanation(
        why="Answered, because it was asked.",
        threshold=0.5,
        evidence=(Figure("words", 2.0, 1.5),),
        intercept=-1.0,
        phrase="last [week]",
        since=datetime(2025, 5, 26, tzinfo=UTC),
        until=None,
        limited=False,
        quotes=(why,) * quotes,
    )


@cache
def _empty_database() -> bytes:
    """A database with nothing in it, made once: its migrations take a tenth of a second each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Database.open(sqlite_url(path)).close()
        return path.read_bytes()


class FakeNews:
    """Answers with every first sentence that shares a long word with the question."""

    def __init__(self, articles: Sequence[Article] = (TROOPS, PORT)) -> None:
        self.articles = list(articles)
        self.ingested: list[str] = []
        self.failing: tuple[Source, ...] = ()
        self.closed = False
        self.faults = Faults()
        self._folder = tempfile.TemporaryDirectory()
        kept = Path(self._folder.name) / "kept.db"
        kept.write_bytes(_empty_database())
        database = Database.open(sqlite_url(kept))
        self.posted = Posted(database)
        self.guilds = Guilds(database, lambda: NOW)
        self.lifetimes = Lifetimes()
        self.privacy = Privacy(database, lambda: self.now)
        self.expiry = Expiry(database, lambda: self.now, self.lifetimes)
        self.now = NOW
        self.follows = FollowStore(database, lambda: self.now)
        self.digests = DigestStore(database, lambda: self.now)
        self.visits = Visits(database, lambda: self.now)
        self.leases = Leases(database, lambda: self.now)
        self._compared = 0
        self.editions = Editions(database, lambda: self.now)
        nothing: Any = None  # the sources are listed only, never read
        book = SourceStore(database)
        self.subscriptions = Subscriptions(
            book, self.editions, nothing, nothing, nothing, nothing, lambda: self.now
        )

    def __enter__(self) -> FakeNews:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True
        self.leases.close()

    def load_model(self) -> None:
        """There is none."""

    def ask(self, question: Question) -> Answer:
        self._check_source(question.source)
        if "explode" in question.text:
            raise RuntimeError("boom\nand more")
        words = set(re.findall(r"\w{5,}", question.text.lower()))
        found = [
            article
            for article in self.articles
            if words & set(re.findall(r"\w+", article.text.lower()))
            and (question.since is None or question.since <= article.published_at)
        ]
        quotes = tuple(_quote(article) for article in (found or self.articles)[: question.limit])
        return Answer(
            question=question,
            as_of=question.as_of or NOW,
            since=question.since,
            until=question.until,
            answered=bool(found),
            confidence=0.9 if found else 0.1,
            quotes=quotes,
            took_ms=3.21,
            articles_searched=len(self.articles),
            explanation=explanation(len(quotes)) if question.explain else None,
        )

    def latest(
        self,
        topic: str | None = None,
        *,
        source: str | None = None,
        limit: int = 5,
        as_of: datetime | None = None,
        edition: str | None = None,
        language: str | None = None,
    ) -> list[Headline]:
        self._check_source(source)
        return [
            Headline(article, article.highlights)
            for article in self.articles
            if source in (None, article.source)
            and language in (None, article.language)
            and (topic or "").lower() in article.title.lower()
        ][:limit]

    def headline(self, id: str, edition: str | None = None) -> Headline | None:
        found = next((article for article in self.articles if article.id == id), None)
        return Headline(found, found.highlights) if found else None

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """One event for each article found, on the day of its publishing."""
        answer = self.ask(replace(question, limit=MAX_QUOTES))
        until = question.until or self.now
        quotes = [quote for quote in answer.quotes if answer.answered and quote.article.published_at <= until]
        days = [quote.article.published_at.date() for quote in quotes]
        events = [Event(day, quote, 1) for day, quote in zip(days, quotes, strict=True)]
        return Timeline(
            question,
            answer.as_of,
            question.since,
            question.until,
            tuple(sorted(events[:limit], key=lambda event: event.day)),
            tuple(sorted(Counter(days).items())),
        )

    def ingest(
        self, uris: Sequence[str], on_progress: Callable[[Progress], None] = lambda _: None
    ) -> IngestReport:
        if "missing" in uris:
            raise SourceError("There is no file or folder called missing.")
        self.ingested += uris
        good = [uri for uri in uris if not uri.startswith("bad")]
        self.articles += [TROOPS for _ in good]
        for done in range(len(good) + 1):
            on_progress(Progress("articles", done, len(good)))
        failed = tuple(Failure(f"{uri}:1", "it has no date") for uri in uris if uri not in good)
        return IngestReport(added=len(good), failed=failed)

    def reindex(
        self, *, full: bool = False, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> ReindexReport:
        return ReindexReport(IngestReport(unchanged=len(self.articles)), embedded=7 if full else 0)

    def evaluate(
        self,
        folder: Path,
        on_progress: Callable[[Progress], None] = lambda _: None,
        *,
        baselines: bool = False,
    ) -> Evaluation:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder.")
        on_progress(Progress("questions", 1, 1))
        plain = (Baseline("dense alone", {1: 0.25, 3: 0.5, 5: 0.5}),)
        miss = Miss("not quoted", ("12000",), 0, self.ask(Question("Which [b]troops[/b]?", NOW, limit=5)))
        found = Evaluation(Path("data"), "fake-model", 2, 2, 0.5, MEASURES, RELIABILITY, (miss,), "d1")
        return replace(found, baselines=plain) if baselines else found

    def excerpts(self, answer: PostedAnswer) -> list[Excerpt]:
        articles = {article.id: article for article in self.articles}
        found = [find_quote(articles[quote.article_id], quote.start, quote.text) for quote in answer.quotes]
        return [excerpt(quote) for quote in found if quote]

    def check_quote(self, claimed: str, edition: str | None = None) -> QuoteCheck:
        return check_quote(claimed, self.articles)

    def match_follows(self) -> bool:
        """Compare what is followed with all articles, as often as one was added."""
        if self._compared == len(self.articles):
            return False
        self._compared = len(self.articles)
        everything = [follow for number in range(PORTIONS) for follow, _ in self.follows.followed(number, "")]
        asked = [Question(follow.what, since=follow.started_at, limit=MAX_QUOTES) for follow in everything]
        answers = [self.ask(question) for question in asked]
        found = [
            Found(follow, answer.quotes, MAX_ALERT_QUOTES)
            for follow, answer in zip(everything, answers, strict=True)
            if answer.answered
        ]
        self.follows.put_alerts(found, self._stored)
        return True

    def left_alerts(self) -> list[tuple[Follow, list[Quote]]]:
        return self.follows.take_over(self._stored)

    def _stored(self, ids: Iterable[str]) -> dict[str, Article]:
        wanted = set(ids)
        return {article.id: article for article in self.articles if article.id in wanted}

    def stories(self, digest: Digest) -> list[Story]:
        """Every article since the last digest that has the topic in its headline, the newest first."""
        plan, since = digest.plan, digest.since(self.now)
        known = self.digests.known(digest.id)
        found = [
            article
            for article in self.articles
            if since <= article.published_at <= self.now
            and article.id not in known
            and article.source in (plan.sources or (article.source,))
            and any(topic.lower() in article.title.lower() for topic in plan.topics or ("",))
        ]
        found.sort(key=lambda article: article.published_at, reverse=True)
        return [
            Story(Headline(article, article.highlights), (article.id,)) for article in found[: plan.number]
        ]

    def stories_to_send(self, digest: Digest) -> list[Story]:
        chosen = self.digests.choose(digest, lambda: [story.article_ids for story in self.stories(digest)])
        articles = {article.id: article for article in self.articles}
        return [story_of([articles[id] for id in story], {}) for story in chosen]

    def stories_since(self, since: datetime, edition: str | None = None, number: int = 5) -> list[Story]:
        found = [article for article in self.articles if since <= article.published_at <= self.now]
        return [story_of([article], {}) for article in found[:number]]

    def languages(self, edition: str | None = None) -> tuple[str, ...]:
        return tuple(dict.fromkeys(article.language for article in self.articles if article.language))

    def check_plan(self, plan: DigestPlan, edition: str | None = None) -> DigestPlan:
        for source in plan.sources:
            self._check_source(source)
        return plan

    def seen(self, ids: Collection[str], edition: str) -> set[str]:
        return set(ids)

    def delete_unseen(self, limit: int = 100) -> int:
        return 0

    def source_names(self, edition: str | None = None) -> list[str]:
        return sorted({article.source for article in self.articles})

    def status(self, edition: str | None = None) -> Status:
        count = len(self.articles)
        newest = max((article.published_at for article in self.articles), default=None)
        state: Any = "ready" if count else "empty"
        return Status(
            *(count, count, newest, len(self.source_names()), "local", state, "fake-model", "sqlite"),
            addresses=len(self.failing),
            failing=self.failing,
        )

    def _check_source(self, source: str | None) -> None:
        if source not in (None, *self.source_names()):
            raise UsageError(f"There is no source called {source}: newsbot status lists them.")


def _quote(article: Article) -> Quote:
    copies = (Copy("Sample Post", "https://post.example/x", article.published_at),)
    return Quote(article, Span(0, article.text.index(".") + 1), 0.5, copies if article is TROOPS else ())
