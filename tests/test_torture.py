"""A short run of what `make torture` does at length."""

from pathlib import Path

from tests.torture import check_short_run, on_sqlite, torture


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    check_short_run(torture(on_sqlite(tmp_path), rounds=10, seed=7))
