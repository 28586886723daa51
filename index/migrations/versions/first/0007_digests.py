"""Digests of channels, the articles that were sent in them, and a guild's default channel for digests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", _RowId, primary_key=True, autoincrement=True),
        sa.Column("guild", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("weekday", sa.Integer),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_until", sa.Integer),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("next_at", _Moment, nullable=False),
        sa.Column("last_at", _Moment),
        sa.Column("claimed_at", _Moment),
        sa.Column("stopped", sa.Text),
    )
    op.create_index("ix_digests_channel", "digests", ["channel"], unique=True)
    op.create_index("ix_digests_guild", "digests", ["guild"])
    op.create_index("ix_digests_person", "digests", ["person"])
    op.create_table(
        "digest_articles",
        sa.Column("digest_id", _RowId, sa.ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("sent_at", _Moment, nullable=False),
    )
    op.add_column("guild_settings", sa.Column("digest_channel", sa.String))
