"""How many threads libraries get: as many as cores, or one, unless somebody says otherwise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.runtime import cores as module
from index.runtime.cores import cores

# What NumPy, and what is loaded after it, has; numpy comes with `import index`.
PROGRAM = """
import json, os
from index import NewsIndex
from threadpoolctl import threadpool_info
pools = {pool["prefix"]: pool["num_threads"] for pool in threadpool_info()}
print(json.dumps({"pools": pools, "policy": os.environ["OMP_WAIT_POLICY"]}))
"""


def threads(**environment: str) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "OPENBLAS_"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=kept | environment
    )
    return json.loads(done.stdout)


def test_blas_has_one_thread_and_openmp_one_for_each_core_and_none_spins() -> None:
    found = threads()
    assert (found["pools"]["libscipy_openblas"], found["pools"]["libgomp"]) == (1, cores())
    assert found["policy"] == "PASSIVE"


def test_what_the_environment_says_stays() -> None:
    found = threads(OMP_NUM_THREADS="3", OMP_WAIT_POLICY="ACTIVE")
    assert (found["pools"]["libgomp"], found["policy"]) == (3, "ACTIVE")


def limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    monkeypatch.setattr(module, "_V2", tmp_path / "cpu.max")
    monkeypatch.setattr(module, "_V1", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)), raising=False)


@pytest.mark.parametrize(
    ("allowed", "line", "expected"),
    [
        (8, None, 8),
        (8, "max 100000", 8),
        (8, "200000 100000", 2),
        (8, "150000 100000", 2),
        (2, "400000 100000", 2),
        (8, "10000 100000", 1),
        (8, "nonsense", 8),
        (8, "100000 0", 8),
    ],
)
def test_cores_are_those_that_the_process_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int, line: str | None, expected: int
) -> None:
    limits(tmp_path, monkeypatch, allowed)
    if line is not None:
        (tmp_path / "cpu.max").write_text(f"{line}\n")
    assert cores() == expected


@pytest.mark.parametrize(("quota", "expected"), [("-1", 8), ("300000", 3)])
def test_cores_of_a_container_of_an_older_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, expected: int
) -> None:
    limits(tmp_path, monkeypatch, 8)
    (tmp_path / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu.cfs_period_us").write_text("100000\n")
    assert cores() == expected


def test_where_the_system_does_not_tell_what_a_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(module, "_share", lambda: None)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
