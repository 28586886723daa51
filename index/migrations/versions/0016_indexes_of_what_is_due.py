"""Indexes for the questions that the bot asks its database every few seconds, and how long a reading took.

Which posted quotes have to be compared is noted when an article changes. Before, it was found by joining all
posted quotes with their articles, which took a second with 600,000 of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("posted_quotes", sa.Column("due", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        sa.text(
            "UPDATE posted_quotes SET due = (1 = 1) WHERE state = 'stands' AND EXISTS (SELECT 1 FROM articles"
            " WHERE articles.id = posted_quotes.article_id AND articles.revision > posted_quotes.revision)"
        )
    )
    _partial("ix_posted_quotes_due", "posted_quotes", ["answer_id", "place"], "due IS 1", "due IS true")
    _partial("ix_posted_quotes_unshown", "posted_quotes", ["answer_id"], "shown IS 0", "shown IS false")
    _partial("ix_follow_quotes_unsent", "follow_quotes", ["claimed_at"], "sent_at IS NULL")
    _partial("ix_sources_lease_owner", "sources", ["lease_owner"], "lease_owner IS NOT NULL")
    op.create_index("ix_digests_next_at", "digests", ["next_at"])
    op.create_index("ix_guild_settings_changed_at", "guild_settings", ["changed_at"])
    op.add_column("sources", sa.Column("took", sa.Float))


def _partial(name: str, table: str, columns: list[str], sqlite: str, postgresql: str | None = None) -> None:
    """Make an index of those rows alone that the condition admits, as each kind of database writes it."""
    op.create_index(
        name, table, columns, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql or sqlite)
    )
