"""The C library's memory allocator."""

from __future__ import annotations

import ctypes
import os
import platform

# The constant M_ARENA_MAX of glibc's malloc.h.
_M_ARENA_MAX = -8


def use_one_arena() -> None:
    """Let all threads take memory from one arena. Only with glibc, and where MALLOC_ARENA_MAX is not set.

    By default glibc keeps an arena (a pool of memory) for nearly every thread, and memory freed in one is not
    used by the threads of another. The model's arrays are large, and any of a dozen threads may run the
    model. With the default, a busy bot grew by a fifth in ten minutes, to twice the memory that it takes with
    one arena, and was not quicker.
    """
    if _is_glibc() and "MALLOC_ARENA_MAX" not in os.environ:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_memory_back() -> None:
    """Return memory that is free in the pool to the system. Only with glibc; takes a few milliseconds."""
    if _is_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _is_glibc() -> bool:
    return platform.libc_ver()[0] == "glibc"
