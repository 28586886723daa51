"""The type of all offsets into texts."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters: `text[start:end]`."""

    start: int
    end: int
