"""The same on PostgreSQL: a file of its own, so that both run at once."""

from collections.abc import Callable
from pathlib import Path

from tests.torture import Place, check_short_run, torture


def test_nothing_is_lost_on_postgresql_either(tmp_path: Path, postgres: Callable[[], str]) -> None:
    check_short_run(torture(Place(tmp_path, postgres()), rounds=10, seed=7))
