"""Sources on the web: what is known of each, when it is read next, and which process is reading it now."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("title", sa.Text),
        sa.Column("kind", sa.String, nullable=False, server_default="files"),
        sa.Column("state", sa.String, nullable=False, server_default="ok"),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("next_fetch", _Moment),
        sa.Column("last_ok", _Moment),
        sa.Column("newest", _Moment),
        sa.Column("pace", sa.Float),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("articles", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_until", _Moment),
    ):
        op.add_column("sources", column)
    op.create_index("ix_sources_next_fetch", "sources", ["next_fetch"])
