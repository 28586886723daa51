"""What is forgotten of a mapped file takes no memory, and is still there."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import pytest

from index.runtime.mapped import forget_pages

CONTENT = bytes(range(256)) * 4096


def resident(file: Path) -> int:
    """Return how much of a mapped file is in this process's memory, in kB."""
    lines = Path("/proc/self/smaps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    start = next(place for place, line in enumerate(lines) if line.endswith(f" {file}"))
    return next(int(line.split()[1]) for line in lines[start:] if line.startswith("Rss:"))


@pytest.mark.skipif(sys.platform != "linux", reason="no other system says what is in memory like this")
def test_a_forgotten_file_takes_no_memory_and_can_be_read(tmp_path: Path) -> None:
    file, other = tmp_path / "with a space.bin", tmp_path / "other.bin"
    for one in (file, other):
        one.write_bytes(CONTENT)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert mapped[:] == CONTENT
        assert resident(file) == len(CONTENT) // 1024
        forget_pages(other)
        assert resident(file) == len(CONTENT) // 1024
        forget_pages(file)
        assert resident(file) == 0
        assert mapped[:] == CONTENT


def test_a_file_that_is_not_mapped_or_not_there_is_let_be(tmp_path: Path) -> None:
    forget_pages(tmp_path / "missing.bin")
