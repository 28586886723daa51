"""What is stored of the news: articles, revisions, passages with their vectors, and the log of what changed.

Everything that search needs is derived from here by the followers; see `index.search.sync`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, delete, false, func, insert, select, update

from index.errors import ModelError
from index.storage import schema
from index.storage.article_changes import (
    drop_passages,
    make_copy,
    put_article,
    put_language,
    put_passages,
    says,
    touch,
)
from index.storage.changes import ChangeLog, ChangeWriter
from index.storage.conditions import IS_DATED, IS_SEEN, admitted, is_in
from index.storage.database import Database, meta, set_meta
from index.storage.identities import drop_identities
from index.storage.people.posted import note_due
from index.storage.receipts import Receipt, ReceiptStore, is_received, set_code
from index.storage.rows import (
    ARTICLE,
    NewArticle,
    copy_row,
    to_article,
    to_passage,
    to_times,
    to_vector,
)
from index.text.passages import Passage
from index.text.spans import Span
from index.text.tags import base_code
from index.types.answer import Coverage
from index.types.article import Article, ArticleTimes, Authority, Copy, IndexedPassage
from index.types.edition import LIBRARY
from index.types.question import Filters

_ARTICLE = tuple(schema.articles.c[name] for name in ARTICLE)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds under an article's id, as far as deciding about a new version needs it."""

    content_hash: str
    times: ArticleTimes
    revision: int
    url: str
    authority: Authority


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with the article it belongs to, as retrieval sees it."""

    id: int
    article: Article
    passage: Passage

    @property
    def text(self) -> str:
        return self.article.text[slice(*self.passage.span)]


class Store:
    """The articles of one database. Safe to use from many threads; several processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes = ChangeLog(database)
        self._receipts = ReceiptStore(database)

    @classmethod
    def open(cls, url: str) -> Store:
        """Connect, bring the schema up to date, and return the store. Raises StoreError."""
        return cls(Database.open(url))

    @property
    def database(self) -> Database:
        """The database, for what else is kept in it."""
        return self._database

    @property
    def changes(self) -> ChangeLog:
        """The log of the passages that came and went."""
        return self._changes

    @property
    def receipts(self) -> ReceiptStore:
        """Which origins brought which articles."""
        return self._receipts

    @property
    def id(self) -> str:
        """The name that followers know this database by."""
        return self._database.id

    @property
    def name(self) -> str:
        """The kind of database, for people."""
        return self._database.name

    def close(self) -> None:
        self._database.close()

    # -- what is known ---------------------------------------------------------------------------------

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Return what is stored under each of the article ids."""
        table = schema.articles.c
        times = (table.published_at, table.published_precision, table.updated_at)
        rows = self._database.select_in(
            select(table.id, table.content_hash, table.revision, table.url, table.authority, *times),
            table.id,
            ids,
        )
        return {
            row.id: Known(row.content_hash, to_times(row), row.revision, row.url, Authority(row.authority))
            for row in rows
        }

    def article_ids_by_band(self, bands: Iterable[str]) -> dict[str, list[str]]:
        """Return band → ids of the articles in it (see `index.ingest.shingles`), in alphabetical order."""
        table = schema.bands.c
        found: dict[str, list[str]] = {}
        for row in self._database.select_in(select(schema.bands), table.band, bands):
            found.setdefault(row.band, []).append(row.article_id)
        return {band: sorted(ids) for band, ids in found.items()}

    def article_ids_by_text(self, text_hashes: Iterable[str]) -> dict[str, list[str]]:
        """Return text hash → ids of the articles that have this text, in alphabetical order."""
        table = schema.articles.c
        found: dict[str, list[str]] = {}
        rows = self._database.select_in(select(table.text_hash, table.id), table.text_hash, text_hashes)
        for row in rows:
            found.setdefault(row.text_hash, []).append(row.id)
        return {text_hash: sorted(ids) for text_hash, ids in found.items()}

    def known_copies(self, ids: Iterable[str]) -> dict[str, str]:
        """Return id of a copy → id of the article that it is a copy of."""
        table = schema.copies.c
        rows = self._database.select_in(select(table.id, table.article_id), table.id, ids)
        return {row.id: row.article_id for row in rows}

    def articles(self, ids: Iterable[str], origins: frozenset[int] | None = None) -> dict[str, Article]:
        """Return id → article, of those that one of the origins brought."""
        table = schema.articles.c
        query = select(*_ARTICLE).where(is_received(table.origin_set, origins))
        rows = self._database.select_in(query, table.id, ids)
        return {row.id: to_article(row) for row in rows}

    def vectors(self, ids: Iterable[str], model: str) -> dict[str, dict[Span, npt.NDArray[np.float16]]]:
        """Return article id → span → vector, of the passages whose fingerprint begins with `model`."""
        table = schema.passages.c
        query = select(table.article_id, table.start, table.end, table.vector)
        query = query.where(table.fingerprint.startswith(model, autoescape=True))
        found: dict[str, dict[Span, npt.NDArray[np.float16]]] = {}
        for row in self._database.select_in(query, table.article_id, ids):
            found.setdefault(row.article_id, {})[Span(row.start, row.end)] = to_vector(row.vector)
        return found

    def revisions(self, article_id: str) -> list[tuple[int, str, datetime]]:
        """Return (revision, text, replaced at) of what an article said before, oldest first."""
        table = schema.revisions.c
        query = select(table.revision, table.text, table.replaced_at)
        query = query.where(table.article_id == article_id).order_by(table.revision)
        with self._database.reading() as connection:
            return [(row.revision, row.text, row.replaced_at) for row in connection.execute(query)]

    def revision(self, article_id: str) -> int | None:
        """Return the number of an article's current revision, counted from 1; None when it is not stored."""
        known = self.known([article_id]).get(article_id)
        return known.revision if known else None

    def latest(self, filters: Filters, limit: int) -> list[Article]:
        """Return the articles most recently published, newest first; then those of unknown time.

        Of these, the one that was first seen last comes first.
        """
        table = schema.articles.c
        found: list[Article] = []
        with self._database.reading() as connection:
            for group in (IS_DATED, ~IS_DATED):
                query = select(*_ARTICLE).where(admitted(filters), group)
                query = query.order_by(table.published_at.desc(), table.id).limit(limit - len(found))
                found += [to_article(row) for row in connection.execute(query)]
                if len(found) >= limit:
                    break
        return found

    def copies(
        self, article_ids: Iterable[str], origins: frozenset[int] | None = None
    ) -> dict[str, list[Copy]]:
        """Return id → the copies of the article that one of the origins brought."""
        table = schema.copies.c
        found: dict[str, list[Copy]] = {}
        query = select(schema.copies).where(is_received(table.origin_set, origins))
        for row in self._database.select_in(query, table.article_id, article_ids):
            found.setdefault(row.article_id, []).append(
                Copy(row.source, row.url, row.published_at, row.published_precision)
            )
        return found

    def count_articles(self, filters: Filters | None = None) -> int:
        query = select(func.count()).select_from(schema.articles).where(admitted(filters or Filters()))
        return int(self._database.scalar(query))

    def coverage(self, filters: Filters) -> Coverage:
        """Return how many articles the filters admit, of how many sources and from which time."""
        table = schema.articles.c
        published = table.published_at
        query = select(
            func.count(), func.count(table.source.distinct()), func.min(published), func.max(published)
        )
        with self._database.reading() as connection:
            row = connection.execute(query.select_from(schema.articles).where(admitted(filters))).one()
            counted = connection.execute(_languages_query(filters)).all()
        by_code: Counter[str] = Counter()
        for tag, articles in counted:
            by_code[base_code(tag) or ""] += articles
        languages = tuple(code for code, _ in by_code.most_common() if code)
        return Coverage(row[0], row[1], row[2], row[3], languages)

    def has_other_languages(self, filters: Filters) -> bool:
        """Tell whether there are articles in other languages than the filters admit, or in an unknown one."""
        if filters.languages is None:
            return False
        within = func.coalesce(is_in(filters.languages), false())
        others = select(schema.articles.c.id).where(admitted(replace(filters, languages=None)), ~within)
        return self._database.scalar(others.limit(1)) is not None

    def undated_passages(self, ids: Iterable[int]) -> set[int]:
        """Return those of the passages whose article is of unknown time."""
        passages, articles = schema.passages, schema.articles
        if self._database.scalar(select(articles.c.id).where(IS_SEEN).limit(1)) is None:
            return set()
        query = select(passages.c.id).select_from(passages.join(articles)).where(IS_SEEN)
        return {row.id for row in self._database.select_in(query, passages.c.id, ids)}

    def count_passages(self) -> int:
        return int(self._database.scalar(select(func.count()).select_from(schema.passages)))

    def newest(self, filters: Filters | None = None) -> datetime | None:
        """Return when the newest article was published, of those whose time is known."""
        newest: datetime | None = self._database.scalar(_newest_first(filters).where(IS_DATED).limit(1))
        return newest

    def last_read(self) -> datetime | None:
        """Return when the article that was stored last was read."""
        last: datetime | None = self._database.scalar(select(func.max(schema.articles.c.read_at)))
        return last

    def nth_newest(self, n: int, filters: Filters | None = None) -> datetime | None:
        """Return when the `n`th newest article was published or first seen; None where there are fewer."""
        found: datetime | None = self._database.scalar(_newest_first(filters).offset(n - 1).limit(1))
        return found

    def oldest(self, filters: Filters) -> datetime | None:
        """Return when the oldest article was published."""
        oldest = select(func.min(schema.articles.c.published_at)).where(admitted(filters))
        moment: datetime | None = self._database.scalar(oldest)
        return moment

    def source_names(self, origins: frozenset[int] | None = None) -> list[str]:
        """Return the names of the outlets, in alphabetical order."""
        table = schema.articles.c
        query = (
            select(table.source)
            .where(is_received(table.origin_set, origins))
            .distinct()
            .order_by(table.source)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    # -- writing ---------------------------------------------------------------------------------------

    def write(
        self,
        new: Sequence[NewArticle],
        copies: Sequence[tuple[str, str, Copy]],
        touched: Sequence[tuple[str, ArticleTimes, Authority]],
        receipts: Sequence[Receipt],
        now: datetime,
        outdone: Sequence[tuple[str, str]] = (),
        origin: int = LIBRARY,
    ) -> None:
        """Store a batch that an origin brought in one transaction: all of it or nothing.

        `new` articles replace what is stored under their ids, whose text is kept as a revision; `copies` are
        (id of the copy, id of the article, the copy); `touched` are (id, times, authority) of articles whose
        words did not change; `receipts` may be stored already; `outdone` are (id, id of another article) of
        articles that are copies of the other one from now on; those that this origin alone brought are gone.
        """
        with self._database.writing() as connection:
            log = ChangeWriter(connection)
            for article in new:
                put_article(connection, article, now, log, origin)
            for copy_id, article_id, copy in copies:
                values = copy_row(copy_id, article_id, copy) | {"origin_set": set_code(connection, copy_id)}
                connection.execute(delete(schema.copies).where(schema.copies.c.id == copy_id))
                connection.execute(insert(schema.copies).values(values))
            for article_id, times, authority in touched:
                touch(connection, article_id, times, authority, log)
            self._receipts.put(connection, receipts, log, now)
            for article_id, other in outdone:
                brought = self._receipts.origins_of([article_id]).get(article_id, frozenset())
                make_copy(connection, article_id, other, log, keep=brought != {origin})
                self._receipts.put(connection, [(other, number) for number in sorted(brought)], log, now)
            log.write()

    def move(self, article_id: str, url: str) -> None:
        """Note that an article lies at another address from now on."""
        table = schema.articles
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.id == article_id).values(url=url))

    def replace_passages(self, new: Sequence[NewArticle]) -> None:
        """Give articles new passages, vectors and the language they were split by; their words stay.

        Those that another process has changed since they were read keep what it gave them.
        """
        with self._database.writing() as connection:
            log = ChangeWriter(connection)
            for changed in new:
                if says(connection, changed.article):
                    put_passages(connection, changed, log)
                    put_language(connection, changed.article)
            log.write()

    def delete_articles(self, ids: Sequence[str]) -> None:
        """Forget articles, their revisions, copies and passages."""
        with self._database.writing() as connection:
            log = ChangeWriter(connection)
            for article_id in ids:
                drop_passages(connection, article_id, log)
                drop_identities(connection, article_id)
                note_due(connection, article_id, due=False)
                connection.execute(delete(schema.articles).where(schema.articles.c.id == article_id))
            log.write()

    def ids_before(self, moment: datetime, limit: int) -> list[str]:
        """Return ids of at most `limit` articles published before a moment."""
        table = schema.articles.c
        query = select(table.id).where(table.published_at < moment).order_by(table.published_at, table.id)
        with self._database.reading() as connection:
            return list(connection.execute(query.limit(limit)).scalars())

    # -- for the followers -----------------------------------------------------------------------------

    def indexed_passages(self, ids: Sequence[int], fingerprint: str) -> list[IndexedPassage]:
        """Return the given passages as followers take them, those that still exist in this fingerprint."""
        query = _indexed_query(fingerprint)
        rows = self._database.select_in(query, schema.passages.c.id, ids)
        return self._indexed(list(rows))

    def all_indexed_passages(self, fingerprint: str, batch: int) -> Iterator[list[IndexedPassage]]:
        """Yield all passages of this fingerprint in batches, in the order of their ids."""
        last = 0
        while True:
            query = _indexed_query(fingerprint).where(schema.passages.c.id > last)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(schema.passages.c.id).limit(batch)).all()
            if not rows:
                return
            yield self._indexed(rows)
            last = rows[-1].id

    def _indexed(self, rows: Sequence[Row[Any]]) -> list[IndexedPassage]:
        origins = self._receipts.members(row.origin_set for row in rows)
        return [_indexed(row, origins[row.origin_set]) for row in rows]

    def stored_passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return the given passages with their articles; those that are gone are left out."""
        table = schema.passages.c
        query = select(table.id, table.article_id, table.start, table.end, table.sentences)
        rows = self._database.select_in(query, table.id, ids)
        articles = self.articles({row.article_id for row in rows})
        return {
            row.id: StoredPassage(row.id, articles[row.article_id], to_passage(row))
            for row in rows
            if row.article_id in articles
        }

    # -- fingerprint -----------------------------------------------------------------------------------

    def fingerprint(self) -> str | None:
        """Return what the stored vectors were made with; None while there are none."""
        fingerprint: str | None = self._database.scalar(meta("fingerprint"))
        return fingerprint

    def set_fingerprint(self, fingerprint: str) -> bool:
        """Note that all vectors are of this fingerprint from now on; False where some are of another."""
        with self._database.writing() as connection:
            if self.count_passages_to_reindex(fingerprint):
                return False
            set_meta(connection, "fingerprint", fingerprint)
            return True

    def require_current(self, fingerprint: str, model: str) -> None:
        """Raise ModelError where the stored vectors have another fingerprint than that of this `model`."""
        if self.fingerprint() not in (None, fingerprint):
            raise ModelError(
                "The stored articles were indexed with another model or splitter than "
                f"{model}: run 'newsbot reindex', or set NEWS_EMBEDDING_MODEL back."
            )

    def adopt_fingerprint(self, fingerprint: str) -> None:
        """Note the fingerprint of the first vectors, where there are none yet."""
        if self.fingerprint() is None:
            with self._database.writing() as connection:
                if self.fingerprint() is None:
                    set_meta(connection, "fingerprint", fingerprint)

    def articles_to_reindex(self, fingerprint: str, limit: int) -> list[Article]:
        """Return articles that have a passage of another fingerprint, at most `limit`."""
        stale = select(schema.passages.c.article_id).where(schema.passages.c.fingerprint != fingerprint)
        query = select(*_ARTICLE).where(schema.articles.c.id.in_(stale.distinct().limit(limit)))
        with self._database.reading() as connection:
            return [to_article(row) for row in connection.execute(query)]

    def all_articles(self, batch: int) -> Iterator[list[Article]]:
        """Yield all articles in batches, in the order of their ids."""
        last = ""
        while True:
            query = select(*_ARTICLE).where(schema.articles.c.id > last)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(schema.articles.c.id).limit(batch)).all()
            if not rows:
                return
            yield [to_article(row) for row in rows]
            last = rows[-1].id

    def count_passages_to_reindex(self, fingerprint: str) -> int:
        query = select(func.count()).select_from(schema.passages)
        return int(self._database.scalar(query.where(schema.passages.c.fingerprint != fingerprint)))


def _languages_query(filters: Filters) -> Any:
    language = schema.articles.c.language
    return select(language, func.count()).where(admitted(filters)).group_by(language)


def _newest_first(filters: Filters | None) -> Any:
    column = schema.articles.c.published_at
    return select(column).where(admitted(filters or Filters())).order_by(column.desc())


def _indexed_query(fingerprint: str) -> Any:
    passages, articles = schema.passages.c, schema.articles.c
    # The passage is cut out in the database: sending every article once per passage would be ten times
    # as much.
    text = func.substr(articles.text, passages.start + 1, passages.end - passages.start).label("text")
    shown = (articles.title, text, articles.source, articles.published_at)
    columns = (passages.id, *shown, articles.language, articles.origin_set, passages.vector)
    joined = schema.passages.join(schema.articles)
    return select(*columns).select_from(joined).where(passages.fingerprint == fingerprint)


def _indexed(row: Row[Any], origins: Iterable[int]) -> IndexedPassage:
    return IndexedPassage(
        id=row.id,
        title=row.title,
        text=row.text,
        source=row.source,
        published_at=row.published_at,
        vector=to_vector(row.vector),
        language=row.language,
        origins=tuple(sorted(origins)),
    )
