"""Articles, their copies under other addresses, and their passages as search takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Via = Literal["page", "feed", "file", "upload"]


@dataclass(frozen=True, slots=True)
class Article:
    """One story as its source published it. `text` is canonical (see `index.text.normalize`); times are UTC.

    `original` is the address of the story that its page says it repeats, and `entry` the id of the entry of a
    feed that it was read from (see `entry_id`): both are known only while it is read. `via` tells what its
    words were read from.
    """

    id: str
    url: str
    title: str
    text: str
    source: str
    published_at: datetime
    updated_at: datetime | None = None
    highlights: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    original: str | None = field(default=None, compare=False)
    entry: str | None = field(default=None, compare=False)
    via: Via = field(default="file", compare=False)


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What a search index is told about a passage. `vector` is float16 of shape (dimension,), length 1."""

    id: int
    title: str
    text: str
    source: str
    published_at: datetime
    vector: npt.NDArray[np.float16]


class Hit(NamedTuple):
    """A passage that a search found: cosine in [-1, 1] and BM25 (0 where no word is shared)."""

    passage_id: int
    dense: float
    lexical: float
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Copy:
    """The same story under another address, kept once for search and named beside the quote."""

    source: str
    url: str
    published_at: datetime
