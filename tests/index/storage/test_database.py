"""Connections: those who read never wait for those who write, however many of these wait themselves."""

from __future__ import annotations

import threading
import time

from index.storage.database import WRITERS, Database, meta

# More than there are connections for writing, and than there were for everything.
WAITING = WRITERS["pool_size"] + WRITERS["max_overflow"] + 10


def test_reads_do_not_wait_behind_writes(database_url: str) -> None:
    """Twenty connections served everything: behind twenty waiting writers, a reader waited 30 s, too."""
    database, other = Database.open(database_url), Database.open(database_url)
    written: list[int] = []

    def write(number: int) -> None:
        with database.writing():
            written.append(number)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WAITING)]
    with other.writing():  # as another process does
        for writer in writers:
            writer.start()
        time.sleep(0.1)
        began = time.monotonic()
        for _ in range(20):
            assert database.scalar(meta("seq")) == "0"
        assert time.monotonic() - began < 1.0
        assert written == []
    for writer in writers:
        writer.join()
    assert len(written) == WAITING
    database.close()
    other.close()
