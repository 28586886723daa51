"""The settings of guilds (Discord servers), and the audit trail of what the people who run them did."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "guild_settings",
        sa.Column("guild", sa.String, primary_key=True),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("reindex_roles", sa.JSON, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("changed_at", _Moment, nullable=False),
    )
    op.create_table(
        "audit_trail",
        sa.Column("id", _RowId, primary_key=True, autoincrement=True),
        sa.Column("guild", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("done_at", _Moment, nullable=False),
    )
    op.create_index("ix_audit_trail_guild", "audit_trail", ["guild", "id"])
    op.create_index("ix_audit_trail_person", "audit_trail", ["person"])
