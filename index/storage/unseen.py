"""Deletes the articles that nobody sees any longer: those that only origins without an edition have brought.

Such origins are the uploads and own sources of guilds that removed the bot, and own sources that guilds
removed.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from index.storage import schema
from index.storage.articles import Store
from index.storage.receipts import NONE


def delete_unseen(store: Store, limit: int) -> int:
    """Delete up to `limit` articles, and as many copies, that no edition sees.

    Return how many were deleted: 0 when there is nothing left to delete.
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
