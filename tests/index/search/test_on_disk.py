"""Vectors are searched in a file, and what is kept of it in memory is given back."""

from __future__ import annotations

import errno
import io
import mmap
import os
import re
from pathlib import Path

import numpy as np
import pytest

from index.search.on_disk import OnDisk

VECTORS = np.random.default_rng(1).standard_normal((3000, 64)).astype(np.float16).astype(np.float32)
EVERY = np.arange(len(VECTORS))


def in_memory(folder: Path) -> int:
    """Return how many bytes of nameless files in `folder` this process has in memory."""
    parts = re.split(r"^(?=[0-9a-f]+-)", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    sizes = [re.search(r"^Rss: +(\d+) kB", part, re.MULTILINE) for part in parts if f" {folder}/" in part]
    return sum(1024 * int(size[1]) for size in sizes if size)


def lies_in(folder: Path, file: int) -> bool:
    """Tell whether an open file, which may have no name any more, was made in a folder."""
    return os.readlink(f"/proc/self/fd/{file}").startswith(str(folder))


def assert_added_in_parts(held: OnDisk, caplog: pytest.LogCaptureFixture, why: str) -> None:
    """Add all vectors, of which some may be held already, and find them again; one line says why so."""
    for first in range(len(held), len(VECTORS), 1000):
        held.add(VECTORS[first : first + 1000])
    assert np.array_equal(held.index.reconstruct_batch(EVERY), VECTORS)
    (line,) = caplog.messages
    assert why in line


def test_vectors_come_back_as_they_were_added_in_parts(tmp_path: Path) -> None:
    held = OnDisk(64, tmp_path)
    assert (len(held), held.packed.size) == (0, 0)
    for first in range(0, len(VECTORS), 700):
        held.add(VECTORS[first : first + 700])
    assert (len(held), held.nbytes) == (3000, 3000 * 64 * 2)
    assert np.array_equal(held.index.reconstruct_batch(EVERY), VECTORS)
    assert list(tmp_path.iterdir()) == []  # the file has no name


def test_what_was_packed_is_read_and_more_is_added(tmp_path: Path) -> None:
    first = OnDisk(64, tmp_path)
    first.add(VECTORS[:2000])
    second = OnDisk(64, tmp_path)
    second.read(io.BytesIO(first.packed.tobytes()), 2000)
    second.add(VECTORS[2000:])
    assert np.array_equal(second.index.reconstruct_batch(EVERY), VECTORS)


@pytest.mark.parametrize("rows", [1999, 2001])
def test_a_file_with_more_or_fewer_vectors_is_refused(rows: int, tmp_path: Path) -> None:
    held = OnDisk(64, tmp_path)
    with pytest.raises(ValueError, match="do not fit"):
        held.read(io.BytesIO(bytes(2000 * 128)), rows)
    assert len(held) == 0


def test_memory_is_taken_by_reading_and_given_back(tmp_path: Path) -> None:
    held = OnDisk(64, tmp_path)
    held.add(VECTORS)
    assert not held.index.codes.is_owned
    held.index.reconstruct_batch(EVERY)
    assert in_memory(tmp_path) >= held.nbytes
    held.release()
    assert in_memory(tmp_path) == 0
    assert np.array_equal(held.index.reconstruct_batch(EVERY), VECTORS)


def test_without_a_folder_vectors_are_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = OnDisk(64, tmp_path / "missing")
    held.add(VECTORS)
    assert np.array_equal(held.index.reconstruct_batch(EVERY), VECTORS)
    (line,) = caplog.messages
    assert "vectors kept in memory" in line


def test_where_a_file_cannot_be_mapped_vectors_are_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mapped(file: int, size: int, access: int) -> mmap.mmap:
        if lies_in(tmp_path, file):
            raise OSError(errno.ENODEV, "No such device")
        return real(file, size, access=access)

    real = mmap.mmap
    monkeypatch.setattr("index.search.on_disk.mmap.mmap", mapped)
    assert_added_in_parts(OnDisk(64, tmp_path), caplog, "No such device")


def test_where_the_disk_is_full_vectors_are_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: int, data: bytes, place: int) -> int:
        if lies_in(tmp_path, file):
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(file, data, place)

    held = OnDisk(64, tmp_path)
    held.add(VECTORS[:1000])
    written = os.pwrite
    monkeypatch.setattr(os, "pwrite", write)
    assert_added_in_parts(held, caplog, "No space left")
