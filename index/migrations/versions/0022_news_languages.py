"""The languages of the news that a guild sees, and in which language a posted answer was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    chosen = sa.Column("news_languages", sa.JSON, nullable=False, server_default="[]")
    op.add_column("guild_settings", chosen)
    op.add_column("posted_answers", sa.Column("language", sa.String))
