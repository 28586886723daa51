"""Bands, by which near-duplicates are found (`index.ingest.shingles`); content hashes without the date."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BATCH = 500


def upgrade() -> None:
    key = sa.ForeignKey("articles.id", ondelete="CASCADE")
    op.create_table(
        "bands",
        sa.Column("band", sa.String, primary_key=True),
        sa.Column("article_id", sa.String, key, primary_key=True),
    )
    op.create_index("ix_bands_article_id", "bands", ["article_id"])
    _hash_again()


def _hash_again() -> None:
    """Store each article's content hash without its date, as this version computes it.

    With the old hashes, every article would look changed when it is read again.
    """
    articles = sa.table(
        "articles",
        *(sa.column(name, sa.String) for name in ("id", "title", "text", "source", "content_hash")),
        sa.column("highlights", sa.JSON),
    )
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(articles).where(articles.c.id > last).order_by(articles.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        if not rows:
            return
        for row in rows:
            parts = [row.title, row.text, row.source, *row.highlights]
            words = json.dumps([" ".join(part.split()) for part in parts], ensure_ascii=False)
            change = sa.update(articles).where(articles.c.id == row.id)
            connection.execute(change.values(content_hash=hashlib.sha256(words.encode()).hexdigest()))
        last = rows[-1].id
