"""An index of the articles of unknown time: every question asks whether what was found is among them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    seen = sa.text("published_precision = 'seen'")
    op.create_index(
        "ix_articles_seen", "articles", ["id"], unique=True, sqlite_where=seen, postgresql_where=seen
    )
