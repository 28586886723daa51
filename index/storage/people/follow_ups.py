"""Takes a question's words out of the follow-ups that other people asked on it, when it is deleted.

The search text of a follow-up is completed with words of the question that it continues. So before questions
are deleted, what continues them is completed anew without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from index.languages.questions import in_context
from index.storage import schema
from index.storage.database import CHUNK


def forget_words(connection: Connection, ids: Iterable[str]) -> int:
    """Take the words of these posted answers, which are about to be deleted, out of all that continue them.

    That goes on along the chain: what continues a follow-up holds words of all questions before it. Returns
    how many follow-ups were changed.
    """
    table = schema.posted_answers
    gone = set(ids)
    questions: dict[str, str] = {}  # id → search text without the words that are to go
    reached, changed = sorted(gone), 0
    while reached:
        # Those that are deleted themselves are left out: what continues them is reached from `ids`.
        found = [row for row in _continuing(connection, reached) if row.id not in gone]
        for row in found:
            before = questions.get(row.continues)
            # A private question whose words are deleted already has none to complete.
            text = in_context(row.typed, before) if before and row.typed else row.typed
            questions[row.id] = text
            kept = None if row.continues in gone else row.continues
            change = update(table).where(table.c.id == row.id)
            connection.execute(change.values(question=text, continues=kept))
            changed += 1
        reached = [row.id for row in found]
    return changed


def _continuing(connection: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    table = schema.posted_answers.c
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), CHUNK):
        query = select(table.id, table.typed, table.continues)
        rows.extend(connection.execute(query.where(table.continues.in_(ids[start : start + CHUNK]))))
    return rows
