"""The one place where the parts are wired together: `NewsIndex`, the facade that all faces use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from index.answers.engine import MODEL, Answering
from index.answers.result import Found
from index.answers.retrieval import Retrieval
from index.embeddings.base import Embedder
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.errors import BusyError, DamageError, ModelError, SearchError, StoreError, UsageError
from index.evaluation.metrics import (
    Example,
    article_ids,
    articles_file,
    compare,
    digest,
    evaluate,
    library_name,
    load_examples,
    measure,
    misses,
    reliability,
)
from index.ingest.pipeline import Ingest
from index.ingest.refresh import Reading, Refresh
from index.ingest.retention import Retention
from index.ingest.schedule import Limits
from index.ingest.subscriptions import Subscriptions
from index.overviews.alerts import found_since
from index.overviews.overviews import Overviews
from index.overviews.timeline import MAX_EVENTS
from index.quotes.check import QuoteCheck, check_quote
from index.quotes.excerpt import Excerpt, excerpt, find_quote
from index.quotes.standing import Standing, quote_state
from index.runtime.deadline import Deadline
from index.runtime.faults import Faults
from index.runtime.malloc import use_one_arena
from index.runtime.priority import Precedence
from index.search.base import SEARCH_INDEX
from index.search.local import LocalIndex
from index.search.sync import Follow
from index.status import _judged, _Stock
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.storage.digests import DigestBook
from index.storage.follows import FollowBook
from index.storage.guilds import Guilds
from index.storage.leases import Leases
from index.storage.posted import Posted
from index.storage.privacy import Privacy
from index.storage.sources import SourceBook
from index.text.normalize import canonical_line
from index.types.answer import Answer, Headline, Quote
from index.types.digest import Digest, DigestPlan, Story
from index.types.evaluation import Evaluation
from index.types.follow import Follow as Followed
from index.types.options import IndexOptions
from index.types.posted import PostedAnswer
from index.types.question import Filters, Question
from index.types.report import IngestReport, OnProgress, Progress, ReindexReport, ignore_progress
from index.types.source import Received
from index.types.status import DATABASE, Status
from index.types.timeline import Timeline

if TYPE_CHECKING:
    from index.search.milvus import MilvusIndex

logger = logging.getLogger(__name__)

# Articles that are split and embedded again in one transaction.
REINDEX_BATCH = 16
# Whoever brings an index that machines share up to date is done by then, unless it is made anew.
LOCK_SECONDS = 10
# What is under way when everything is to end may take so long, all of it together.
CLOSE_SECONDS = 3.0


class NewsIndex:
    """Articles in, answers out. Opened once per process; every method may be called from many threads.

    What works no more tells of itself in `faults`, and is tried again until it does.
    """

    def __init__(self, options: IndexOptions, store: Store, embedder: Embedder) -> None:
        self.faults = Faults(options.clock)
        self._options = options
        self._store = store
        self._embedder = embedder
        self._index = _search_index(options, store, embedder.dimension, self.faults)
        self._answering = Answering(options, store, self._index, embedder, self.faults)
        self._overviews = Overviews(options, store, self._answering)
        self._follow = Follow(store, self._index.followers, embedder.fingerprint, self.faults)
        self.leases = Leases(store.database, options.clock)
        self._precedence = Precedence()
        self._ingest = Ingest(
            store,
            embedder,
            ZoneInfo(options.timezone),
            options.clock,
            Retention(options.keep_days, options.keep_articles),
            self.leases,
            self._precedence,
            fetch_private=options.fetch_private,
        )
        self._writing = threading.Lock()
        self._stock = _Stock()
        self._subscriptions = self._subscribed(SourceBook(store.database))
        self.posted = Posted(store.database)
        self.guilds = Guilds(store.database, options.clock)
        self.privacy = Privacy(store.database)
        self.follows = FollowBook(store.database, options.clock)
        self.digests = DigestBook(store.database, options.clock)

    def _subscribed(self, book: SourceBook) -> Subscriptions:
        limits = Limits(self._options.refresh_shortest, self._options.refresh_longest)
        read, clock = self._ingest.reader.read, self._options.clock
        refresh = Refresh(book, read, self._keep, limits, clock=clock, faults=self.faults)
        return Subscriptions(book, refresh, read, self._keep, clock)

    @classmethod
    def open(cls, options: IndexOptions, embedder: Embedder | None = None) -> NewsIndex:
        """Open the database and bring the search indexes up to date with it.

        The model is loaded by the first question or ingest (or by `load_model`), unless one is handed in.
        Raises StoreError or ModelError.
        """
        use_one_arena()
        options.data_dir.mkdir(parents=True, exist_ok=True)
        store = Store.open(options.database_url or sqlite_url(options.data_dir / "news.db"))
        if embedder is None:
            embedder = SentenceTransformerEmbedder(
                options.embedding_model, options.query_prompt, options.passage_prompt
            )
        news = cls(options, store, embedder)
        news._catch_up()
        news._follow.start(options.follow_seconds)
        return news

    def close(self) -> None:
        """Stop reading and following, save what makes the next start quick, let go of the database.

        What is being read or followed may take `CLOSE_SECONDS` more; no article is stored in part.
        """
        deadline = Deadline(CLOSE_SECONDS)
        with ExitStack() as closing:  # each, whatever becomes of the others: a disk may be full
            closing.callback(self._store.close)
            closing.callback(self._ingest.close)
            closing.callback(self._index.close)
            closing.callback(lambda: self._follow.stop(deadline.left()))
            closing.callback(lambda: self._subscriptions.stop(deadline.left()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load_model(self) -> None:
        """Load the models now, so that the first question does not wait for them. Raises ModelError."""
        self._answering.load_model()

    # -- asking ----------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Answer:
        """Return the quotes that answer the question, or the closest reports and the word that none does.

        Raises UsageError for an unknown source, ModelError when a reindex is needed first.
        """
        with self._precedence.answering():
            return self._answering.answer(question)[0]

    def search(self, question: Question) -> Found:
        """Return what could be quoted for a question, and what speaks for each. Raises as `ask` does."""
        with self._precedence.answering():
            return self._answering.search(question)

    def latest(
        self,
        topic: str | None = None,
        *,
        source: str | None = None,
        limit: int = 5,
        as_of: datetime | None = None,
    ) -> list[Headline]:
        """Return the newest articles, on a topic where one is given, with their highlights."""
        with self._precedence.answering():
            return self._overviews.latest(topic, source=source, limit=limit, as_of=as_of)

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """Return what was reported of a topic, or of a question's, as at most `limit` dated events.

        A period, given or named in its words, is that of the events. Raises as `ask` does.
        """
        with self._precedence.answering():
            return self._overviews.timeline(question, limit)

    def stories(self, digest: Digest) -> list[Story]:
        """Return what a digest would tell now, the stories first that most outlets report.

        What it told before is left out. Raises as `ask` does.
        """
        return self._overviews.stories(digest, self.digests.known(digest.id))

    def stories_to_send(self, digest: Digest) -> list[Story]:
        """Return what a claimed digest holds: chosen once, whoever sends it in the end. Raises as `ask` does.

        What is not stored any more is left out.
        """
        chosen = self.digests.choose(digest, lambda: [each.article_ids for each in self.stories(digest)])
        return self._overviews.stories_of(chosen)

    def check_plan(self, plan: DigestPlan) -> DigestPlan:
        """Return a plan with its sources as they are spelled. Raises UsageError for an unknown one."""
        return self._overviews.check_plan(plan)

    def revision(self, article_id: str) -> int | None:
        """Return the number of an article's current revision, from 1; None when it is not stored."""
        return self._store.revision(article_id)

    def text_of(self, article_id: str, revision: int) -> str | None:
        """Return an article's text as it was in a revision; None when that is not stored."""
        return self._store.text_of(article_id, revision)

    def quote_state(self, article_id: str, revision: int, start: int, end: int) -> Standing:
        """Tell what has become of words quoted from a revision: whether they stand in the current one.

        They are withdrawn, too, when the article is stored no more.
        """
        quoted = self._store.text_of(article_id, revision)
        article = self._store.articles([article_id]).get(article_id)
        if quoted is None or article is None:
            return Standing("withdrawn")
        return quote_state(quoted[start:end], start, article.text)

    def excerpts(self, answer: PostedAnswer) -> list[Excerpt]:
        """Return the quotes of a posted answer as they stand in their articles now, with what is around them.

        A quote that its article does not hold any more is left out.
        """
        articles = self._store.articles({quote.article_id for quote in answer.quotes})
        known = [(articles[each.article_id], each) for each in answer.quotes if each.article_id in articles]
        found = [find_quote(article, each.start, each.text) for article, each in known]
        return [excerpt(quote) for quote in found if quote]

    def check_quote(self, claimed: str) -> QuoteCheck:
        """Look for what somebody says was written, word for word or nearly. Raises as `ask` does."""
        self._answering.require_current_vectors()
        now = self._options.clock()
        ranked = self._answering.retrieve(canonical_line(claimed), Retrieval([Filters(until=now)]), now)
        return check_quote(claimed, {each.stored.article.id: each.stored.article for each in ranked}.values())

    def review_posted(self, limit: int = 100) -> int:
        """Compare posted quotes with what their articles say now; return how many were compared.

        What has become of them is for `posted.to_correct`.
        """
        waiting = self.posted.to_compare(limit)
        for id, place, quote, revision, text, changed_at in waiting:
            standing = quote_state(quote.text, quote.start, text)
            new_text = standing.text if standing.state == "changed" else None
            self.posted.compared(id, place, revision, standing.state, new_text, changed_at)
        return len(waiting)

    def found_since(self, follow: Followed) -> list[Quote]:
        """Return quotes of what is followed, of articles from after it began. Raises as `ask` does."""
        return found_since(self, follow, self._options.clock())

    def left_alerts(self) -> list[tuple[Followed, list[Quote]]]:
        """Claim the alerts that a process claimed and never sent, each with its quotes that still stand."""
        return self.follows.take_over(self._store.articles)

    def source_names(self) -> list[str]:
        """Return the names of the outlets whose articles are stored, in alphabetical order."""
        return self._store.source_names()

    # -- writing ---------------------------------------------------------------------------------------

    @property
    def subscriptions(self) -> Subscriptions:
        """The sources that are read again and again. Nothing is read before `subscriptions.start()`."""
        return self._subscriptions

    def _keep(self, reading: Reading, on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Store what one reading of a source brought, and let it be found."""
        self._answering.require_current_vectors()
        self._store.adopt_fingerprint(self._embedder.fingerprint)
        try:
            return self._ingest.store(reading.articles, reading.problems, on_progress)
        finally:
            self._catch_up()

    def receive(
        self, body: bytes, name: str, on_progress: OnProgress = ignore_progress, *, subscribe: bool = False
    ) -> Received:
        """Read a file that somebody handed in, and of a list of feeds make sources, if `subscribe` allows.

        `name` is what they call it: it is shown and tells one file from another, and is never a path. Raises
        SourceError where nothing can be read, UsageError, and BusyError as `ingest` does.
        """
        with self._only_writer():
            reading = self._ingest.reader.upload(body, name)
            if reading.kind != "opml":
                return Received(self._keep(reading, on_progress))
            if not subscribe:
                raise UsageError(f"{name} is a list of feeds: only those who may add sources can give one.")
            return Received(IngestReport(), self._subscriptions.add_feeds(reading.feeds))

    def ingest(self, uris: Sequence[str], on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read files, folders and addresses into the store; what is broken is reported and stops nothing.

        Raises ModelError when a reindex is needed first, BusyError while this process ingests already.
        """
        with self._only_writer():
            self._answering.require_current_vectors()
            self._store.adopt_fingerprint(self._embedder.fingerprint)
            try:
                return self._ingest.run(uris, on_progress)
            finally:
                self._catch_up()

    def reindex(self, *, full: bool = False, on_progress: OnProgress = ignore_progress) -> ReindexReport:
        """Embed again what another model made (everything when `full`), then read the files and folders that
        were read before, and the sources that are due.

        Answers go on meanwhile. Raises BusyError while this process ingests already, or another reindexes.
        """
        with self._only_writer(), self.leases.holding(["reindex"]) as mine:
            if not mine:
                raise BusyError("Another process is reindexing already: wait until that is done.")
            embedded = self._embed_again(full, on_progress)
            while not self._store.set_fingerprint(self._embedder.fingerprint):
                # Another process has stored articles meanwhile, with the model that it knew.
                embedded += self._embed_again(False, on_progress)
            uris = [source.uri for source in self._store.sources()]
            reports = [self._ingest.run(uris, on_progress)]
            reports += [each.ingested for each in self._subscriptions.refresh_due(on_progress)]
            self._catch_up()
            return ReindexReport(IngestReport.of_all(reports), embedded)

    def _embed_again(self, full: bool, on_progress: OnProgress) -> int:
        """Split all articles again, or those with another fingerprint; return how many passages that makes.

        Unless `full`, only words that the model has not seen are embedded: after a change of the splitter
        alone that is little. In batches: an interrupted run over the stale ones goes on where it was.
        """
        fingerprint = self._embedder.fingerprint
        if full:
            total, batches = self._store.count_passages(), self._store.all_articles(REINDEX_BATCH)
        else:
            total = self._store.count_passages_to_reindex(fingerprint)
            batches = iter(lambda: self._store.articles_to_reindex(fingerprint, REINDEX_BATCH), [])
        done = embedded = 0
        for articles in batches:
            new, unknown = self._ingest.embed(articles, anew=full)
            self._store.replace_passages(new)
            done += sum(len(each.passages) for each in new)
            embedded += unknown
            on_progress(Progress("passages", done, max(done, total)))
        return embedded

    def _catch_up(self) -> None:
        """Let what has been stored be found, now if that is possible: what is stored stays so in any case."""
        try:
            self._follow.catch_up()
        except (BusyError, DamageError, SearchError, OSError) as error:
            self.faults.report(SEARCH_INDEX, error)

    def _only_writer(self) -> _Exclusive:
        return _Exclusive(self._writing)

    def _is_stale(self) -> bool:
        return self._store.fingerprint() not in (None, self._embedder.fingerprint)

    # -- measuring -------------------------------------------------------------------------------------

    def evaluate(
        self, folder: Path, on_progress: OnProgress = ignore_progress, *, baselines: bool = False
    ) -> Evaluation:
        """Measure the answers to a folder's questions (see `index.evaluation.metrics`), and plain ways beside them.

        They are put to this library when it holds all of the folder's articles, or the folder has none.
        Otherwise the articles get a library of their own in `data_dir/evaluation`, made the first time, so
        that they never mix with the news. Raises UsageError, SourceError, ModelError.
        """
        examples = load_examples(folder)
        articles = articles_file(folder)
        if articles is None or self._holds(articles):
            return self._evaluate(examples, on_progress, baselines)
        name = library_name(articles, self._embedder.fingerprint)
        data_dir = self._options.data_dir / "evaluation" / name
        options = replace(self._options, data_dir=data_dir, database_url=None)
        with NewsIndex.open(options, self._embedder) as own:
            if not own._holds(articles):
                own.ingest([str(articles)], on_progress)
            return own._evaluate(examples, on_progress, baselines)

    def _holds(self, articles: Path) -> bool:
        """Tell whether all articles of a file are stored, under their own name or as copies."""
        ids = article_ids(articles, ZoneInfo(self._options.timezone))
        return ids == self._store.known(ids).keys() | self._store.known_copies(ids).keys()

    def _evaluate(self, examples: Sequence[Example], on_progress: OnProgress, baselines: bool) -> Evaluation:
        self.ask(Question("What is the news?"))  # the first question of all loads the model
        outcomes = evaluate(self._answering.answer_and_passages, examples, on_progress)
        quoted = {quote.article.id for each in outcomes for quote in each.answer.quotes}
        stored = {id: article.text for id, article in self._store.articles(quoted).items()}
        return Evaluation(
            library=self._options.data_dir,
            model=self._embedder.model,
            articles=self._store.count_articles(),
            passages=self._store.count_passages(),
            threshold=self._answering.threshold,
            measures=measure(outcomes, stored),
            reliability=reliability(outcomes),
            misses=misses(outcomes),
            digest=digest(outcomes),
            baselines=compare(self._answering.plain_quotes, examples) if baselines else (),
        )

    # -- telling ---------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Return how much is stored, whether questions can be answered, and what works no more.

        Also where the database is away: then with the figures of the last time.
        """
        if any(fault.part == MODEL for fault in self.faults.all()):
            with suppress(ModelError):  # reported, and perhaps it is back
                self.load_model()
        try:
            self._stock = self._count()
            self.faults.mended(DATABASE)
        except StoreError as error:
            self.faults.report(DATABASE, error)
        stock, faults = self._stock, self.faults.all()
        state, remedy = _judged(stock, degraded=bool(faults))
        return Status(
            articles=stock.articles,
            passages=stock.passages,
            newest=stock.newest,
            sources=stock.sources,
            index=f"{self._index.kind}, {len(self._index):,} passages",
            state=state,
            model=self._embedder.model,
            database=self._store.name,
            remedy=remedy,
            caveat=self._answering.caveat(),
            addresses=len(stock.subscribed),
            failing=tuple(each for each in stock.subscribed if each.error),
            disk_bytes=self._index.disk_bytes,
            memory_bytes=self._index.memory_bytes,
            faults=faults,
        )

    def _count(self) -> _Stock:
        store = self._store
        return _Stock(
            store.count_articles(),
            store.count_passages(),
            store.newest(),
            len(store.source_names()),
            self._subscriptions.all(),
            self._is_stale(),
        )


def _search_index(
    options: IndexOptions, store: Store, dimension: int, faults: Faults
) -> LocalIndex | MilvusIndex:
    """Return the index that is set. Raises UsageError where that is no address of a Milvus."""
    if options.index_url is None:
        return LocalIndex(options.data_dir / "index", dimension, faults)
    from index.search.milvus import MilvusIndex  # takes seconds, which only those wait for who use it

    lock = partial(store.database.locked, "search index", LOCK_SECONDS)
    return MilvusIndex(options.index_url, store.id, dimension, lock, faults)


class _Exclusive:
    """A lock that refuses instead of waiting: two runs over the same sources would do the work twice."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise BusyError("Articles are being read already: wait until that is done.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
