"""Deletes in small portions what is older than its lifetime: see `index.types.lifetimes`.

Nobody waits long for it: each portion is a transaction of its own, of some milliseconds, and a kind of row is
looked for without a transaction first. Articles have limits of their own (`index.ingest.retention`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Table, delete, select, tuple_, update

from index.storage import schema
from index.storage.articles import Store
from index.storage.database import Database
from index.storage.guilds import Guilds
from index.storage.people.digests import FORGOTTEN
from index.storage.people.follow_ups import forget_words
from index.storage.receipts import NONE
from index.types.lifetimes import Lifetimes

logger = logging.getLogger(__name__)

# Rows of one kind that are deleted in one transaction; and ids of articles that are looked at in one step.
PORTION = 100
LOOKED_AT = 1000
# A private answer is on the screen of one person, and gone when their Discord starts anew. Its buttons work
# for this long; then its words are deleted, and it is only counted.
PRIVATE_WORDS = timedelta(days=1)
# A source that its server says is gone for good stays in the list this long, for its managers to see.
GONE_SOURCES = timedelta(days=30)
# Leases of processes that were killed, whose names nobody takes again.
DEAD_LEASES = timedelta(days=1)


class Expiry:
    """What is due to be deleted in one database. Safe to use from many threads and in several processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime], lifetimes: Lifetimes) -> None:
        self._database = database
        self._clock = clock
        self._lifetimes = lifetimes
        self._guilds = Guilds(database, clock)
        self._working = threading.Lock()
        # In the database with this id, private answers posted until this moment have been looked at.
        self._private_until: tuple[str, datetime | None] = "", None
        self._looked_at = ""
        self._emptied = True

    def delete_some(self) -> int:
        """Delete at most `PORTION` rows of each kind that are due; return how many.

        0 means that nothing is due now, or that another thread is at it. Raises StoreError.
        """
        if not self._working.acquire(blocking=False):
            return 0
        try:
            return self._delete_some()
        finally:
            self._working.release()

    def _delete_some(self) -> int:
        now, lifetimes = self._clock(), self._lifetimes
        counts = {
            "private": self._delete_private_words(now - PRIVATE_WORDS),
            "questions": self._delete_questions(now - timedelta(days=lifetimes.questions)),
            "trail": self._delete_trail(now - timedelta(days=lifetimes.trail)),
            "guilds": self._delete_guilds(now - timedelta(days=lifetimes.left)),
            "identities": self._delete_identities(),
            **{table.name: self._delete(table, query) for table, query in self._due(now)},
        }
        deleted = sum(counts.values())
        if deleted:
            found = " ".join(f"{name}={count}" for name, count in counts.items() if count)
            logger.info("expiry deleted %s", found)
            self._emptied = False
        elif not self._emptied:
            # What was deleted is still in SQLite's write-ahead log. Where a reader needs it there just now,
            # this is tried again the next time.
            self._emptied = self._database.empty_log()
        return deleted

    def _due(self, now: datetime) -> list[tuple[Table, Select[Any]]]:
        """Return tables whose old rows are found by their time, with the query for the keys of those rows."""
        lifetimes, quotes = self._lifetimes, schema.follow_quotes
        revisions, deletions, leases = schema.revisions, schema.deletions, schema.leases
        sources, sent, visits = schema.sources, schema.digest_articles, schema.visits
        stopped = select(schema.digests.c.id).where(schema.digests.c.stopped.is_not(None))
        conditions = {
            revisions: revisions.c.replaced_at < now - timedelta(days=lifetimes.revisions),
            quotes: quotes.c.claimed_at < now - timedelta(days=lifetimes.questions),
            deletions: deletions.c.deleted_at < now - timedelta(days=lifetimes.deletions),
            leases: leases.c.until < now - DEAD_LEASES,
            visits: visits.c.seen_at < now - timedelta(days=lifetimes.questions),
            sources: (sources.c.state == "gone") & (sources.c.read_at < now - GONE_SOURCES),
            sent: sent.c.digest_id.in_(stopped) & (sent.c.sent_at < now - FORGOTTEN),
        }
        return [(table, _keys(table).where(condition)) for table, condition in conditions.items()]

    def _delete(self, table: Table, query: Select[Any]) -> int:
        """Delete up to `PORTION` rows of a table whose keys a query finds; return how many."""
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(PORTION)).all()
        return self._delete_rows(table, rows)

    def _delete_rows(self, table: Table, rows: Sequence[Row[Any]]) -> int:
        if not rows:
            return 0
        gone = tuple_(*table.primary_key.columns).in_([tuple(row) for row in rows])
        with self._database.claiming() as connection:
            if table is schema.posted_answers:
                forget_words(connection, [row.id for row in rows])
            return connection.execute(delete(table).where(gone)).rowcount

    def _delete_questions(self, horizon: datetime) -> int:
        """Delete posted answers with their quotes and verdicts."""
        table = schema.posted_answers
        return self._delete(
            table, _keys(table).where(table.c.posted_at < horizon).order_by(table.c.posted_at)
        )

    def _delete_private_words(self, horizon: datetime) -> int:
        """Delete the words and quotes of private questions; that they were asked and answered stays."""
        table = schema.posted_answers
        old = table.c.private & (table.c.typed != "") & (table.c.posted_at <= horizon)
        query = select(table.c.id, table.c.posted_at).where(old).order_by(table.c.posted_at)
        store = self._database.id
        looked_at, until = self._private_until
        # What is older has been looked at, unless a backup was restored or the clock has been set back.
        if looked_at == store and until is not None and until <= horizon:
            query = query.where(table.c.posted_at >= until)
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(PORTION)).all()
        ids = [row.id for row in rows]
        if ids:
            with self._database.claiming() as connection:
                forget_words(connection, ids)
                quotes = schema.posted_quotes
                connection.execute(delete(quotes).where(quotes.c.answer_id.in_(ids)))
                nothing: dict[str, Any] = {"typed": "", "question": "", "card": {}}
                nothing |= dict.fromkeys(("since", "until", "source", "continues"))
                connection.execute(update(table).where(table.c.id.in_(ids)).values(nothing))
        self._private_until = store, rows[-1].posted_at if len(rows) == PORTION else horizon
        return len(ids)

    def _delete_trail(self, horizon: datetime) -> int:
        """Delete entries of audit trails; they are numbered in the order in which they were made."""
        table = schema.audit_trail
        oldest = select(table.c.id, table.c.done_at).order_by(table.c.id).limit(PORTION).subquery()
        return self._delete(table, select(oldest.c.id).where(oldest.c.done_at < horizon))

    def _delete_guilds(self, horizon: datetime) -> int:
        """Delete what is stored of guilds that the bot has left for long."""
        long_ago = [guild for guild, left_at in self._guilds.left().items() if left_at < horizon]
        return sum(self._guilds.forget(guild, PORTION) for guild in long_ago)

    def _delete_identities(self) -> int:
        """Look at the next `LOOKED_AT` other ids of articles, and delete those whose article is gone."""
        table, articles, copies = schema.identities, schema.articles.c, schema.copies.c
        after = table.c.id > self._looked_at
        query = select(table.c.id, table.c.article_id).where(after).order_by(table.c.id).limit(LOOKED_AT)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        self._looked_at = rows[-1].id if len(rows) == LOOKED_AT else ""
        named = {row.article_id for row in rows}
        known = {row[0] for row in self._database.select_in(select(articles.id), articles.id, named)}
        known |= {row[0] for row in self._database.select_in(select(copies.id), copies.id, named - known)}
        orphans = [row.id for row in rows if row.article_id not in known]
        if not orphans:
            return 0
        # Asked again inside the transaction: the article may have come back since.
        lost = ~select(articles.id).where(articles.id == table.c.article_id).exists()
        lost &= ~select(copies.id).where(copies.id == table.c.article_id).exists()
        with self._database.claiming() as connection:
            return connection.execute(delete(table).where(table.c.id.in_(orphans), lost)).rowcount


def _keys(table: Table) -> Select[Any]:
    return select(*table.primary_key.columns)


def delete_unseen(store: Store, limit: int) -> int:
    """Delete up to `limit` articles, and as many copies, that no edition sees.

    Those are the ones that only origins without an edition have brought: the uploads and own sources of
    guilds that removed the bot, and own sources that guilds removed. Return how many were deleted: 0 when
    there is nothing left to delete.
    """
    members, held = schema.origin_set_members.c, schema.edition_origins.c
    seen = select(members.code).where(members.origin.in_(select(held.origin).where(held.kept)))
    unseen = select(schema.origin_sets.c.code).where(schema.origin_sets.c.code.not_in(seen))
    articles, copies = (
        select(table.c.id).where(table.c.origin_set.in_(unseen), table.c.origin_set != NONE).limit(limit)
        for table in (schema.articles, schema.copies)
    )
    with store.database.reading() as connection:
        if connection.execute(articles).first() is None and connection.execute(copies).first() is None:
            return 0  # without waiting for whoever is writing
    with store.database.writing() as connection:
        gone, other = (connection.execute(query).scalars().all() for query in (articles, copies))
        connection.execute(delete(schema.copies).where(schema.copies.c.id.in_(other)))
        store.delete_articles(gone)
    return len(gone) + len(other)
