"""A short run of what `make torture` does at length."""

from pathlib import Path

from tests.torture import torture


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    done = torture(tmp_path, rounds=10, seed=7)
    assert done.problems == []
    assert done.counts["rounds"] == 10
    assert done.counts["finished"] < 10
