"""The first schema: articles, revisions, copies, passages with vectors, the change log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("published_at", _Moment, nullable=False),
        sa.Column("updated_at", _Moment),
        sa.Column("highlights", sa.JSON, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("read_at", _Moment, nullable=False),
    )
    op.create_index("ix_articles_published_at", "articles", ["published_at"])
    op.create_index("ix_articles_source", "articles", ["source"])
    op.create_index("ix_articles_text_hash", "articles", ["text_hash"])
    op.create_table(
        "revisions",
        _article_id(primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("highlights", sa.JSON, nullable=False),
        sa.Column("published_at", _Moment, nullable=False),
        sa.Column("updated_at", _Moment),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("replaced_at", _Moment, nullable=False),
    )
    op.create_table(
        "copies",
        sa.Column("id", sa.String, primary_key=True),
        _article_id(),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("published_at", _Moment, nullable=False),
    )
    op.create_index("ix_copies_article_id", "copies", ["article_id"])
    _create_search_tables()


def _create_search_tables() -> None:
    op.create_table(
        "passages",
        sa.Column("id", _RowId, primary_key=True, autoincrement=True),
        _article_id(),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("sentences", sa.JSON, nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passages_article_id", "passages", ["article_id"])
    op.create_index("ix_passages_fingerprint", "passages", ["fingerprint"])
    op.create_table(
        "changes",
        sa.Column("seq", _RowId, primary_key=True, autoincrement=False),
        sa.Column("passage_id", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("uri", sa.Text, primary_key=True),
        sa.Column("added_at", _Moment, nullable=False),
        sa.Column("read_at", _Moment),
        sa.Column("error", sa.Text),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _article_id(*, primary_key: bool = False) -> "sa.Column[str]":
    key = sa.ForeignKey("articles.id", ondelete="CASCADE")
    return sa.Column("article_id", sa.String, key, primary_key=primary_key, nullable=False)
