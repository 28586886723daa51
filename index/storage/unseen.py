"""Deletes the articles that nobody sees any longer: those that only origins without an edition have brought.

Such origins are the uploads and own sources of guilds that removed the bot, and own sources that guilds
removed.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from index.storage import schema
from index.storage.articles import Store
from index.storage.changes import ChangeWriter

_receipts = schema.receipts.c


def delete_unseen(store: Store, limit: int) -> int:
    """Delete up to `limit` receipts of origins that no edition sees, and what nobody sees without them.

    Return how many receipts were deleted: 0 when there is nothing left to delete.
    """
    kept = schema.edition_origins.c
    held = select(kept.origin).where(kept.origin == schema.origins.c.number, kept.kept)
    orphans = select(schema.origins.c.number).where(~held.exists())
    orphaned = _receipts.origin.in_(orphans)
    some = select(_receipts.id, _receipts.origin).where(orphaned).limit(limit)
    with store.database.reading() as connection:
        if connection.execute(some).first() is None:
            return 0  # without waiting for whoever is writing
    with store.database.writing() as connection:
        found = connection.execute(some).all()
        ids = [row.id for row in found]
        for row in found:
            connection.execute(
                delete(schema.receipts).where(_receipts.id == row.id, _receipts.origin == row.origin)
            )
        left = store.receipts.origins_of(ids)
        unseen = [id for id in dict.fromkeys(ids) if id not in left]
        copies = store.known_copies(unseen)
        connection.execute(delete(schema.copies).where(schema.copies.c.id.in_(list(copies))))
        store.delete_articles([id for id in unseen if id not in copies])
        _note_changed(store, list(left))
    return len(found)


def _note_changed(store: Store, ids: list[str]) -> None:
    """Tell followers that the origins of the passages of some articles have changed."""
    passages = schema.passages.c
    with store.database.writing() as connection:
        rows = store.database.select_in(select(passages.id), passages.article_id, ids)
        log = ChangeWriter(connection)
        log.add([row.id for row in rows], removed=False)
        log.write()
