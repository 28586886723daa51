"""Files that are mapped into this process's memory."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

# The constant MADV_DONTNEED of Linux's mman.h.
_MADV_DONTNEED = 4


def forget_pages(file: Path) -> None:
    """Take a file that is mapped for reading out of this process's memory. Only on Linux.

    What is read of it later comes back by itself, page by page, see `man 2 madvise`.
    """
    if sys.platform != "linux":
        return
    libc, name = ctypes.CDLL(None), str(file.resolve())
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        place, access, *_, path = line.split(maxsplit=5)
        if path == name and access.startswith("r--"):
            start, end = (int(address, 16) for address in place.split("-"))
            libc.madvise(start, end - start, _MADV_DONTNEED)
