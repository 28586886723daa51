"""How much may be said about an address by whoever brought its words, and whose words they are.

What was stored before counts as its site's, so that the site itself can replace it, unless the words are
known to be somebody else's: of a file that a person handed in, or of a feed whose own title was the outlet
and that lies on another site than the article. Those get ids of their own, as such words have from now on:
then nothing but them stands under the id of the address.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from index.text.addresses import site_of
from index.text.normalize import foreign_id

revision = "0015"
down_revision = "0014"

_FOREIGN, _SITE, _FETCHED = 1, 2, 3
# The tables that know an article by its id, and the column that holds it.
_HOLDERS = (
    ("revisions", "article_id"),
    ("bands", "article_id"),
    ("passages", "article_id"),
    ("posted_quotes", "article_id"),
    ("follow_quotes", "article_id"),
    ("digest_articles", "article_id"),
)


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("feed", sa.String(16), primary_key=True),
        sa.Column("site", sa.String, primary_key=True),
    )
    op.add_column("sources", sa.Column("speaks_for", sa.JSON))
    default = sa.Column("authority", sa.SmallInteger, nullable=False, server_default=str(_SITE))
    op.add_column("articles", default)
    for table in ("articles", "revisions"):
        op.add_column(table, sa.Column("origin", sa.BigInteger, nullable=False, server_default="0"))
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE articles SET origin = "
            "coalesce((SELECT min(origin) FROM origin_set_members WHERE code = articles.origin_set), 0)"
        )
    )
    fetched = sa.text("UPDATE articles SET authority = :fetched WHERE via = 'page'")
    connection.execute(fetched, {"fetched": _FETCHED})
    feeds = _feeds(connection)
    columns = [column["name"] for column in sa.inspect(connection).get_columns("articles")]
    query = "SELECT id, url, source, via FROM articles WHERE via IN ('feed', 'upload')"
    for row in connection.execute(sa.text(query)).all():
        speaker = _foreign_speaker(row, feeds)
        if speaker is not None:
            _rename(connection, row.id, foreign_id(row.id, speaker), columns)


def _feeds(connection: sa.Connection) -> dict[str, set[str]]:
    """Return title → sites of the sources that have it."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(sa.text("SELECT uri, title FROM sources WHERE title IS NOT NULL")).all()
    for row in rows:
        found.setdefault(row.title, set()).add(site_of(row.uri))
    return found


def _foreign_speaker(row: Any, feeds: dict[str, set[str]]) -> str | None:
    """Return whose words an article's are, where they are not its own site's: a site; else None."""
    if row.via == "upload":
        return ""
    sites = feeds.get(row.source, set())
    return None if site_of(row.url) in sites else min(sites, default=None)


def _rename(connection: sa.Connection, old: str, new: str, columns: list[str]) -> None:
    """Give an article another id, with all that belongs to it.

    Left out are its other ids, which are the address's, and its copies: the sites that have the same words
    are to be read again, as what they say counts more.
    """
    stored = sa.table("articles", *(sa.column(name) for name in columns))
    others = [name for name in columns if name not in ("id", "authority")]
    renamed = sa.select(sa.literal(new), sa.literal(_FOREIGN), *(stored.c[name] for name in others))
    copied = sa.insert(stored).from_select(["id", "authority", *others], renamed.where(stored.c.id == old))
    connection.execute(copied)
    for table, column in _HOLDERS:
        holder = sa.table(table, sa.column(column))
        own = holder.c[column] == old
        connection.execute(sa.update(holder).where(own).values({column: new}))
    for table in ("identities", "copies"):
        other = sa.table(table, sa.column("article_id"))
        connection.execute(sa.delete(other).where(other.c.article_id == old))
    connection.execute(sa.delete(stored).where(stored.c.id == old))
