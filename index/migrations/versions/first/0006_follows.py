"""Follows: what people want alerts about, and the quotes that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follows",
        sa.Column("id", _RowId, primary_key=True, autoincrement=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("guild", sa.String),
        sa.Column("channel", sa.String),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("started_at", _Moment, nullable=False),
        sa.Column("paused", sa.Text),
    )
    op.create_index("ix_follows_person", "follows", ["person"])
    op.create_index("ix_follows_channel", "follows", ["channel"])
    op.create_table(
        "follow_quotes",
        sa.Column("follow_id", _RowId, sa.ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("start", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("claimed_at", _Moment, nullable=False),
        sa.Column("sent_at", _Moment),
        sa.Column("alerted", sa.Boolean, nullable=False),
    )
