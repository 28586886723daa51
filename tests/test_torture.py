"""A short run of what `make torture` does at length."""

from collections.abc import Callable
from pathlib import Path

from tests.torture import Place, Torture, on_sqlite, torture


def check(done: Torture) -> None:
    assert done.problems == []
    assert done.counts["rounds"] == 10
    assert done.counts["finished"] < 10
    assert done.counts["killed in follow"]


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    check(torture(on_sqlite(tmp_path), rounds=10, seed=7))


def test_nothing_is_lost_on_postgresql_either(tmp_path: Path, postgres: Callable[[], str]) -> None:
    check(torture(Place(tmp_path, postgres()), rounds=10, seed=7))
