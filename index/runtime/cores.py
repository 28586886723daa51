"""How many processors this process may use."""

from __future__ import annotations

import os
from pathlib import Path

# Where Linux mounts the control groups of a container: version 2, then version 1.
_V2 = Path("/sys/fs/cgroup/cpu.max")
_V1 = Path("/sys/fs/cgroup/cpu")


def cores() -> int:
    """Return how many processors this process may keep busy: at least 1.

    Counts those that it may run on (`taskset`, cpusets) and what its container gets of their time
    (`docker run --cpus`). `os.cpu_count` knows neither, and a thread more than processors is only in the way.
    """
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        allowed = os.cpu_count() or 1
    share = _share()
    return max(1, min(allowed, round(share) if share else allowed))


def _share() -> float | None:
    """Return how many processors' time this container gets, or None where there is no limit."""
    try:
        quota, period = _V2.read_text().split()
    except (OSError, ValueError):
        try:
            quota = (_V1 / "cpu.cfs_quota_us").read_text().strip()
            period = (_V1 / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    try:
        share = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max" is no number: no limit
        return None
    return share if share > 0 else None  # version 1 writes -1
