"""How large something is, for people."""

from __future__ import annotations

from bot.text.language import _
from index import Status

_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))


def size_text(size: int) -> str:
    """Return a number of bytes in the unit in which it has one to three digits, such as "4.2 MB"."""
    for name, unit in _UNITS:
        if size >= unit:
            share = size / unit
            return f"{share:.1f} {name}" if share < 10 else f"{share:,.0f} {name}"
    return f"{size} bytes"


def index_sizes(status: Status) -> list[str]:
    """Return what the search index takes up, as far as that is known."""
    sizes = {_("{size} on disk"): status.disk_bytes, _("{size} in memory"): status.memory_bytes}
    return [said.format(size=size_text(size)) for said, size in sizes.items() if size is not None]
