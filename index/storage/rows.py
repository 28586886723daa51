"""Rows of the database as values, and values as rows: articles, their revisions, copies and passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import DateTime, Row, TypeDecorator

from index.text.passages import Passage
from index.text.spans import Span
from index.types.article import Article, ArticleTimes, Authority, Copy


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None] | None:
        # Of SQLite's text at once: a question reads some hundred moments, and each takes a third of the time.
        return _from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_sqlite(written: str | None) -> datetime | None:
    if written is None:
        return None
    moment = datetime.fromisoformat(written)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to be stored, with its passages and their vectors (float16, one row each)."""

    article: Article
    content_hash: str
    text_hash: str
    passages: Sequence[Passage]
    vectors: npt.NDArray[np.float16]
    fingerprint: str
    bands: Sequence[str] = ()


def article_row(new: NewArticle, now: datetime, origin: int) -> dict[str, Any]:
    article = new.article
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "source": article.source,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "updated_at": article.updated_at,
        "highlights": list(article.highlights),
        "authors": list(article.authors),
        "topics": list(article.topics),
        "language": article.language,
        "via": article.via,
        "authority": int(article.authority),
        "origin": origin,
        "content_hash": new.content_hash,
        "text_hash": new.text_hash,
        "read_at": now,
    }


def revision_row(old: Row[Any], now: datetime) -> dict[str, Any]:
    kept = ("revision", "title", "text", "highlights", *ArticleTimes._fields, "content_hash", "origin")
    return {"article_id": old.id, "replaced_at": now, **{name: getattr(old, name) for name in kept}}


def copy_row(copy_id: str, article_id: str, copy: Copy) -> dict[str, Any]:
    return {
        "id": copy_id,
        "article_id": article_id,
        "url": copy.url,
        "source": copy.source,
        "published_at": copy.published_at,
        "published_precision": copy.published_precision,
    }


# The columns that `to_article` reads. The others take a fifth of the time that reading articles takes.
ARTICLE = (
    "id",
    "url",
    "title",
    "text",
    "source",
    "published_at",
    "updated_at",
    "highlights",
    "authors",
    "topics",
    "language",
    "published_precision",
    "via",
    "authority",
)


def to_article(row: Row[Any]) -> Article:
    """Return the article of a row that has the columns `ARTICLE`, in this order."""
    # Unpacked at once: looking each column up by its name takes twice as long.
    columns: Sequence[Any] = row
    id, url, title, text, source, published_at, updated_at, *lists, language, precision, via, authority = (
        columns
    )
    highlights, authors, topics = map(tuple, lists)
    return Article(
        id=id,
        url=url,
        title=title,
        text=text,
        source=source,
        published_at=published_at,
        published_precision=precision,
        updated_at=updated_at,
        highlights=highlights,
        authors=authors,
        topics=topics,
        language=language,
        via=via,
        authority=Authority(authority),
    )


def to_passage(row: Row[Any]) -> Passage:
    return Passage(Span(row.start, row.end), tuple(map(Span._make, row.sentences)))


def to_vector(stored: bytes) -> npt.NDArray[np.float16]:
    return np.frombuffer(stored, dtype="<f2")


def to_times(row: Row[Any]) -> ArticleTimes:
    return ArticleTimes(row.published_at, row.published_precision, row.updated_at)
