"""How much longer a question takes beside programs that keep all cores busy, and how much computing it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

# Programs that compute all the time: four beside a bot on two cores.
PROGRAMS = 4
CORES = 2


@contextmanager
def busy(programs: int = PROGRAMS) -> Iterator[None]:
    """Let so many programs compute while the block runs."""
    with ExitStack() as running:
        for _ in range(programs):
            program = running.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            running.callback(program.kill)
        yield


def beside_busy_programs(work: Sequence[Callable[[], object]]) -> tuple[float, float]:
    """Return how many times as long the jobs take on two busy cores: their median and 99th percentile."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:CORES])  # the programs inherit it
    try:
        quiet = [_seconds(job) for job in work]
        with busy():
            beside = [_seconds(job) for job in work]
    finally:
        os.sched_setaffinity(0, allowed)
    median, high = (np.percentile(beside, place) / np.percentile(quiet, place) for place in (50, 99))
    return float(median), float(high)


def cpu_ms(work: Sequence[Callable[[], object]]) -> float:
    """Return how much CPU time a job takes in the median, by all threads of this process."""
    taken = []
    for job in work:
        started = time.process_time()
        job()
        taken.append((time.process_time() - started) * 1000)
    return float(np.median(taken))


def _seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started
