"""The body of an answer, unpacked as it streams in, and never more than the cap.

Only gzip and deflate are asked for. A bomb of a thousand to one is stopped when its output passes the cap,
before the rest is unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from index.fetch.values import FetchError

ENCODINGS = "gzip, deflate"
# Members of a gzip file. Tools that write several make one for 64 KiB or more, so these are 128 MiB. An empty
# one has 20 bytes, and unpacking 20 MB of such took over a minute.
MAX_MEMBERS = 2000
_PIECE_BYTES = 65_536
_GZIP = (b"\x1f\x8b",)


def read_body(
    chunks: Iterable[bytes], encoding: str, max_bytes: int, where: str, *, cut: bool = False
) -> bytes:
    """Return the unpacked body. Raises FetchError when it is damaged or too large.

    With `cut`, of one that is too large the first `max_bytes` are returned.
    """
    names = [
        name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in ("", "identity")
    ]
    if not names:
        return _joined(chunks, max_bytes, where, cut)
    if len(names) > 1 or names[0] not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(
            f"{where} is packed as {encoding[:50]}, which was not asked for: tell its publisher."
        )
    return _joined(_unpacked(chunks, max_bytes, where), max_bytes, where, cut)


def gunzip(data: bytes, max_bytes: int, where: str) -> bytes:
    """Return a gzip file's content, or what is no gzip file as it is. Raises FetchError as `read_body`."""
    if not data.startswith(_GZIP):
        return data
    # In pieces, as a server sends it: at the end of each member zlib copies what is left of a piece.
    pieces = (data[first : first + _PIECE_BYTES] for first in range(0, len(data), _PIECE_BYTES))
    return read_body(pieces, "gzip", max_bytes, where)


def _joined(chunks: Iterable[bytes], max_bytes: int, where: str, cut: bool) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes and cut:
            return b"".join([*parts, chunk])[:max_bytes]
        if size > max_bytes:
            cap = f"{max_bytes / 2**20:.4g} MiB"
            raise FetchError(f"{where} is larger than {cap}: give the address of a feed or an article.")
        parts.append(chunk)
    return b"".join(parts)


def _unpacked(chunks: Iterable[bytes], max_bytes: int, where: str) -> Iterable[bytes]:
    """Yield pieces of at most one byte more than the cap."""
    unpacker, members = None, 0
    for chunk in chunks:
        while chunk:
            if unpacker is None:
                members += 1
                if members > MAX_MEMBERS:
                    raise FetchError(f"{where} is packed in more than {MAX_MEMBERS:,} parts: pack it as one.")
                unpacker = zlib.decompressobj(_window(chunk))
            try:
                yield unpacker.decompress(chunk, max_bytes + 1)
            except zlib.error as error:
                raise FetchError(f"{where} is packed in a damaged way ({error}): try again later.") from error
            chunk = unpacker.unconsumed_tail or unpacker.unused_data
            if unpacker.eof:  # another gzip member may follow, or padding
                chunk = chunk.lstrip(b"\x00")
                unpacker = None
    if unpacker is not None:
        raise FetchError(f"{where} broke off in the middle: try again later.")


def _window(head: bytes) -> int:
    """Return zlib's window bits for gzip, zlib, or the bare deflate that some servers send."""
    if head.startswith(_GZIP) or len(head) < 2:
        return 47
    is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return 47 if is_zlib else -15
