"""How the C library hands out memory."""

from __future__ import annotations

import ctypes
import os
import platform

# Of glibc's malloc.h.
_M_ARENA_MAX = -8


def use_one_arena() -> None:
    """Let all threads take memory from one pool, where the C library is glibc and nobody has said otherwise.

    By default glibc keeps a pool for nearly every thread, and what one has freed none of the others uses:
    the model's arrays are large, and any of a dozen threads may run it. A busy bot then grew by a fifth in
    ten minutes, to twice the memory that it takes like this, without being any quicker.
    """
    if platform.libc_ver()[0] == "glibc" and "MALLOC_ARENA_MAX" not in os.environ:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
