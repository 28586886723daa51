"""Other ids under which articles are known, what their words were read from, and more of sources.

The ids of addresses are made in another way from now on: http and https, www and a slash at the end count as
one page. Articles keep their ids and are found under the new ones as well.
"""

import re

import sqlalchemy as sa
from alembic import op

from index.errors import RecordError
from index.text.normalize import article_id

revision = "0013"
down_revision = "0012"

_MADE_FROM_ADDRESS = re.compile(r"[0-9a-f]{16}")
_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("article_id", sa.String, nullable=False),
    )
    op.create_index("ix_identities_article_id", "identities", ["article_id"])
    op.add_column("articles", sa.Column("via", sa.String(6), nullable=False, server_default="file"))
    op.add_column("sources", sa.Column("children", sa.JSON))
    op.add_column("sources", sa.Column("notice", sa.Text))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, url FROM articles UNION ALL SELECT id, url FROM copies")
    ).all()
    taken = {row.id for row in rows}
    found: dict[str, str] = {}
    for row in rows:
        new = _new_id(row.url) if _MADE_FROM_ADDRESS.fullmatch(row.id) else None
        if new is not None and new not in taken:
            found.setdefault(new, row.id)
    table = sa.table("identities", sa.column("id"), sa.column("article_id"))
    pairs = [{"id": id, "article_id": old} for id, old in found.items()]
    for start in range(0, len(pairs), _AT_ONCE):
        connection.execute(table.insert(), pairs[start : start + _AT_ONCE])


def _new_id(url: str) -> str | None:
    try:
        return article_id(url)
    except RecordError:
        return None
