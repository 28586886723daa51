"""`NewsIndex`: the facade that all faces use, and the one place where the parts are put together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from index.answers.engine import AnswerEngine
from index.answers.result import SearchResult
from index.embeddings.base import Embedder
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.errors import BusyError, DamageError, SearchError, UsageError
from index.evaluation.metrics import (
    articles_file,
    library_name,
    load_examples,
)
from index.evaluation.run import Evaluator
from index.ingest.pipeline import Ingest
from index.ingest.quota import QuotaKeeper
from index.ingest.refresh import Refresh
from index.ingest.reindex import Reindex
from index.ingest.retention import Retention
from index.ingest.schedule import Limits
from index.ingest.subscriptions import Subscriptions
from index.ingest.writer import ArticleWriter
from index.overviews.alerts import Alerts
from index.overviews.overviews import Overviews
from index.overviews.questions import Questions
from index.overviews.timeline import MAX_EVENTS
from index.quotes.check import QuoteCheck
from index.quotes.excerpt import Excerpt
from index.quotes.review import QuoteReview
from index.reader.reader import AnswerReader
from index.runtime.deadline import Deadline
from index.runtime.faults import Faults
from index.runtime.malloc import use_one_arena
from index.runtime.priority import AnswerPriority
from index.runtime.rest import Rest
from index.search.base import SEARCH_INDEX, SearchIndex
from index.search.local import LocalIndex
from index.search.sync import IndexSync
from index.sources.address import Reading
from index.sources.feeds.revisits import Revisits
from index.sources.reader import Reader
from index.status import StatusReader
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.storage.editions import Editions, UsageStore
from index.storage.expiry import Expiry, delete_unseen
from index.storage.follows import FollowStore
from index.storage.guilds import Guilds
from index.storage.leases import Leases
from index.storage.people.digests import DigestStore
from index.storage.people.posted import Posted
from index.storage.people.privacy import Privacy
from index.storage.people.visits import Visits
from index.storage.sources import SourceStore
from index.types.answer import Answer, Headline, Quote
from index.types.digest import Digest, DigestPlan, Story
from index.types.edition import SHARED, upload_name
from index.types.evaluation import Evaluation
from index.types.follow import Follow
from index.types.lifetimes import Lifetimes
from index.types.options import IndexOptions
from index.types.posted import PostedAnswer
from index.types.question import Question
from index.types.report import IngestReport, OnProgress, ReindexReport, ignore_progress
from index.types.source import Received
from index.types.status import Status
from index.types.timeline import Timeline

logger = logging.getLogger(__name__)

# How long to wait for a process on another machine that updates the shared search index. An update takes
# less, a rebuild takes longer.
LOCK_SECONDS = 10
# How long `close` waits for work that is running, all of it together.
CLOSE_SECONDS = 3.0

_entering = threading.Lock()


class NewsIndex:
    """Articles in, answers out. Opened once per process; every method may be called from many threads.

    A part that fails reports it in `faults`, and tries again until it works.
    """

    def __init__(
        self, options: IndexOptions, store: Store, embedder: Embedder, reader: AnswerReader | None = None
    ) -> None:
        self.faults = Faults(options.clock)
        self._options = options
        self._store = store
        self._embedder = embedder
        self._answer_reader = reader
        self._search = _search_index(options, store, embedder.dimension, self.faults)
        self.editions = Editions(store.database, options.clock)
        self._priority = AnswerPriority()
        self._engine = AnswerEngine(
            options, store, self._search, embedder, self.faults, self.editions, reader, self._priority
        )
        self._overviews = Overviews(options, store, self._engine)
        self._questions = Questions(options, store, self._engine, self._overviews)
        self._sync = IndexSync(store, self._search.followers, embedder.fingerprint, self.faults)
        self.leases = Leases(store.database, options.clock)
        self._rest = Rest(self._priority, [self._search.release, *([reader.release] if reader else [])])
        self._writer = ArticleWriter(
            store,
            embedder,
            options.clock,
            Retention(options.keep_days, options.keep_articles),
            self.leases,
            self._priority,
        )
        sources = SourceStore(store.database)
        self._reader = Reader(
            ZoneInfo(options.timezone),
            options.clock,
            self._writer.known,
            speaks_for=sources.announced_on,
            note=sources.note_announced,
            open_to=self._writer.open_to,
            revisits=Revisits(self._writer.fetched),
            private=options.fetch_private,
        )
        self._ingest = Ingest(self._reader, self._writer, sources, self.editions, options.clock)
        self._writing: set[str] = set()
        self._quota = QuotaKeeper(
            options.quotas, UsageStore(store.database), self.editions, self._writer.known, options.clock
        )
        self._subscriptions = self._subscribed(sources)
        self._reindex = Reindex(
            store, sources, embedder, self._writer, self._ingest, self._subscriptions, self.leases
        )
        self.posted = Posted(store.database)
        self._review = QuoteReview(store, self.posted, self._engine, options.clock)
        self._evaluator = Evaluator(options, store, self._engine, embedder.model)
        self._status = StatusReader(
            store, self._search, self._engine, self._subscriptions, self.editions, self.faults
        )
        self.guilds = Guilds(store.database, options.clock)
        self.privacy = Privacy(store.database, options.clock)
        self.expiry = Expiry(store.database, options.clock, options.lifetimes)
        self.follows = FollowStore(store.database, options.clock)
        self._alerts = Alerts(
            store, self._engine, embedder, self.follows, self.leases, options.clock, self._visible
        )
        self.digests = DigestStore(store.database, options.clock)
        self.visits = Visits(store.database, options.clock)

    def _subscribed(self, sources: SourceStore) -> Subscriptions:
        limits = Limits(self._options.refresh_shortest, self._options.refresh_longest)
        read, clock = self._reader.read, self._options.clock
        refresh = Refresh(sources, read, self._keep, limits, self._quota, clock=clock, faults=self.faults)
        return Subscriptions(sources, self.editions, refresh, read, self._keep, self._quota, clock)

    @classmethod
    def open(
        cls, options: IndexOptions, embedder: Embedder | None = None, reader: AnswerReader | None = None
    ) -> NewsIndex:
        """Open the database and bring the search indexes up to date with it.

        `embedder` None is the model that the options name, with the answer reader unless they switch it off.
        The first question or ingest loads them, or `load_model`. Raises StoreError and ModelError, and
        UsageError for a wrong address of a Milvus.
        """
        use_one_arena()
        options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = Store.open(options.database_url or sqlite_url(options.data_dir / "news.db"))
        if embedder is None:
            embedder = SentenceTransformerEmbedder(
                options.embedding_model, options.query_prompt, options.passage_prompt, options.models_dir
            )
            if reader is None and options.reader:
                reader = AnswerReader(options.models_dir)
        news = cls(options, store, embedder, reader)
        news._catch_up()
        news._sync.start(options.follow_seconds)
        news._rest.start()
        return news

    def close(self) -> None:
        """Stop reading sources and following changes, save what makes the next start quick, and disconnect.

        Waits at most `CLOSE_SECONDS` for work that is running. No article is stored in part.
        """
        deadline = Deadline(CLOSE_SECONDS)
        with ExitStack() as closing:  # every callback runs, even if another one fails, as with a full disk
            closing.callback(self._store.close)
            closing.callback(self._writer.close)
            closing.callback(self._reader.close)
            closing.callback(self._search.close)
            closing.callback(lambda: self._sync.stop(deadline.left()))
            closing.callback(lambda: self._rest.stop(deadline.left()))
            closing.callback(lambda: self._subscriptions.stop(deadline.left()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load_model(self) -> None:
        """Load the models now, so that the first question does not wait for them. Raises ModelError."""
        self._engine.load_model()

    @property
    def lifetimes(self) -> Lifetimes:
        """How long is kept what is no article."""
        return self._options.lifetimes

    # -- asking ----------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Answer:
        """Return the quotes that answer the question; or, with `answered` False, the closest reports.

        Raises UsageError for an unknown source, ModelError when a reindex is needed first, StoreError, and
        SearchError while a search engine on another machine is unreachable.
        """
        with self._priority.answering():
            return self._questions.answer(question)

    def search(self, question: Question) -> SearchResult:
        """Return all candidate quotes for a question with their scores. Raises as `ask` does."""
        with self._priority.answering():
            return self._engine.search(question)

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
        """Return the newest articles, with their highlights; with `topic`, the newest on that topic."""
        with self._priority.answering():
            return self._overviews.latest(
                topic, source=source, limit=limit, as_of=as_of, edition=edition, language=language
            )

    def headline(self, id: str, edition: str | None = None) -> Headline | None:
        """Return one article with its highlights; None where it is not stored, or not seen in the edition."""
        with self._priority.answering():
            return self._overviews.headline(id, edition)

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """Return what was reported on the question's topic, as at most `limit` dated events.

        A period that the question gives, or that its words name, limits when the events happened. Raises as
        `ask` does.
        """
        with self._priority.answering():
            return self._overviews.timeline(question, limit)

    def stories(self, digest: Digest) -> list[Story]:
        """Return the stories that a digest would hold now, those that most outlets report first.

        Articles that the digest has sent before are left out. Raises as `ask` does.
        """
        return self._overviews.stories(digest, self.digests.known(digest.id))

    def stories_to_send(self, digest: Digest) -> list[Story]:
        """Return the stories of a claimed digest. Raises as `ask` does.

        They are chosen once, so that every process that takes over the sending sends the same. Articles that
        have been deleted since are left out.
        """
        chosen = self.digests.choose(digest, lambda: [story.article_ids for story in self.stories(digest)])
        return self._overviews.stories_of(chosen, digest.guild)

    def stories_since(self, since: datetime, edition: str | None = None, number: int = 5) -> list[Story]:
        """Return the stories since a time, those that most outlets report first. Raises as `ask` does."""
        with self._priority.answering():
            return self._overviews.stories_since(since, edition, number)

    def languages(self, edition: str | None = None) -> tuple[str, ...]:
        """Return the languages that an edition's newest articles are in, as codes, where they are known."""
        return self._overviews.languages(edition)

    def check_plan(self, plan: DigestPlan, edition: str | None = None) -> DigestPlan:
        """Return a plan with its sources' names as they are stored. Raises UsageError for unknown ones."""
        return self._overviews.check_plan(plan, edition)

    def excerpts(self, answer: PostedAnswer) -> list[Excerpt]:
        """Return the quotes of a posted answer with the text around them in their articles.

        A quote that its article no longer holds is left out, as is one that the place where the answer was
        posted no longer sees.
        """
        return self._review.excerpts(answer)

    def check_quote(self, claimed: str, edition: str | None = None) -> QuoteCheck:
        """Check whether a stored article says `claimed`, word for word or nearly. Raises as `ask` does."""
        return self._review.check(claimed, edition)

    def review_posted(self, limit: int = 100) -> int:
        """Compare posted quotes with what their articles say now; return how many were compared.

        Answers whose quotes have changed are then in `posted.to_correct`.
        """
        return self._review.review_posted(limit)

    def match_follows(self) -> bool:
        """Compare a part of what is followed with new passages, and store what is to be sent about it.

        Returns False where nothing is left to do, or other processes are doing it. Raises as `ask` does.
        """
        self._priority.give_way()
        return self._alerts.match()

    def left_alerts(self) -> list[tuple[Follow, list[Quote]]]:
        """Claim some of the alerts that wait to be sent; return (follow, quotes) for each.

        Quotes that their articles no longer hold are left out.
        """
        return self.follows.take_over(self._store.articles)

    def seen(self, ids: Collection[str], edition: str) -> set[str]:
        """Return those of the articles that an edition sees."""
        return set(self._visible(edition or None, ids))

    def _visible(self, guild: str | None, ids: Collection[str]) -> Collection[str]:
        """Return those of the articles that a guild's edition has; without a guild, the shared one."""
        origins = self.editions.origins(guild or SHARED)
        if origins is None:
            return ids
        return [id for id, brought in self._store.receipts.origins_of(ids).items() if brought & origins]

    def source_names(self, edition: str | None = None) -> list[str]:
        """Return the names of the outlets whose articles an edition has, in alphabetical order."""
        return self._store.source_names(self.editions.origins(edition))

    # -- writing ---------------------------------------------------------------------------------------

    @property
    def subscriptions(self) -> Subscriptions:
        """The feeds and pages that are read regularly, beginning with `subscriptions.start()`."""
        return self._subscriptions

    def _keep(self, reading: Reading, origin: int, on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Store the articles of one reading of an origin, and update the search indexes."""
        self._engine.require_current_vectors()
        self._store.adopt_fingerprint(self._embedder.fingerprint)
        try:
            report = self._ingest.store(reading, origin, on_progress)
            self.expiry.delete_some()
            return report
        finally:
            self._catch_up()

    def receive(
        self,
        body: bytes,
        name: str,
        on_progress: OnProgress = ignore_progress,
        *,
        subscribe: bool = False,
        edition: str = SHARED,
    ) -> Received:
        """Store the articles of a file that a person has uploaded, or subscribe to the feeds of a list.

        Both are for an edition: the articles are seen there only, and count for its quota.

        `name` is the file's name as the person gave it: it is shown and identifies the file, and is never
        used as a path. Only with `subscribe` a list of feeds (OPML) is accepted. Raises SourceError where
        nothing can be read, UsageError for a list that is not accepted, QuotaError, and BusyError while this
        process reads for the edition already.
        """
        with self._only_writer(edition):
            self._quota.require(edition, len(body))
            reading = self._reader.upload(body, name)
            if reading.kind != "opml":
                origin = self.editions.add(upload_name(edition), edition)
                return Received(self._keep(self._quota.admit(reading, origin), origin, on_progress))
            if not subscribe:
                raise UsageError(f"{name} is a list of feeds: only those who may add sources can give one.")
            return Received(IngestReport(), self._subscriptions.add_feeds(reading.feeds, edition))

    def ingest(self, uris: Sequence[str], on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read files, folders and web addresses, and store their articles.

        What cannot be read is in the report, and the rest is read. Raises ModelError when a reindex is needed
        first, and BusyError while this process ingests already.
        """
        with self._only_writer(SHARED):
            self._engine.require_current_vectors()
            self._store.adopt_fingerprint(self._embedder.fingerprint)
            try:
                report = self._ingest.run(uris, on_progress)
                self.expiry.delete_some()
                return report
            finally:
                self._catch_up()

    def reindex(self, *, full: bool = False, on_progress: OnProgress = ignore_progress) -> ReindexReport:
        """Embed again what another model made (everything when `full`), then read the files and folders that
        were read before, and the sources that are due.

        Questions are answered while it runs. Raises BusyError while this process ingests already, or another
        process reindexes.
        """
        with self._only_writer(SHARED):
            return self._reindex.run(self._catch_up, full=full, on_progress=on_progress)

    def reindex_own(self, guild: str, on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read a guild's own sources again. Raises BusyError while this process reads for it already."""
        with self._only_writer(guild):
            return self._reindex.run_own(guild, on_progress)

    def delete_unseen(self, limit: int = 100) -> int:
        """Delete some of what no edition sees any longer; return 0 when nothing of it is left.

        That are articles which only uploads and sources of guilds brought that have removed them or the bot.
        """
        deleted = delete_unseen(self._store, limit)
        if deleted:
            self._catch_up()
        return deleted

    def _catch_up(self) -> None:
        """Update the search indexes. A failure is only reported, because the articles are stored anyway.

        The background thread of `IndexSync` tries again.
        """
        try:
            self._sync.catch_up()
        except (BusyError, DamageError, SearchError, OSError) as error:
            self.faults.report(SEARCH_INDEX, error)

    def _only_writer(self, edition: str) -> _Exclusive:
        """Keep a second run for the same edition out; those for others go on."""
        return _Exclusive(self._writing, edition)

    # -- measuring -------------------------------------------------------------------------------------

    def evaluate(
        self, folder: Path, on_progress: OnProgress = ignore_progress, *, baselines: bool = False
    ) -> Evaluation:
        """Measure the answers to the questions in a folder (see `index.evaluation`).

        With `baselines`, simpler ways to answer are measured too. This library answers the questions when it
        holds all of the folder's articles, or the folder has none. Otherwise the articles get a library of
        their own in `data_dir/evaluation`, made the first time, so that they never mix with the news. Raises
        UsageError, SourceError, ModelError.
        """
        examples = load_examples(folder)
        articles = articles_file(folder)
        if articles is None or self._evaluator.holds(articles):
            return self._evaluator.run(examples, on_progress, baselines=baselines)
        name = library_name(articles, self._embedder.fingerprint)
        data_dir = self._options.data_dir / "evaluation" / name
        options = replace(self._options, data_dir=data_dir, database_url=None)
        with NewsIndex.open(options, self._embedder, self._answer_reader) as own:
            if not own._evaluator.holds(articles):
                own.ingest([str(articles)], on_progress)
            return own._evaluator.run(examples, on_progress, baselines=baselines)

    def status(self, edition: str | None = None) -> Status:
        """Return how much is stored, whether questions can be answered, and what has failed.

        The articles and sources are those of an edition. While the database cannot be reached, the figures
        are the last ones that were read.
        """
        return self._status.read(edition)


def _search_index(options: IndexOptions, store: Store, dimension: int, faults: Faults) -> SearchIndex:
    """Return the search index that the options name. Raises UsageError for a wrong address of a Milvus."""
    if options.index_url is None:
        return LocalIndex(options.data_dir / "index", dimension, faults)
    from index.search.milvus import MilvusIndex  # imported here, because it takes seconds and few need it

    lock = partial(store.database.locked, "search index", LOCK_SECONDS)
    return MilvusIndex(options.index_url, store.id, dimension, lock, faults)


class _Exclusive:
    """Raises BusyError instead of waiting: two runs over the same sources would do work twice.

    `running` has the editions for which something runs.
    """

    def __init__(self, running: set[str], edition: str) -> None:
        self._running = running
        self._edition = edition

    def __enter__(self) -> None:
        with _entering:
            if self._edition in self._running:
                raise BusyError("Articles are being read already: wait until that is done.")
            self._running.add(self._edition)

    def __exit__(self, *_: object) -> None:
        self._running.discard(self._edition)
