"""The change log: which passages came and went, numbered, for the search indexes that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from index.storage import schema
from index.storage.database import meta, set_meta


@dataclass(frozen=True, slots=True)
class Changes:
    """A stretch of the change log up to `seq`: ids of passages to add and to remove."""

    seq: int
    added: Sequence[int]
    removed: Sequence[int]


class _Log:
    """Collects the changes of one transaction and numbers them at its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: list[dict[str, int]] = []

    def add(self, passage_ids: Iterable[int], *, removed: bool) -> None:
        self._changes.extend({"passage_id": id, "removed": int(removed)} for id in passage_ids)

    def write(self) -> None:
        if not self._changes:
            return
        last = int(self._connection.execute(meta("seq")).scalar_one())
        numbered = [{"seq": last + i, **change} for i, change in enumerate(self._changes, 1)]
        self._connection.execute(insert(schema.changes), numbered)
        set_meta(self._connection, "seq", str(last + len(numbered)))
