"""Decides about articles, embeds them and stores them, in batches of one transaction each.

`index.ingest.decision` decides what becomes of an article. A run that was interrupted has stored whole
articles only, and can be repeated. A process takes leases on articles before it embeds them, and decides
again inside the transaction that stores them. So of several processes that read the same article only one
embeds it, and none stores it twice.
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
from index.ingest.decision import Decision, IncomingArticle, Stored, decide, prepared, times
from index.ingest.duplicates import DuplicateFinder
from index.ingest.identity import Identified, KnownIdentities, identify
from index.ingest.retention import Retention
from index.runtime.priority import AnswerPriority
from index.storage.articles import Store
from index.storage.editions import Editions
from index.storage.identities import IdentityStore
from index.storage.leases import Leases
from index.storage.receipts import Receipt
from index.storage.rows import NewArticle
from index.text.normalize import article_id, foreign_id
from index.text.passages import Passage
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Authority, Copy
from index.types.edition import LIBRARY

logger = logging.getLogger(__name__)

# Articles deleted in one transaction: so few that other processes do not wait long to write.
DELETED_AT_ONCE = 16

# The latest changes that stay in the change log. A search index that has missed more is rebuilt instead.
KEEP_CHANGES = 200_000

# Seconds between two attempts to write while another process embeds some of the same articles.
LOOK_SECONDS = 0.1

Vector = npt.NDArray[np.float16]


@dataclass(slots=True)
class _Batch:
    """What the next transaction will store.

    `decisions` has one for each candidate, made when `seq` was the last change in the log. `copies` are (id,
    id of the original, copy), `outdone` are (id of an article, id of the one that it is a copy of from now
    on), `touched` are articles whose times or authority differ: (id, times, authority), and `receipts` are
    those that are not stored yet.
    """

    seq: int = 0
    origin: int = LIBRARY
    decisions: list[Decision] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    new: list[tuple[IncomingArticle, Sequence[Passage]]] = field(default_factory=list)
    copies: list[tuple[str, str, Copy]] = field(default_factory=list)
    outdone: list[tuple[str, str]] = field(default_factory=list)
    touched: list[tuple[str, ArticleTimes, Authority]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.new or self.copies or self.touched or self.receipts)

    @property
    def texts(self) -> list[str]:
        """The texts of the new articles' passages, as the model embeds them."""
        return [
            embedded_text(incoming.article, passage.span)
            for incoming, passages in self.new
            for passage in passages
        ]

    @property
    def work(self) -> list[str]:
        """The names of the leases that embedding needs: for each article, and for each text.

        The same text may come under several addresses, and should be embedded only once.
        """
        ids = [f"article {incoming.article.id}" for incoming, _ in self.new]
        return ids + [f"text {incoming.text_hash}" for incoming, _ in self.new]


class ArticleWriter:
    """Writes articles into a store. For many threads; several processes may write to one database."""

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
        self._editions = Editions(store.database, clock)

    def close(self) -> None:
        """Release the leases of this process."""
        self._leases.close()

    def write(self, articles: Sequence[Article], origin: int = LIBRARY) -> list[Decision]:
        """Store articles, in their order; return what became of each. Raises StoreError, ModelError.

        `origin` is the number of the origin that brought them (see `index.storage.editions`).
        """
        horizon = self._horizon()
        kept = [article for article in articles if not horizon or article.published_at >= horizon]
        decisions: list[Decision] = ["expired"] * (len(articles) - len(kept))
        identified = self._identified([_of_uploader(article, origin) for article in kept])
        for run in _distinct_runs([self._prepared(found.article) for found in identified]):
            decisions += self._write_run(run, origin)
        self._note(identified)
        return decisions

    def _prepared(self, article: Article) -> IncomingArticle:
        # An article of 49 kB takes 0.1 s of Python, which an answer would share.
        self._priority.give_way()
        return prepared(article)

    def embed(self, articles: Sequence[Article], *, anew: bool = False) -> tuple[list[NewArticle], int]:
        """Split and embed stored articles again; return them, and how many passages the model embedded.

        Unless `anew`, a passage keeps the stored vector of the same words of the same article and model.
        """
        batch = _Batch(new=[(incoming, incoming.passages) for incoming in map(prepared, articles)])
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

    def fetched(self, ids: Iterable[str]) -> set[str]:
        """Return which of these ids are those of articles whose words were fetched at their address."""
        listed = list(ids)
        other = self._identities.articles_of(listed)
        known = self._store.known({other.get(id, id) for id in listed})
        strong = {id for id, stored in known.items() if stored.authority == Authority.FETCHED}
        return {id for id in listed if other.get(id, id) in strong}

    def open_to(self, ids: Iterable[str], origin: int) -> set[str]:
        """Return which of these ids of stored articles an origin may bring by only naming their addresses.

        Those are the ones that all see who see the origin, and those whose words were fetched at the address,
        where it could fetch them, too. The words of a feed that only some guilds have are theirs.
        """
        stored = self.known(ids)
        admitting = self._editions.admitting(origin)
        if admitting is None or not stored:
            return stored
        other = self._identities.articles_of(stored)
        brought = self._store.receipts.origins_of({other.get(id, id) for id in stored})
        seen = {id for id in stored if brought.get(other.get(id, id), frozenset()) & admitting}
        return seen | self.fetched(stored - seen)

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
        places = {*wanted, *ids, *(article_id(article.url) for article in articles)}
        known = KnownIdentities(
            articles=self._store.articles(wanted) if with_entry else {},
            others=others,
            feeds=self._identities.feeds_of(wanted) if with_entry else {},
            places={id: stored.url for id, stored in self._store.known(places).items()},
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

    def receive(self, ids: Iterable[str], origin: int) -> None:
        """Note that an origin named articles that are stored already, by their ids or those of entries."""
        listed = list(ids)
        other = self._identities.articles_of(listed)
        named = {other.get(id, id) for id in listed}
        copies = self._store.known_copies(named)
        stored = {id for id in named if id in copies} | set(self._store.known(named)) | set(copies.values())
        self._store.receipts.add([(id, origin) for id in sorted(stored)], self._clock())

    def _write_run(self, candidates: Sequence[IncomingArticle], origin: int) -> Sequence[Decision]:
        vectors: dict[str, Vector] = {}
        while (decisions := self._try_to_write(candidates, origin, vectors)) is None:
            time.sleep(LOOK_SECONDS)
        return decisions

    def _try_to_write(
        self, candidates: Sequence[IncomingArticle], origin: int, vectors: dict[str, Vector]
    ) -> Sequence[Decision] | None:
        """Return the decisions after storing the batch; None where another process has worked on some of it.

        Then the caller tries again. `vectors` maps texts to vectors; new ones are added, so that the next
        attempt does not embed them again.
        """
        batch = self._decided(candidates, origin)
        if not batch:
            return batch.decisions
        work = batch.work
        with self._leases.holding(work) as mine:
            if not mine:
                return None
            batch = self._current(batch, candidates)  # an earlier holder of the lease may have stored it
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
        """Return the batch; decide again if anything was stored since it was decided."""
        return (
            batch if self._store.changes.last_seq() == batch.seq else self._decided(candidates, batch.origin)
        )

    def _decided(self, candidates: Sequence[IncomingArticle], origin: int) -> _Batch:
        """Decide what becomes of candidates, given what is stored now."""
        seq = self._store.changes.last_seq()
        stored = self._stored(candidates)
        copy_of = self._store.known_copies(candidate.article.id for candidate in candidates)
        twins = DuplicateFinder(self._store, candidates, origin, self._editions.admitting(origin))
        batch = _Batch(seq, origin)
        for candidate in candidates:
            article, known = candidate.article, stored.get(candidate.article.id)
            before = copy_of.get(article.id)
            twin = twins.of(candidate, before) if known is None else None
            decision = decide(candidate, known, before, twin)
            batch.decisions.append(decision)
            if decision in ("new", "changed"):
                batch.outdone = [pair for pair in batch.outdone if pair[0] != article.id]
                outdone = self._seen_with(twins.weaker_than(candidate), origin)
                batch.outdone += [(weaker, article.id) for weaker in outdone]
                twins.add(candidate)
                for weaker in outdone:
                    twins.forget(weaker)
                batch.new.append((_dated(candidate, known), candidate.passages))
                if candidate.is_cut:
                    logger.warning(
                        "article long article=%s chars=%d searched_passages=%d",
                        article.id,
                        len(article.text),
                        len(candidate.passages),
                    )
            elif decision == "copy" and twin:
                batch.copies.append((article.id, twin, _copy(article)))
            elif decision == "touched" and known:
                after = times(article, known.known.times, changed=False)
                batch.touched.append((article.id, after, article.authority))
            brought = [article.id] if known is not None or twin is None else [article.id, twin]
            batch.receipts += [(id, origin) for id in brought]
        batch.receipts = self._store.receipts.missing(batch.receipts)
        return batch

    def _seen_with(self, ids: Sequence[str], origin: int) -> list[str]:
        """Return those of the articles of which everybody who sees them sees what an origin brings."""
        brought = self._store.receipts.origins_of(ids)
        return [id for id in ids if all(self._shows(other, origin) for other in brought.get(id, {origin}))]

    def _shows(self, other: int, origin: int) -> bool:
        admitting = self._editions.admitting(other)
        return admitting is None or origin in admitting

    def _horizon(self) -> datetime | None:
        """Return the time such that articles published before it are not kept; None where all are kept."""
        number = self._retention.articles
        nth_newest = self._store.nth_newest(number) if number else None
        return self._retention.horizon(self._clock(), nth_newest)

    def _stored(self, candidates: Sequence[IncomingArticle]) -> dict[str, Stored]:
        """Return id → what is stored under it; the whole article only where the candidate's hash differs."""
        known = self._store.known(candidate.article.id for candidate in candidates)
        hashes = {candidate.article.id: candidate.content_hash for candidate in candidates}
        differing = [id for id, before in known.items() if before.content_hash != hashes[id]]
        articles = self._store.articles(differing)
        return {id: Stored(each, articles.get(id)) for id, each in known.items()}

    def _embed_texts(self, batch: _Batch, vectors: dict[str, Vector]) -> None:
        """Add the vectors of a batch's texts to `vectors`: stored ones where there are any, else new ones."""
        vectors |= self._known_vectors(incoming.article.id for incoming, _ in batch.new)
        vectors |= self._vectors([text for text in batch.texts if text not in vectors])

    def _write(self, batch: _Batch, vectors: Mapping[str, Vector]) -> None:
        new = self._articles(batch.new, vectors)
        self._store.write(
            new, batch.copies, batch.touched, batch.receipts, self._clock(), batch.outdone, batch.origin
        )

    def _known_vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return embedded text → vector, for the stored passages of some articles."""
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
        """Return articles as the store takes them; `vectors` is embedded text → vector."""
        none = np.empty((0, self._embedder.dimension), np.float16)
        return [
            NewArticle(
                article=incoming.article,
                content_hash=incoming.content_hash,
                text_hash=incoming.text_hash,
                bands=incoming.bands,
                passages=passages,
                vectors=np.stack([vectors[embedded_text(incoming.article, part.span)] for part in passages])
                if passages
                else none,
                fingerprint=self._embedder.fingerprint,
            )
            for incoming, passages in pairs
        ]

    def _vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return {}  # without loading the model
        rows = self._embedder.embed_passages(distinct, self._priority.give_way).astype(np.float16)
        return dict(zip(distinct, rows, strict=True))


def _of_uploader(article: Article, origin: int) -> Article:
    """Return an article that was handed in under an id of its own for each who hands it in.

    So that nobody changes what somebody else has handed in under the same name.
    """
    if article.via != "upload":
        return article
    return replace(article, id=foreign_id(article.id, f"origin {origin}"))


def _dated(candidate: IncomingArticle, stored: Stored | None) -> IncomingArticle:
    """Return the candidate with the times that its article has now, after it was read again."""
    if stored is None:
        return candidate
    after = times(candidate.article, stored.known.times, changed=True)
    return replace(candidate, article=replace(candidate.article, **after._asdict()))


def _copy(article: Article) -> Copy:
    """Return an article as it is named beside another one that has the same words."""
    return Copy(article.source, article.url, article.published_at, article.published_precision)


def embedded_text(article: Article, span: Span) -> str:
    """Return a passage's text as it is embedded: after its headline, which says what "it" and "he" are."""
    return f"{article.title}\n{article.text[span.start : span.end]}"


def _distinct_runs(candidates: Sequence[IncomingArticle]) -> Iterator[list[IncomingArticle]]:
    """Cut the list before an id that comes again, so that the first article is stored before the second."""
    run: list[IncomingArticle] = []
    ids: set[str] = set()
    for candidate in candidates:
        if candidate.article.id in ids:
            yield run
            run, ids = [], set()
        run.append(candidate)
        ids.add(candidate.article.id)
    if run:
        yield run
