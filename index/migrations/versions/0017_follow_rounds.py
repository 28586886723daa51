"""How far follows have been compared with new passages, and their vectors."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# The number of portions (see `index.storage.follows`) when this was written.
_PORTIONS = 16


def upgrade() -> None:
    op.create_table(
        "follow_portions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("matched", sa.BigInteger, nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "follow_vectors",
        sa.Column("follow_id", _RowId, sa.ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("model", sa.String(8), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    begin_now(op.get_bind())


def begin_now(connection: sa.Connection) -> None:
    """Let alerts go on where the version before stopped, instead of sending those of the last days again.

    What was stored in the last hour is compared once more: that version may have stopped before it did.
    """
    follows, articles = sa.table("follows"), sa.table("articles", sa.column("id"), sa.column("read_at"))
    passages = sa.table("passages", sa.column("id"), sa.column("article_id"))
    portions = sa.table(
        "follow_portions",
        sa.column("number"),
        sa.column("matched"),
        sa.column("matched_at", sa.DateTime(timezone=True)),
    )
    if not connection.execute(sa.select(sa.func.count()).select_from(follows)).scalar():
        return
    now = datetime.now(UTC)
    if connection.dialect.name == "sqlite":  # which keeps no zone
        now = now.replace(tzinfo=None)
    earlier = articles.c.read_at <= sa.bindparam(
        "until", now - timedelta(hours=1), sa.DateTime(timezone=True)
    )
    joined = passages.join(articles, passages.c.article_id == articles.c.id)
    newest = sa.select(sa.func.max(passages.c.id)).select_from(joined).where(earlier)
    matched = connection.execute(newest).scalar() or 0
    rows = [{"number": n, "matched": matched, "matched_at": now} for n in range(_PORTIONS)]
    connection.execute(portions.insert(), rows)
