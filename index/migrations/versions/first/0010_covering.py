"""Covering indexes: they hold all columns that counting the articles of a period or a source reads."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("ix_articles_published_at", "articles")
    op.drop_index("ix_articles_source", "articles")
    op.create_index("ix_articles_published_at_source", "articles", ["published_at", "source"])
    op.create_index("ix_articles_source_published_at", "articles", ["source", "published_at"])
