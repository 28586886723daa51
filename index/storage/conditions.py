"""Filters as conditions of queries over articles."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.sql import ColumnElement

from index.storage import schema
from index.storage.receipts import is_received
from index.types.question import Filters

# An article of unknown time is news of no day.
IS_DATED = ~schema.is_seen


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
    if filters.language:
        condition &= (table.language == filters.language) | table.language.startswith(f"{filters.language}-")
    return condition & is_received(table.origin_set, filters.origins)
