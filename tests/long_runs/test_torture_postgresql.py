"""The same on PostgreSQL: a file of its own, so that both run at once."""

from collections.abc import Callable
from pathlib import Path

from tests.long_runs.torture import Place, short_run


def test_nothing_is_lost_on_postgresql_either(tmp_path: Path, postgres: Callable[[], str]) -> None:
    short_run(Place(tmp_path, postgres()))
