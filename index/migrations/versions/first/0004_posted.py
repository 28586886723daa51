"""Posted answers, the quotes in them, and people's verdicts on them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "posted_answers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("guild", sa.String),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("as_of", _Moment, nullable=False),
        sa.Column("since", _Moment),
        sa.Column("until", _Moment),
        sa.Column("source", sa.Text),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("posted_at", _Moment, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
    )
    op.create_index("ix_posted_answers_message", "posted_answers", ["message"])
    op.create_index("ix_posted_answers_person", "posted_answers", ["person"])
    op.create_index("ix_posted_answers_posted_at", "posted_answers", ["posted_at"])
    op.create_table(
        "posted_quotes",
        _answer_id(),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("new_text", sa.Text),
        sa.Column("changed_at", _Moment),
        sa.Column("shown", sa.Boolean, nullable=False),
    )
    op.create_index("ix_posted_quotes_article_id", "posted_quotes", ["article_id"])
    op.create_table(
        "feedback",
        _answer_id(),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("given_at", _Moment, nullable=False),
    )


def _answer_id() -> "sa.Column[str]":
    key = sa.ForeignKey("posted_answers.id", ondelete="CASCADE")
    return sa.Column("answer_id", sa.String, key, primary_key=True, nullable=False)
