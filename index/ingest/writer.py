"""Articles into the store: decided, embedded and written, in batches of one transaction each.

What becomes of an article is decided in `index.ingest.decision`. An interrupted run has stored whole articles
and can be repeated. Before articles are embedded they are leased, and when they are written what was decided
is checked again: of several processes that read the same article one embeds it, and none stores it twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from index.embeddings.base import MODEL_CHARS, Embedder
from index.ingest.decision import Decision, IncomingArticle, Stored, decide, times
from index.ingest.duplicates import DuplicateFinder
from index.ingest.identity import Identified, KnownIdentities, identify
from index.ingest.retention import Retention
from index.runtime.priority import AnswerPriority
from index.storage.articles import Store
from index.storage.identities import IdentityStore
from index.storage.leases import Leases
from index.storage.rows import NewArticle
from index.text.passages import Passage
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Copy

logger = logging.getLogger(__name__)

# Articles deleted in one transaction: few enough that a process that waits to write gets its turn soon.
DELETED_AT_ONCE = 16

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
    new: list[tuple[IncomingArticle, Sequence[Passage]]] = field(default_factory=list)
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


class ArticleWriter:
    """Writes articles into a store. For many threads; several processes may write to one database at once."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        clock: Callable[[], datetime],
        retention: Retention | None = None,
        leases: Leases | None = None,
        priority: AnswerPriority | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._clock = clock
        self._retention = retention or Retention()
        self._priority = priority or AnswerPriority()
        self._leases = leases or Leases(store.database, clock)
        self._identities = IdentityStore(store.database)

    def close(self) -> None:
        """Release what this process has leased."""
        self._leases.close()

    def write(self, articles: Sequence[Article]) -> list[Decision]:
        """Store articles, in their order; return what became of each. Raises StoreError, ModelError."""
        horizon = self._horizon()
        kept = [article for article in articles if not horizon or article.published_at >= horizon]
        decisions: list[Decision] = ["expired"] * (len(articles) - len(kept))
        identified = self._identified(kept)
        for run in _distinct_runs([IncomingArticle.of(found.article) for found in identified]):
            decisions += self._write_run(run)
        self._note(identified)
        return decisions

    def embed(self, articles: Sequence[Article], *, anew: bool = False) -> tuple[list[NewArticle], int]:
        """Split and embed stored articles again; return them, and how many passages the model was given.

        Where the same model has seen the same words of the same article its vector is kept, unless `anew`.
        """
        batch = _Batch(new=[(incoming, incoming.passages) for incoming in map(IncomingArticle.of, articles)])
        known = {} if anew else self._known_vectors(article.id for article in articles)
        unknown = [text for text in batch.texts if text not in known]
        return self._articles(batch.new, known | self._vectors(unknown)), len(unknown)

    def known(self, ids: Iterable[str]) -> set[str]:
        """Return which of these ids of articles and entries are stored, be it as a copy."""
        listed = list(ids)
        other = self._identities.articles_of(listed)
        asked = {*listed, *other.values()}
        stored = set(self._store.known(asked)) | set(self._store.known_copies(asked))
        return {id for id in listed if id in stored or other.get(id) in stored}

    def delete_old(self) -> None:
        """Delete the articles that are too old to keep, and the oldest part of the change log."""
        horizon, deleted = self._horizon(), 0
        while horizon and (ids := self._store.ids_before(horizon, DELETED_AT_ONCE)):
            self._store.delete_articles(ids)
            deleted += len(ids)
        if deleted:
            logger.info("retention deleted=%d before=%s", deleted, horizon)
        self._store.changes.trim(KEEP_CHANGES)

    def _identified(self, articles: Sequence[Article]) -> list[Identified]:
        """Return articles under the ids of the stored ones that they are."""
        ids = [id for article in articles for id in (article.id, article.entry) if id]
        others = self._identities.articles_of(ids)
        wanted = {*(article.id for article in articles), *others.values()}
        with_entry = any(article.entry for article in articles)
        known = KnownIdentities(
            articles=self._store.articles(wanted) if with_entry else {},
            others=others,
            feeds=self._identities.feeds_of(wanted) if with_entry else {},
        )
        return [identify(article, known) for article in articles]

    def _note(self, identified: Sequence[Identified]) -> None:
        """Note the new ids and addresses of articles that were written."""
        news = {id: found.article.id for found in identified for id in found.ids}
        kept = self.known(news.values()) if news else set()
        self._identities.note({id: article for id, article in news.items() if article in kept})
        for found in identified:
            if found.moved:
                self._store.move(found.article.id, found.article.url)
                logger.info("article moved article=%s url=%s", found.article.id, found.article.url)

    def _write_run(self, candidates: Sequence[IncomingArticle]) -> Sequence[Decision]:
        vectors: dict[str, Vector] = {}
        while (decisions := self._try_to_write(candidates, vectors)) is None:
            time.sleep(LOOK_SECONDS)
        return decisions

    def _try_to_write(
        self, candidates: Sequence[IncomingArticle], vectors: dict[str, Vector]
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
                self._store.require_current(self._embedder.fingerprint, self._embedder.model)
                batch = self._current(batch, candidates)
                if not vectors.keys() >= set(batch.texts):
                    return None
                self._write(batch, vectors)
        return batch.decisions

    def _current(self, batch: _Batch, candidates: Sequence[IncomingArticle]) -> _Batch:
        """Decide again where something was stored since."""
        return batch if self._store.changes.last_seq() == batch.seq else self._decided(candidates)

    def _decided(self, candidates: Sequence[IncomingArticle]) -> _Batch:
        """Decide what becomes of candidates, given what is stored now."""
        seq = self._store.changes.last_seq()
        stored = self._stored(candidates)
        copy_of = self._store.known_copies(each.article.id for each in candidates)
        twins = DuplicateFinder(self._store, candidates)
        batch = _Batch(seq)
        for each in candidates:
            article, known = each.article, stored.get(each.article.id)
            before = copy_of.get(article.id)
            twin = twins.of(each, before) if known is None else None
            decision = decide(each, known, before, twin)
            batch.decisions.append(decision)
            if decision in ("new", "changed"):
                twins.add(each)
                batch.new.append((_dated(each, known), each.passages))
            elif decision == "copy" and twin:
                batch.copies.append((article.id, twin, _copy(article)))
            elif decision == "touched" and known:
                batch.touched.append((article.id, times(article, known.known.times, changed=False)))
        return batch

    def _horizon(self) -> datetime | None:
        """Return the moment before which nothing is kept."""
        number = self._retention.articles
        nth_newest = self._store.nth_newest(number) if number else None
        return self._retention.horizon(self._clock(), nth_newest)

    def _stored(self, candidates: Sequence[IncomingArticle]) -> dict[str, Stored]:
        """Return what is stored under the candidates' ids; all that deciding needs of those that differ."""
        known = self._store.known(each.article.id for each in candidates)
        hashes = {each.article.id: each.content_hash for each in candidates}
        differing = [id for id, each in known.items() if each.content_hash != hashes[id]]
        articles = self._store.articles(differing)
        return {id: Stored(each, articles.get(id)) for id, each in known.items()}

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
        self, pairs: Sequence[tuple[IncomingArticle, Sequence[Passage]]], vectors: Mapping[str, Vector]
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
        rows = self._embedder.embed_passages(distinct, self._priority.give_way).astype(np.float16)
        return dict(zip(distinct, rows, strict=True))


def _dated(candidate: IncomingArticle, stored: Stored | None) -> IncomingArticle:
    """Return the candidate with the times that the article has after it was read again."""
    if stored is None:
        return candidate
    after = times(candidate.article, stored.known.times, changed=True)
    return replace(candidate, article=replace(candidate.article, **after._asdict()))


def _copy(article: Article) -> Copy:
    """Return an article as it is named beside another one that has the same words."""
    return Copy(article.source, article.url, article.published_at, article.published_precision)


def embedded_text(article: Article, span: Span) -> str:
    """Return what the model sees of a passage: with its headline, which tells what "it" and "he" are."""
    return f"{article.title}\n{article.text[span.start : span.end]}"


def _distinct_runs(candidates: Sequence[IncomingArticle]) -> Iterator[list[IncomingArticle]]:
    """Cut the list where an id comes again, so that the second is decided with the first one stored."""
    run: list[IncomingArticle] = []
    ids: set[str] = set()
    for each in candidates:
        if each.article.id in ids:
            yield run
            run, ids = [], set()
        run.append(each)
        ids.add(each.article.id)
    if run:
        yield run
