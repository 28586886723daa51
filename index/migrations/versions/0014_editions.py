"""Origins, receipts and editions. Sources that were there are shared; articles are kept.

From which source a stored article came was not noted before. It is filled in where one source alone has the
article's outlet as its title, or lies on the article's host; the others come from the "library".
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from index.types.edition import LIBRARY, LIBRARY_NAME, SHARED

revision = "0014"
down_revision = "0013"

_AT_ONCE = 1000
_INDEXES = {
    "ix_articles_published": ["published_at", "source"],
    "ix_articles_source_published": ["source", "published_at"],
}
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    origins = op.create_table(
        "origins",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    sets = op.create_table(
        "origin_sets",
        sa.Column("code", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("members", sa.Text, nullable=False, unique=True),
    )
    members = op.create_table(
        "origin_set_members",
        sa.Column("origin", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("code", _NUMBER, primary_key=True, autoincrement=False),
    )
    for table in ("articles", "copies"):
        op.add_column(table, sa.Column("origin_set", _NUMBER, nullable=False, server_default="0"))
    for name, columns in _INDEXES.items():
        op.drop_index(name, "articles")
        op.create_index(name, "articles", [*columns, "published_precision", "origin_set"])
    editions = op.create_table(
        "edition_origins",
        sa.Column("edition", sa.String, primary_key=True),
        sa.Column("origin", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("read", sa.Boolean, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_edition_origins_origin", "edition_origins", ["origin"])
    connection = op.get_bind()
    _insert(origins, [{"number": LIBRARY, "name": LIBRARY_NAME}])
    sources = connection.execute(sa.text("SELECT uri, title, kind FROM sources ORDER BY added_at, uri")).all()
    _insert(origins, [{"name": source.uri} for source in sources])
    names = connection.execute(sa.select(origins.c.number, origins.c.name)).all()
    numbers = {row.name: row.number for row in names}
    read = {numbers[source.uri]: source.kind != "files" for source in sources}
    now = datetime.now(UTC)
    held = {"edition": SHARED, "kept": True, "added_at": now}
    rows = [{**held, "origin": number, "read": read.get(number, False)} for number in numbers.values()]
    _insert(editions, rows)
    web = [source for source in sources if source.kind != "files"]
    by_title = _one_of((source.title, numbers[source.uri]) for source in web)
    by_host = _one_of((_host(source.uri), numbers[source.uri]) for source in web)
    codes = {frozenset[int](): 0}
    articles, copies = (
        connection.execute(sa.text(query)).all()
        for query in (
            "SELECT id, url, source FROM articles",
            "SELECT id, url, source, article_id FROM copies",
        )
    )
    brought: dict[str, set[int]] = {}
    for row in articles:
        brought[row.id] = {by_title.get(row.source) or by_host.get(_host(row.url)) or LIBRARY}
    for row in copies:
        brought[row.id] = {by_title.get(row.source) or by_host.get(_host(row.url)) or LIBRARY}
        brought[row.article_id] |= brought[row.id]
    for origins_of_one in map(frozenset, brought.values()):
        codes.setdefault(origins_of_one, len(codes))
    _insert(sets, [{"code": code, "members": _joined(numbers)} for numbers, code in codes.items()])
    _insert(members, [{"origin": n, "code": code} for numbers, code in codes.items() for n in numbers])
    for table, stored in (("articles", articles), ("copies", copies)):
        changed = sa.table(table, sa.column("id"), sa.column("origin_set"))
        change = sa.update(changed).where(changed.c.id == sa.bindparam("row"))
        values = [{"row": row.id, "code": codes[frozenset(brought[row.id])]} for row in stored]
        for start in range(0, len(values), _AT_ONCE):
            part = values[start : start + _AT_ONCE]
            connection.execute(change.values(origin_set=sa.bindparam("code")), part)
    if connection.dialect.name == "postgresql":  # which was told the codes instead of giving them
        connection.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence('origin_sets', 'code'), max(code) + 1) FROM origin_sets"
            )
        )


def _insert(table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        op.get_bind().execute(table.insert(), rows[start : start + _AT_ONCE])


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _one_of(pairs: Any) -> dict[str, int]:
    """Return name → number, without the names that several numbers share."""
    found: dict[str, set[int]] = {}
    for name, number in pairs:
        found.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1 and name}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
