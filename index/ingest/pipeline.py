"""Articles from sources into the store.

What becomes of an article is decided in `index.ingest.decision`. `Ingest` does it, in
batches of one transaction each, so that an interrupted run has stored whole articles and can be repeated.
Before articles are embedded they are leased, and when they are stored what was decided is checked again, so
that of several processes that read the same one embeds it, and none stores it twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from index.embeddings.base import MODEL_CHARS, Embedder
from index.errors import SourceError
from index.ingest.decision import FLAPPING, Candidate, Decision, Stored, decide, times
from index.ingest.duplicates import Twins
from index.ingest.retention import Retention
from index.runtime.fair_lock import Turns
from index.runtime.priority import Precedence
from index.sources.files import Record, count_records, is_address, source_files
from index.sources.reader import Reader
from index.storage.articles import NewArticle, Store, require_current
from index.storage.leases import Leases
from index.text.passages import Passage, split_passages
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Copy
from index.types.report import Failure, IngestReport, OnProgress, Progress, ignore_progress

logger = logging.getLogger(__name__)

# Articles stored in one transaction: about 250 passages, enough for the model to sort by length, few enough
# to commit (and to show progress) every few seconds.
BATCH_ARTICLES = 16

# Changes that stay in the log: a process that was away for longer rebuilds its search index instead.
KEEP_CHANGES = 200_000

# How often to look whether another process has stored what it is embedding.
LOOK_SECONDS = 0.1

Vector = npt.NDArray[np.float16]


@dataclass(slots=True)
class _Batch:
    """What the next transaction will store, and what was decided of each candidate after change `seq`."""

    seq: int = 0
    decisions: list[Decision] = field(default_factory=list)
    new: list[tuple[Candidate, list[Passage]]] = field(default_factory=list)
    copies: list[tuple[str, str, Copy]] = field(default_factory=list)
    touched: list[tuple[str, ArticleTimes]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.new or self.copies or self.touched)

    @property
    def texts(self) -> list[str]:
        """What the model has to see of it."""
        return [embedded_text(each.article, part.span) for each, parts in self.new for part in parts]

    @property
    def work(self) -> list[str]:
        """What only one process may do at a time: embedding an article, or a text under any address."""
        ids = [f"article {each.article.id}" for each, _ in self.new]
        return ids + [f"text {each.text_hash}" for each, _ in self.new]


@dataclass(slots=True)
class _Counts:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: list[Failure] = field(default_factory=list)

    def count(self, decision: Decision) -> None:
        match decision:
            case "new":
                self.added += 1
            case "changed":
                self.updated += 1
            case "copy":
                self.duplicates += 1
            case _:
                self.unchanged += 1

    def report(self) -> IngestReport:
        return IngestReport(self.added, self.updated, self.unchanged, self.duplicates, tuple(self.failed))


class Ingest:
    """Reads sources into a store. For many threads; several processes may ingest at once.

    Batches are stored one at a time, those of the reading with the fewest new articles first: news does not
    wait until a long archive has been read.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        timezone: ZoneInfo,
        clock: Callable[[], datetime],
        retention: Retention | None = None,
        leases: Leases | None = None,
        precedence: Precedence | None = None,
        *,
        fetch_private: bool = False,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._clock = clock
        self._retention = retention or Retention()
        self.turns = Turns()
        self._precedence = precedence or Precedence()
        self._leases = leases or Leases(store.database, clock)
        self.reader = Reader(timezone, clock, self._read_before, private=fetch_private)

    def close(self) -> None:
        """Let go of the connections that fetching keeps, and of what this process has leased."""
        self.reader.close()
        self._leases.close()

    def run(self, uris: Sequence[str], on_progress: OnProgress = ignore_progress) -> IngestReport:
        """Read every source to its end, whatever is broken on the way. Raises StoreError, ModelError."""
        counts = _Counts()
        files = list(self._files(uris, counts))
        total = sum(count_records(each) if isinstance(each, Path) else 1 for each in files)
        done = 0
        on_progress(Progress("articles", done, total))
        for records in _chunks(self._records(files, counts), BATCH_ARTICLES):
            done += len(records)
            with self.turns.turn(total):
                self._store_records(records, counts)
            on_progress(Progress("articles", done, max(done, total)))
        self._delete_old()
        report = counts.report()
        logger.info(
            "ingest done added=%d updated=%d unchanged=%d duplicates=%d failed=%d",
            report.added,
            report.updated,
            report.unchanged,
            report.duplicates,
            len(report.failed),
        )
        return report

    def store(
        self,
        articles: Sequence[Article],
        problems: Sequence[Failure] = (),
        on_progress: OnProgress = ignore_progress,
    ) -> IngestReport:
        """Store articles that were read elsewhere; `problems` are counted. Raises StoreError, ModelError."""
        counts, done = _Counts(failed=list(problems)), 0
        new = len(articles) - len(self._known(each.id for each in articles))
        on_progress(Progress("articles", done, len(articles)))
        for records in _chunks((Record(each, 0) for each in articles), BATCH_ARTICLES):
            done += len(records)
            with self.turns.turn(new):
                self._store_records(records, counts)
            on_progress(Progress("articles", done, len(articles)))
        self._delete_old()
        return counts.report()

    def embed(self, articles: Sequence[Article], *, anew: bool = False) -> tuple[list[NewArticle], int]:
        """Split and embed stored articles again; return them, and how many passages the model was given.

        Where the same model has seen the same words of the same article its vector is kept, unless `anew`.
        """
        batch = _Batch(new=[(Candidate.of(each), split_passages(each.text)) for each in articles])
        known = {} if anew else self._known_vectors(each.id for each in articles)
        unknown = [text for text in batch.texts if text not in known]
        return self._articles(batch.new, known | self._vectors(unknown)), len(unknown)

    def _files(self, uris: Sequence[str], counts: _Counts) -> Iterator[Path | str]:
        """Yield the files to read, and the addresses to fetch as they were given."""
        for uri in uris:
            if is_address(uri):
                yield uri.strip()
                continue
            try:
                files = source_files(uri)
            except SourceError as error:
                counts.failed.append(Failure(uri, str(error)))
            else:
                yield from files
                self._store.remember_source(_absolute(uri), self._clock(), None)

    def _records(self, files: Sequence[Path | str], counts: _Counts) -> Iterator[Record]:
        for source in files:
            try:
                yield from self.reader.records(source)
            except SourceError as error:
                logger.warning("source failed where=%s error=%s", source, error)
                counts.failed.append(Failure(str(source), str(error)))
            else:
                if isinstance(source, str):
                    self._store.remember_source(source, self._clock(), None)

    def _read_before(self, ids: list[str]) -> set[str]:
        """Return which of these ids of articles and entries are stored already, or kept as a copy."""
        return self._known(ids)

    def _known(self, ids: Iterable[str]) -> set[str]:
        """Return which articles are stored, under their own name or as copies."""
        listed = list(ids)
        return set(self._store.known(listed)) | set(self._store.known_copies(listed))

    def _store_records(self, records: Sequence[Record], counts: _Counts) -> None:
        candidates, horizon = [], self._horizon()
        for record in records:
            if record.warning:
                logger.warning("record warning where=%s why=%s", record.warning.where, record.warning.why)
            if isinstance(record.outcome, Failure):
                counts.failed.append(record.outcome)
            elif horizon and record.outcome.published_at < horizon:
                counts.count("expired")
            else:
                candidates.append(Candidate.of(record.outcome))
        for run in _distinct_runs(candidates):
            self._store_candidates(run, counts)

    def _store_candidates(self, candidates: Sequence[Candidate], counts: _Counts) -> None:
        vectors: dict[str, Vector] = {}
        while (decisions := self._try_to_store(candidates, vectors)) is None:
            time.sleep(LOOK_SECONDS)
        for each in decisions:
            counts.count(each)

    def _try_to_store(
        self, candidates: Sequence[Candidate], vectors: dict[str, Vector]
    ) -> Sequence[Decision] | None:
        """Return what was decided and stored; None where another process has to do, or did, some of it.

        `vectors` keeps what the model has seen for the next time.
        """
        batch = self._decided(candidates)
        if not batch:
            return batch.decisions
        work = batch.work
        with self._leases.holding(work) as mine:
            if not mine:
                return None
            batch = self._current(batch, candidates)  # whoever had the lease before may have done it all
            if not set(work).issuperset(batch.work):
                return None
            self._embed_texts(batch, vectors)
            with self._store.database.writing():
                require_current(self._store, self._embedder)
                batch = self._current(batch, candidates)
                if not vectors.keys() >= set(batch.texts):
                    return None
                self._write(batch, vectors)
        return batch.decisions

    def _current(self, batch: _Batch, candidates: Sequence[Candidate]) -> _Batch:
        """Decide again where something was stored since."""
        return batch if self._store.last_seq() == batch.seq else self._decided(candidates)

    def _decided(self, candidates: Sequence[Candidate]) -> _Batch:
        """Decide what becomes of candidates, given what is stored now."""
        seq = self._store.last_seq()
        stored = self._stored(candidates)
        copy_of = self._store.known_copies(each.article.id for each in candidates)
        twins = Twins(self._store, candidates)
        batch = _Batch(seq)
        for each in candidates:
            article, known = each.article, stored.get(each.article.id)
            before = copy_of.get(article.id)
            twin = twins.of(each, before) if known is None else None
            decision = decide(each, known, before, twin)
            batch.decisions.append(decision)
            if decision in ("new", "changed"):
                twins.add(each)
                batch.new.append((_dated(each, known), split_passages(article.text)))
            elif decision == "copy" and twin:
                copy = Copy(article.source, article.url, article.published_at, article.published_precision)
                batch.copies.append((article.id, twin, copy))
            elif decision == "touched" and known:
                batch.touched.append((article.id, times(article, known.known.times, changed=False)))
            elif decision == "flapping":
                logger.info("ingest flapping article=%s url=%s", article.id, article.url)
        return batch

    def _horizon(self) -> datetime | None:
        """Return the moment before which nothing is kept."""
        number = self._retention.articles
        nth_newest = self._store.nth_newest(number) if number else None
        return self._retention.horizon(self._clock(), nth_newest)

    def _delete_old(self) -> None:
        """Delete what is kept no longer, and the oldest part of the change log."""
        horizon, deleted = self._horizon(), 0
        while horizon and (ids := self._store.ids_before(horizon, BATCH_ARTICLES)):
            self._store.delete_articles(ids)
            deleted += len(ids)
        if deleted:
            logger.info("retention deleted=%d before=%s", deleted, horizon)
        self._store.trim_changes(KEEP_CHANGES)

    def _stored(self, candidates: Sequence[Candidate]) -> dict[str, Stored]:
        """Return what is stored under the candidates' ids; all that deciding needs of those that differ."""
        known = self._store.known(each.article.id for each in candidates)
        hashes = {each.article.id: each.content_hash for each in candidates}
        differing = [id for id, each in known.items() if each.content_hash != hashes[id]]
        articles = self._store.articles(differing)
        recent = self._store.count_revisions(differing, self._clock() - FLAPPING)
        return {id: Stored(each, articles.get(id), recent.get(id, 0)) for id, each in known.items()}

    def _embed_texts(self, batch: _Batch, vectors: dict[str, Vector]) -> None:
        """Let the model see what it has not seen of a batch, in the store or in `vectors`."""
        vectors |= self._known_vectors(each.article.id for each, _ in batch.new)
        vectors |= self._vectors([text for text in batch.texts if text not in vectors])

    def _write(self, batch: _Batch, vectors: Mapping[str, Vector]) -> None:
        new = self._articles(batch.new, vectors)
        self._store.write(new, batch.copies, batch.touched, self._clock())

    def _known_vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return what the model would see → its vector, of what is stored of some articles."""
        model = self._embedder.fingerprint[:MODEL_CHARS]
        stored = self._store.vectors(ids, model)
        articles = self._store.articles(stored)
        return {
            embedded_text(articles[id], span): vector
            for id, vectors in stored.items()
            for span, vector in vectors.items()
        }

    def _articles(
        self, pairs: Sequence[tuple[Candidate, Sequence[Passage]]], vectors: Mapping[str, Vector]
    ) -> list[NewArticle]:
        """Return articles as they are stored, given what the model sees → its vector."""
        none = np.empty((0, self._embedder.dimension), np.float16)
        return [
            NewArticle(
                article=each.article,
                content_hash=each.content_hash,
                text_hash=each.text_hash,
                bands=each.bands,
                passages=passages,
                vectors=np.stack([vectors[embedded_text(each.article, part.span)] for part in passages])
                if passages
                else none,
                fingerprint=self._embedder.fingerprint,
            )
            for each, passages in pairs
        ]

    def _vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return {}  # without loading the model
        rows = self._embedder.embed_passages(distinct, self._precedence.give_way).astype(np.float16)
        return dict(zip(distinct, rows, strict=True))


def _dated(candidate: Candidate, stored: Stored | None) -> Candidate:
    """Return the candidate with the times that the article has after it was read again."""
    if stored is None:
        return candidate
    after = times(candidate.article, stored.known.times, changed=True)
    return replace(candidate, article=replace(candidate.article, **after._asdict()))


def embedded_text(article: Article, span: Span) -> str:
    """Return what the model sees of a passage: with its headline, which tells what "it" and "he" are."""
    return f"{article.title}\n{article.text[span.start : span.end]}"


def _absolute(uri: str) -> str:
    """Return a path so that it means the same file wherever the next reindex is started."""
    return uri if uri.startswith("file:") else str(Path(uri).expanduser().resolve())


def _chunks(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _distinct_runs(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Cut the list where an id comes again, so that the second is decided with the first one stored."""
    run: list[Candidate] = []
    ids: set[str] = set()
    for each in candidates:
        if each.article.id in ids:
            yield run
            run, ids = [], set()
        run.append(each)
        ids.add(each.article.id)
    if run:
        yield run
