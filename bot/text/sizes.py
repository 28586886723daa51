"""Sizes in bytes as text for people."""

from __future__ import annotations

from bot.text.language import _, counted, number
from index import Status

_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))


def size_text(size: int) -> str:
    """Return a number of bytes in the unit in which it has one to three digits, such as "4.2 MB"."""
    for name, unit in _UNITS:
        if size >= unit:
            share = size / unit
            return f"{number(round(share, 1) if share < 10 else round(share))} {name}"
    return counted("{count} byte", "{count} bytes", size)


def index_sizes(status: Status) -> list[str]:
    """Return the size of the search index on disk and in memory, as far as known, in words."""
    sizes = {_("{size} on disk"): status.disk_bytes, _("{size} in memory"): status.memory_bytes}
    return [said.format(size=size_text(size)) for said, size in sizes.items() if size is not None]
