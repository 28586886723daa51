"""A short run of what `make torture` does at length."""

from pathlib import Path

from tests.long_runs.torture import on_sqlite, short_run


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    short_run(on_sqlite(tmp_path))
