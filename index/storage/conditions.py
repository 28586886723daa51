"""Filters as conditions of queries over articles."""

from __future__ import annotations

from sqlalchemy import literal_column, or_, true
from sqlalchemy.sql import ColumnElement

from index.storage import schema
from index.storage.receipts import is_received
from index.types.question import Filters

# Written out: with a parameter, SQLite would not use the index ix_articles_seen, which is unique so that it
# is preferred to that of the primary key. It spares reading past an article's text to see how its time is
# known.
IS_SEEN = schema.articles.c.published_precision == literal_column("'seen'")
# An article of unknown time is news of no day.
IS_DATED = ~IS_SEEN


def is_in(languages: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that an article is in one of the languages, which are codes."""
    tag = schema.articles.c.language
    return or_(*((tag == code) | tag.startswith(f"{code}-") for code in sorted(languages)))


def admitted(filters: Filters) -> ColumnElement[bool]:
    """Return the condition that an article satisfies the filters (see `index.types.question.Filters`)."""
    table = schema.articles.c
    condition: ColumnElement[bool] = true()
    if filters.since:
        condition &= (table.published_at >= filters.since) & IS_DATED
    if filters.until:
        condition &= table.published_at <= filters.until
    if filters.source:
        condition &= table.source == filters.source
    if filters.languages is not None:
        condition &= is_in(filters.languages)
    return condition & is_received(table.origin_set, filters.origins)
