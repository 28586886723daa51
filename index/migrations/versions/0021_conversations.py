"""The message that asked a question, how digests are sent and several in a channel, and people's visits."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_ASKED = sa.text("reply_to IS NOT NULL")


def upgrade() -> None:
    op.add_column("posted_answers", sa.Column("reply_to", sa.String))
    op.create_index(
        "ix_posted_answers_reply_to",
        "posted_answers",
        ["reply_to"],
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )
    op.drop_index("ix_digests_channel", "digests")
    op.create_index("ix_digests_channel", "digests", ["channel"])
    op.add_column("digests", sa.Column("role", sa.String))
    for name in ("apart", "publish", "direct"):
        op.add_column("digests", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "visits",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("guild", sa.String, primary_key=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_visits_seen_at", "visits", ["seen_at"])
