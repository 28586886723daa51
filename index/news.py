"""The one place where the parts are wired together: `NewsIndex`, the facade that all faces use."""

from __future__ import annotations

import difflib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np

from index.answer_spans import answer_spans
from index.baselines import best_sentences, orders
from index.canonical import canonical_line
from index.confidence import confidence, evidence, threshold
from index.database import sqlite_url
from index.days import REPORTED_DAYS
from index.digest_book import DigestBook
from index.digests import Digest, DigestPlan, Story, choose_stories, story_of
from index.embedding import Embedder, SentenceTransformerEmbedder, Vectors
from index.errors import BusyError, DamageError, ModelError, SearchError, StoreError, UsageError
from index.evaluate import (
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
from index.event_time import event_time
from index.excerpt import Excerpt, excerpt, find_quote
from index.expectation import expectation, names
from index.explain import explain
from index.faults import Faults
from index.follow import Follow
from index.follow_book import FollowBook
from index.follows import Follow as Followed
from index.follows import found_since
from index.forms import finder_for
from index.found import Found
from index.guilds import Guilds
from index.highlights import highlights
from index.ingest import Ingest, require_current
from index.leases import Leases
from index.local import SEARCH_INDEX, LocalIndex
from index.posted import Posted
from index.posts import PostedAnswer
from index.privacy import Privacy
from index.quote_check import QuoteCheck, check_quote
from index.quote_state import Standing, quote_state
from index.quotes import Candidate, candidates, choose, to_quote
from index.reading import PASSAGES_READ, Asked, Parser, idf, read
from index.recency import Recency
from index.refresh import Reading, Refresh
from index.rerank import CrossEncoderReranker, rerank
from index.retention import Retention
from index.retrieve import DEPTH, Ranked, Retrieval, retrieve, retrieve_all
from index.schedule import Limits
from index.scorer import parameters
from index.source_book import SourceBook
from index.store import Store
from index.subscriptions import Subscriptions
from index.timeline import MAX_EVENTS, Report, Timeline, coverage_of, events_of
from index.topic import on_topic
from index.types import (
    DATABASE,
    Answer,
    Article,
    Evaluation,
    Filters,
    Headline,
    IndexOptions,
    IngestReport,
    OnProgress,
    Progress,
    Question,
    Quote,
    Received,
    ReindexReport,
    Source,
    State,
    Status,
    ignore_progress,
)
from index.when import Period, period

if TYPE_CHECKING:
    from index.milvus import MilvusIndex

logger = logging.getLogger(__name__)

# Articles that are split and embedded again in one transaction.
REINDEX_BATCH = 16
# Where a question names a period, so many passages from inside it are read before any others.
PERIOD_PASSAGES = 25
# Articles that a digest chooses from where it has no topic: the newest so many.
STORIES_READ = 500
# A topic is what an article is about, not a word in passing: passages closer than this in meaning, or
# sharing most of the topic's words, count.
TOPIC_COSINE = 0.35
TOPIC_LEXICAL = 0.6
# Whoever brings an index that machines share up to date is done by then, unless it is made anew.
LOCK_SECONDS = 10

MODEL = "model"


class _Stock(NamedTuple):
    """What the database says of itself; before it has said anything, nothing."""

    articles: int = 0
    passages: int = 0
    newest: datetime | None = None
    sources: int = 0
    subscribed: Sequence[Source] = ()
    stale: bool = False


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
        self._parser = Parser(self._index.terms)
        self._follow = Follow(store, self._index.followers, embedder.fingerprint, self.faults)
        self.leases = Leases(store.database, options.clock)
        self._ingest = Ingest(
            store,
            embedder,
            ZoneInfo(options.timezone),
            options.clock,
            Retention(options.keep_days, options.keep_articles),
            self.leases,
            fetch_private=options.fetch_private,
        )
        self._reranker = CrossEncoderReranker(options.reranker_model) if options.reranker_model else None
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
        """Stop reading and following, save what makes the next start quick, let go of the database."""
        with ExitStack() as closing:  # each, whatever becomes of the others: a disk may be full
            closing.callback(self._store.close)
            closing.callback(self._ingest.close)
            closing.callback(self._index.close)
            closing.callback(self._follow.stop)
            closing.callback(self._subscriptions.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load_model(self) -> None:
        """Load the models now, so that the first question does not wait for them. Raises ModelError."""
        try:
            self._embedder.embed_question("news")
        except ModelError as error:
            self.faults.report(MODEL, error)
            raise
        self.faults.mended(MODEL)
        if self._reranker:
            self._reranker.load()

    # -- asking ----------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Answer:
        """Return the quotes that answer the question, or the closest reports and the word that none does.

        Raises UsageError for an unknown source, ModelError when a reindex is needed first.
        """
        return self._answer(question)[0]

    def _answer(self, question: Question) -> tuple[Answer, Found]:
        with self._store.database.snapshot():
            return self._answer_from_snapshot(question)

    def _answer_from_snapshot(self, question: Question) -> tuple[Answer, Found]:
        started = time.perf_counter()
        found = self.search(question)
        chosen = choose(found.candidates, question.limit)
        copies = self._store.copies({each.article_id for each in chosen})
        quotes = [self._dated(to_quote(each, copies.get(each.article_id, ()))) for each in chosen]
        certainty = confidence(found.evidence) if chosen else 0.0
        answered = bool(chosen) and certainty >= self._threshold
        coverage = None if answered else self._store.coverage(found.quotable)
        answer = Answer(
            question=question,
            as_of=found.as_of,
            since=found.since,
            until=found.until,
            answered=answered,
            confidence=certainty,
            quotes=tuple(self._marked(quotes, found.asked, question.text) if answered else quotes),
            articles_searched=coverage.articles if coverage else self._store.count_articles(found.quotable),
            took_ms=(time.perf_counter() - started) * 1000,
            coverage=coverage,
        )
        if question.explain:
            explanation = explain(answer, found, chosen, self._threshold, self._caveat())
            answer = replace(answer, explanation=explanation)
        return answer, found

    def _marked(self, quotes: Sequence[Quote], asked: Asked, text: str) -> list[Quote]:
        """Return the quotes with the words that answer, where they are certain."""
        spans = answer_spans(text, [each.text for each in quotes], asked.weights, self._index.terms)
        return [replace(quote, answer_spans=each) for quote, each in zip(quotes, spans, strict=True)]

    def _dated(self, quote: Quote) -> Quote:
        """Return the quote with the time that its words name."""
        published = quote.article.published_at
        return replace(quote, event=event_time(quote.text, published, ZoneInfo(self._options.timezone)))

    def search(self, question: Question) -> Found:
        """Return what could be quoted for a question, and what speaks for each. Raises as `ask` does."""
        self._require_current_vectors()
        as_of = question.as_of or self._options.clock()
        explicit = question.since is not None or question.until is not None
        text = canonical_line(question.text)  # neither the model nor the index takes what is no character
        about = None if explicit else period(text, as_of, ZoneInfo(self._options.timezone))
        until = min(question.until, as_of) if question.until else as_of
        filters = Filters(question.since, until, self._source_name(question.source))
        shown, searched = Filters(question.since, question.until), [filters]
        if about and about.limits:
            shown = Filters(about.since, min(about.until, as_of) if about.until else None)
            searched.append(replace(filters, since=shown.since, until=shown.until or until))
        # Reports from outside the period are read, since they too tell what matters, but not quoted.
        first = shown if about and about.limits else None
        what = Retrieval(searched, PASSAGES_READ, first, PERIOD_PASSAGES)
        ranked = self._retrieve(text, what, until, about)
        asked = self._asked(text)
        readings = read(ranked, asked, self._parser)
        found = [each for each in candidates(readings, asked) if shown.admit(each.ranked.stored.article)]
        if self._reranker:
            found = rerank(self._reranker, text, found)
        return Found(
            as_of, shown.since, shown.until, about, filters, asked, ranked, found, evidence(readings, asked)
        )

    def latest(
        self,
        topic: str | None = None,
        *,
        source: str | None = None,
        limit: int = 5,
        as_of: datetime | None = None,
    ) -> list[Headline]:
        """Return the newest articles, on a topic where one is given, with their highlights."""
        if not 1 <= limit <= 100:
            raise UsageError(f"The number of articles must be between 1 and 100, not {limit}.")
        now = as_of or self._options.clock()
        filters = Filters(until=now, source=self._source_name(source))
        if topic is None:
            articles = self._store.latest(filters, limit)
        else:
            self._require_current_vectors()
            about = {
                each.stored.article.id: each.stored.article
                for each in self._retrieve(canonical_line(Question(topic).text), Retrieval([filters]), now)
                if _is_about(each)
            }
            articles = sorted(about.values(), key=lambda each: (each.published_at, each.id), reverse=True)
        shown = articles[:limit]
        copies = self._store.copies(each.id for each in shown)
        return [Headline(each, highlights(each), tuple(copies.get(each.id, ()))) for each in shown]

    def timeline(self, question: Question, limit: int = MAX_EVENTS) -> Timeline:
        """Return what was reported of a topic, or of a question's, as at most `limit` dated events.

        A period, given or named in its words, is that of the events. Raises as `ask` does.
        """
        self._require_current_vectors()
        as_of, zone = question.as_of or self._options.clock(), ZoneInfo(self._options.timezone)
        text, since, until = self._topic(question, as_of)
        # What happened on the last days is reported in those after them.
        read_until = min(until + timedelta(days=REPORTED_DAYS), as_of) if until else as_of
        filters = Filters(since, read_until, self._source_name(question.source))
        found = self._reports(self._on_topic(text, filters))
        first = since.astimezone(zone).date() if since else date.min
        last = min(until or as_of, as_of).astimezone(zone).date()
        events = events_of(found, zone, first, last, limit)
        coverage = coverage_of(found, zone, first, last)
        return Timeline(question, as_of, since, until, tuple(events), tuple(coverage))

    def _topic(self, question: Question, as_of: datetime) -> tuple[str, datetime | None, datetime | None]:
        """Return what a timeline is about, and its period: as given, or else as the words say."""
        text = canonical_line(question.text)
        if question.since or question.until:
            return text, question.since, question.until
        about = period(text, as_of, ZoneInfo(self._options.timezone))
        if about is None or not about.limits:
            return text, None, None
        rest = text.replace(about.phrase, " ")
        return rest if any(char.isalnum() for char in rest) else text, about.since, about.until

    def _reports(self, found: Sequence[Candidate]) -> list[Report]:
        """Return the candidates as dated quotes, with the vectors of their passages."""
        ids = {each.article_id for each in found}
        copies = self._store.copies(ids)
        vectors = self._store.vectors(ids, self._embedder.fingerprint)
        return [
            Report(
                self._dated(to_quote(each, copies.get(each.article_id, ()))),
                vectors[each.article_id][each.ranked.stored.passage.span].astype(np.float32),
            )
            for each in found
            if each.ranked.stored.passage.span in vectors.get(each.article_id, ())
        ]

    def stories(self, digest: Digest) -> list[Story]:
        """Return what a digest would tell now, the stories first that most outlets report.

        A story is one of its articles, the newest; the others are named with it. Raises as `ask` does.
        """
        self._require_current_vectors()
        now, plan = self._options.clock(), self.check_plan(digest.plan)
        periods = [Filters(digest.since(now), now, source) for source in plan.sources or (None,)]
        found = [article for each in periods for article in self._published(each, plan.topics)]
        known = self.digests.known(digest.id)
        new = {article.id: article for article in found if article.id not in known}
        vectors = self._store.vectors(new, self._embedder.fingerprint)
        beginnings = {id: spans[min(spans)].astype(np.float32) for id, spans in vectors.items()}
        chosen = choose_stories(list(new.values()), beginnings, plan.number)
        copies = self._store.copies(article.id for story in chosen for article in story)
        return [story_of(story, copies) for story in chosen]

    def check_plan(self, plan: DigestPlan) -> DigestPlan:
        """Return a plan with its sources as they are spelled. Raises UsageError for an unknown one."""
        names = (self._source_name(source) for source in plan.sources)
        return replace(plan, sources=tuple(dict.fromkeys(name for name in names if name)))

    def _published(self, filters: Filters, topics: Sequence[str]) -> list[Article]:
        """Return the articles on any of the topics, or the newest of all."""
        if not topics:
            return self._store.latest(filters, STORIES_READ)
        about = (
            candidate for topic in topics for candidate in self._on_topic(canonical_line(topic), filters)
        )
        return [candidate.ranked.stored.article for candidate in about]

    def _on_topic(self, text: str, filters: Filters) -> list[Candidate]:
        """Return the best sentence of each article about a topic."""
        vector = self._meaning(text)
        passages = retrieve_all(self._index, self._store, vector, text, filters)
        return on_topic(passages, self._asked(text), self._parser)

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
        self._require_current_vectors()
        now = self._options.clock()
        ranked = self._retrieve(canonical_line(claimed), Retrieval([Filters(until=now)]), now)
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

    def _retrieve(
        self, text: str, what: Retrieval, now: datetime, about: Period | None = None
    ) -> list[Ranked]:
        """Return the best passages of each search, and of the first one narrowed to what is current."""
        vector = self._meaning(text)
        recency = Recency.of(self._store, now, about)
        what = what._replace(filters=[*what.filters, recency.narrow(what.filters[0])])
        return retrieve(self._index, self._store, vector, text, what, recency)

    def _meaning(self, text: str) -> Vectors:
        """Return the vector of a text; zeros while the model is missing, so that words alone are compared."""
        try:
            vector = self._embedder.embed_question(text)
        except ModelError as error:
            self.faults.report(MODEL, error)
            return np.zeros(self._embedder.dimension, np.float32)
        self.faults.mended(MODEL)
        return vector

    @property
    def _threshold(self) -> float:
        return threshold() if self._options.threshold is None else self._options.threshold

    def _asked(self, text: str) -> Asked:
        terms = self._index.question_terms(text)
        weights = idf(self._index.document_frequency(terms), len(self._index))
        named = frozenset(stem for name in names(text) for stem in self._index.terms(name))
        return Asked(weights, named, expectation(text), finder_for(text), self._rarity())

    def _rarity(self) -> Callable[[str], float]:
        """Return a function from a word to its idf as a share of the highest possible, in [0, 1]."""
        passages = len(self._index)
        highest = idf({"": 0}, passages)[""]

        @cache
        def rarity(term: str) -> float:
            return idf(self._index.document_frequency([term]), passages)[term] / highest

        return rarity

    def _source_name(self, source: str | None) -> str | None:
        """Return the stored spelling of a source's name."""
        if source is None:
            return None
        names = {name.casefold(): name for name in self._store.source_names()}
        found = names.get(source.strip().casefold())
        if found is None:
            close = difflib.get_close_matches(source.casefold(), list(names), n=1, cutoff=0.5)
            known = f"did you mean {names[close[0]]!r}?" if close else f"known are {_listed(names)}."
            raise UsageError(f"There is no source {source!r}: {known}")
        return found

    # -- writing ---------------------------------------------------------------------------------------

    @property
    def subscriptions(self) -> Subscriptions:
        """The sources that are read again and again. Nothing is read before `subscriptions.start()`."""
        return self._subscriptions

    def _keep(self, reading: Reading, on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Store what one reading of a source brought, and let it be found."""
        self._require_current_vectors()
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
            self._require_current_vectors()
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

    def _require_current_vectors(self) -> None:
        require_current(self._store, self._embedder)

    def _is_stale(self) -> bool:
        return self._store.fingerprint() not in (None, self._embedder.fingerprint)

    # -- measuring -------------------------------------------------------------------------------------

    def evaluate(
        self, folder: Path, on_progress: OnProgress = ignore_progress, *, baselines: bool = False
    ) -> Evaluation:
        """Measure the answers to a folder's questions (see `index.evaluate`), and plain ways beside them.

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
        outcomes = evaluate(self._answer_and_passages, examples, on_progress)
        quoted = {quote.article.id for each in outcomes for quote in each.answer.quotes}
        stored = {id: article.text for id, article in self._store.articles(quoted).items()}
        return Evaluation(
            library=self._options.data_dir,
            model=self._embedder.model,
            articles=self._store.count_articles(),
            passages=self._store.count_passages(),
            threshold=self._threshold,
            measures=measure(outcomes, stored),
            reliability=reliability(outcomes),
            misses=misses(outcomes),
            digest=digest(outcomes),
            baselines=compare(self._plain_quotes, examples) if baselines else (),
        )

    def _plain_quotes(self, question: Question) -> dict[str, list[str]]:
        """Return what each plain way quotes (see `index.baselines`)."""
        text = canonical_line(question.text)
        vector = self._embedder.embed_question(text)
        hits = self._index.search(vector, text, Filters(until=question.as_of), DEPTH)
        stored = self._store.stored_passages([hit.passage_id for hit in hits])
        weights = self._asked(text).weights
        return {
            name: [best_sentences(stored[id], weights, self._index.terms) for id in ids if id in stored][
                : question.limit
            ]
            for name, ids in orders(hits).items()
        }

    def _answer_and_passages(self, question: Question) -> tuple[Answer, list[str]]:
        answer, found = self._answer(question)
        return answer, [each.stored.text for each in found.ranked[: question.limit]]

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
            caveat=self._caveat(),
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

    def _caveat(self) -> str | None:
        """Say that the threshold belongs to another model, where it does and none is set."""
        if self._options.threshold is not None or self._embedder.model == parameters().model:
            return None
        return (
            f"The threshold was measured for {parameters().model}, not for {self._embedder.model}: "
            "'newsbot evaluate FOLDER' suggests one for NEWS_THRESHOLD."
        )


def _search_index(
    options: IndexOptions, store: Store, dimension: int, faults: Faults
) -> LocalIndex | MilvusIndex:
    """Return the index that is set. Raises UsageError where that is no address of a Milvus."""
    if options.index_url is None:
        return LocalIndex(options.data_dir / "index", dimension, faults)
    from index.milvus import MilvusIndex  # takes seconds, which only those wait for who use it

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


def _judged(stock: _Stock, *, degraded: bool) -> tuple[State, str | None]:
    """Return the state of a library, and what to do about it, if anything."""
    if stock.stale:
        return "stale", "The model or splitter has changed: run 'newsbot reindex'."
    if degraded:
        return "degraded", None
    if not stock.articles:
        return "empty", "There are no articles yet: add some with 'newsbot ingest PATH'."
    return "ready", None


def _is_about(ranked: Ranked) -> bool:
    return ranked.dense >= TOPIC_COSINE or ranked.lexical >= TOPIC_LEXICAL


def _listed(names: dict[str, str]) -> str:
    shown = sorted(names.values())[:8]
    return ", ".join(shown) + (" and others" if len(names) > len(shown) else "") if shown else "none"
