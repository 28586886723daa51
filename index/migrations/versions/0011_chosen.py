"""The stories that were chosen for a digest, kept until it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("digests", sa.Column("chosen", sa.JSON))
    op.add_column("digests", sa.Column("chosen_at", sa.DateTime(timezone=True)))
