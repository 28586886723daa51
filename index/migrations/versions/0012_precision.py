"""How well the time of publishing is known. What was stored before counts as known to the minute."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for table in ("articles", "revisions", "copies"):
        column = sa.Column("published_precision", sa.String(6), nullable=False, server_default="minute")
        op.add_column(table, column)
    # Counting the articles of a period leaves out those of unknown time, from the index alone.
    op.drop_index("ix_articles_published_at_source", "articles")
    op.drop_index("ix_articles_source_published_at", "articles")
    op.create_index("ix_articles_published", "articles", ["published_at", "source", "published_precision"])
    op.create_index(
        "ix_articles_source_published", "articles", ["source", "published_at", "published_precision"]
    )
