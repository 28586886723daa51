"""The language in which the bot writes in a guild."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("guild_settings", sa.Column("language", sa.String))
