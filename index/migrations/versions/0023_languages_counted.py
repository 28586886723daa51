"""The language in the index of articles by time: an answer "no report" counts the languages searched."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    columns = ["published_at", "source", "published_precision", "origin_set", "language"]
    op.drop_index("ix_articles_published", "articles")
    op.create_index("ix_articles_published", "articles", columns)
