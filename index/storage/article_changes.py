"""Changes of the tables of articles: steps, each within a transaction of the store.

A `ChangeWriter` collects what the followers have to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from index.storage import schema
from index.storage.changes import ChangeWriter
from index.storage.identities import drop_identities
from index.storage.people.posted import note_due
from index.storage.receipts import set_code
from index.storage.rows import NewArticle, article_row, copy_row, revision_row
from index.types.article import Article, ArticleTimes, Authority, Copy

# Revisions kept of an article. Live reports change every few minutes, and a page with a counter whenever it
# is fetched: the newest state is always stored, but not every one before it.
KEPT_REVISIONS = 24


def put_article(
    connection: Connection, new: NewArticle, now: datetime, log: ChangeWriter, origin: int
) -> None:
    """Store an article that an origin brought; the words that it replaces are kept as a revision."""
    table = schema.articles
    old = connection.execute(select(table).where(table.c.id == new.article.id)).one_or_none()
    values = article_row(new, now, origin)
    if old is None:
        brought = set_code(connection, new.article.id)  # where it was a copy until now
        connection.execute(insert(table).values({**values, "revision": 1, "origin_set": brought}))
    elif old.content_hash == new.content_hash:
        return  # another process stored the same words since they were looked up
    else:
        _drop_old_revisions(connection, old)
        connection.execute(insert(schema.revisions).values(revision_row(old, now)))
        change = update(table).where(table.c.id == new.article.id)
        connection.execute(change.values({**values, "revision": old.revision + 1}))
        note_due(connection, old.id, due=True)
    connection.execute(delete(schema.copies).where(schema.copies.c.id == new.article.id))
    put_passages(connection, new, log)


def _drop_old_revisions(connection: Connection, old: Row[Any]) -> None:
    """Make room for one more revision of an article by the origin of its words.

    One that changes its words all the time takes no room from others.
    """
    table = schema.revisions
    own = (table.c.article_id == old.id) & (table.c.origin == old.origin)
    newest_first = select(table.c.revision).where(own).order_by(table.c.revision.desc())
    first_gone = connection.execute(newest_first.offset(KEPT_REVISIONS - 1).limit(1)).scalar()
    if first_gone is not None:
        connection.execute(delete(table).where(own, table.c.revision <= first_gone))


def make_copy(connection: Connection, article_id: str, other: str, log: ChangeWriter, *, keep: bool) -> None:
    """Make an article a copy of another one, with all its copies; `keep` tells whether to name it there."""
    articles, copies = schema.articles, schema.copies
    old = connection.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
    if old is None:
        return
    drop_passages(connection, article_id, log)
    note_due(connection, article_id, due=False)
    connection.execute(update(copies).where(copies.c.article_id == article_id).values(article_id=other))
    connection.execute(delete(articles).where(articles.c.id == article_id))
    if not keep:
        drop_identities(connection, article_id)
        return
    copy = Copy(old.source, old.url, old.published_at, old.published_precision)
    values = copy_row(article_id, other, copy) | {"origin_set": old.origin_set}
    connection.execute(insert(copies).values(values))


def says(connection: Connection, article: Article) -> bool:
    """Tell whether an article is stored with these words."""
    table = schema.articles.c
    same = (table.id == article.id) & (table.title == article.title) & (table.text == article.text)
    return connection.execute(select(table.id).where(same)).first() is not None


def put_passages(connection: Connection, new: NewArticle, log: ChangeWriter) -> None:
    """Give an article its passages, with their vectors, in place of those that it had."""
    _put_bands(connection, new)
    drop_passages(connection, new.article.id, log)
    rows = [
        {
            "article_id": new.article.id,
            "start": passage.span.start,
            "end": passage.span.end,
            "sentences": [list(sentence) for sentence in passage.sentences],
            "fingerprint": new.fingerprint,
            "vector": vector.astype("<f2").tobytes(),
        }
        for passage, vector in zip(new.passages, new.vectors, strict=True)
    ]
    if rows:
        adding = insert(schema.passages).returning(schema.passages.c.id, sort_by_parameter_order=True)
        log.add(connection.execute(adding, rows).scalars(), removed=False)


def put_language(connection: Connection, article: Article) -> None:
    """Set the language of a stored article."""
    table = schema.articles
    same = (table.c.id == article.id) & table.c.language.is_distinct_from(article.language)
    connection.execute(update(table).where(same).values(language=article.language))


def _put_bands(connection: Connection, new: NewArticle) -> None:
    connection.execute(delete(schema.bands).where(schema.bands.c.article_id == new.article.id))
    rows = [{"band": band, "article_id": new.article.id} for band in new.bands]
    if rows:
        connection.execute(insert(schema.bands), rows)


def touch(
    connection: Connection, article_id: str, times: ArticleTimes, authority: Authority, log: ChangeWriter
) -> None:
    """Set an article's times and authority.

    Followers are told when it was published, as they filter by it.
    """
    articles, passages = schema.articles, schema.passages.c
    before = select(articles.c.published_at).where(articles.c.id == article_id)
    if connection.execute(before).scalar() != times.published_at:
        ids = connection.execute(select(passages.id).where(passages.article_id == article_id)).scalars()
        log.add(ids.all(), removed=False)
    change = update(articles).where(articles.c.id == article_id)
    connection.execute(change.values(times._asdict() | {"authority": int(authority)}))


def drop_passages(connection: Connection, article_id: str, log: ChangeWriter) -> None:
    """Delete the passages of an article."""
    gone = delete(schema.passages).where(schema.passages.c.article_id == article_id)
    log.add(connection.execute(gone.returning(schema.passages.c.id)).scalars().all(), removed=True)
