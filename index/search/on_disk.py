"""Vectors in a file that FAISS reads in place: they take memory only while searches read them."""

from __future__ import annotations

import logging
import mmap
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

import faiss
import numpy as np
import numpy.typing as npt

logger = logging.getLogger(__name__)

# Bytes that are copied at once from another file.
COPIED_BYTES = 8 * 2**20


class OnDisk:
    """float16 vectors of one length in a file without a name, which is gone when the process ends.

    The system keeps in memory what is read of it, as long as there is room: so a machine with less memory can
    search a million passages, whose vectors are 768 MB. The file is a copy of what the snapshot holds, since
    a process that reads a mapped file ends when somebody cuts that file short. Where the folder takes no
    such file, or no more of it, the vectors are kept in memory.

    Nothing may be added while another thread searches or adds.
    """

    def __init__(self, dimension: int, folder: Path | None) -> None:
        """Begin a file in `folder`, or in the system's folder for temporary files."""
        self._dimension = dimension
        self.index: Any = _index(dimension)  # what FAISS searches; the stubs know few of its methods
        self._row_bytes = int(self.index.code_size)
        self._header_bytes = len(_header(dimension, 0))
        self._pages: mmap.mmap | None = None
        self._file = _file_in(folder)

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def nbytes(self) -> int:
        return len(self) * self._row_bytes

    @property
    def packed(self) -> npt.NDArray[np.uint8]:
        """The vectors as `read` takes them: not a copy, so nothing may be added while it is used."""
        return _bytes_of(self._pages)[self._header_bytes :] if self._pages else np.empty(0, np.uint8)

    def add(self, vectors: npt.NDArray[np.float32]) -> None:
        """Append vectors of shape (rows, dimension)."""
        self._write(self._header_bytes + self.nbytes, vectors.astype(np.float16).tobytes())
        self._map(len(self) + len(vectors))

    def read(self, file: IO[bytes], rows: int) -> None:
        """Append so many vectors, whose `packed` is the rest of `file`. Raises ValueError if it is not."""
        place = self._header_bytes + self.nbytes
        end = place + rows * self._row_bytes
        while part := file.read(COPIED_BYTES):
            self._write(place, part)
            place += len(part)
        if place != end:
            raise ValueError("the vectors do not fit")
        self._map(len(self) + rows)

    def release(self) -> None:
        """Take the vectors out of the process's memory: they come back as they are read. Only on Linux."""
        if self._pages and sys.platform == "linux":
            self._pages.madvise(mmap.MADV_DONTNEED)

    def _write(self, place: int, data: bytes) -> None:
        try:
            _write(self._file, place, data)
        except OSError as error:
            self._move_to_memory(error)
            _write(self._file, place, data)

    def _map(self, rows: int) -> None:
        """Let FAISS search so many vectors of the file."""
        if rows == 0:
            return
        self._write(0, _header(self._dimension, rows))
        size = self._header_bytes + rows * self._row_bytes
        try:
            pages = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        except OSError as error:  # some file systems, such as folders shared with a virtual machine, cannot
            self._move_to_memory(error)
            pages = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        # Vectors that come from this kind of reader stay where they are. The index goes before its pages do.
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(_bytes_of(pages)), size)  # type: ignore[attr-defined]
        self.index = faiss.read_index(reader)
        self._pages = pages

    def _move_to_memory(self, error: OSError) -> None:
        logger.warning("vectors kept in memory error=%r", error)
        in_memory = _file_in_memory()
        self._file.seek(0)
        shutil.copyfileobj(self._file, in_memory)
        self._file = in_memory


def _index(dimension: int) -> Any:
    # The database stores vectors as float16. Keeping them so takes half the bytes of float32.
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _header(dimension: int, rows: int) -> bytes:
    """Return what FAISS writes before the vectors of such an index; its end is how many bytes they have."""
    index = _index(dimension)
    index.ntotal = rows
    count = rows * int(index.code_size)
    return faiss.serialize_index(index).tobytes()[:-8] + count.to_bytes(8, sys.byteorder)


def _file_in(folder: Path | None) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(buffering=0, dir=folder)
    except OSError as error:
        logger.warning("vectors kept in memory error=%r", error)
        return _file_in_memory()


def _file_in_memory() -> IO[bytes]:
    return os.fdopen(os.memfd_create("vectors"), "w+b", buffering=0)


def _write(file: IO[bytes], place: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        done = os.pwrite(file.fileno(), left, place)
        left, place = left[done:], place + done


def _bytes_of(pages: mmap.mmap) -> npt.NDArray[np.uint8]:
    return np.frombuffer(pages, np.uint8)
