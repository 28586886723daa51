"""What is asked every few seconds reads no table from end to end (200,000 answers: `make due`)."""

from __future__ import annotations

from index.storage.database import Database
from tests.long_runs.due import asked, duties, fill, whole_tables


def test_what_is_asked_every_few_seconds_uses_an_index(database: Database) -> None:
    """Without one, 200,000 posted answers and 600,000 quotes took 1.2 and 0.5 seconds every half minute."""
    fill(database, 200)
    for name, call in duties(database).items():
        with asked() as statements:
            call()
        assert statements, name
        for statement, values in statements:
            assert whole_tables(database, statement, values) == [], (name, statement)
