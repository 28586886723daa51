"""All threads take memory from one pool."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

# Eight threads hold memory at once; then the C library tells of its pools.
PROGRAM = """
import ctypes, sys, threading
from index.runtime.malloc import use_one_arena
use_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(8)
def hold():
    libc.malloc(ctypes.c_size_t(10_000))
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


def pools(**environment: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other pools")
def test_threads_share_a_pool_unless_somebody_says_otherwise() -> None:
    assert pools() == 1
    assert pools(MALLOC_ARENA_MAX="4") > 1
