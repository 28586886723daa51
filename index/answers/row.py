"""Puts parsed passages side by side: one row of words, sentences and runs, each numbered through from 0.

So each step of reading is a few operations of numpy on some 3,000 words. With loops over passages, sentences
and words, reading, scoring and choosing took 2.4 times the CPU time (10.1 and 10.4 ms instead of 4.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from index.answers.mentions import Flags, Indexes
from index.answers.parsing import NOTHING, Hashes, Parsed


@dataclass(frozen=True, slots=True)
class Row:
    """Several passages in one row.

    `hashes` are those of the distinct stems, ascending, and `words` says of each word which of them it has:
    the number of its stem. `passages`, of shape (passages, 2), are the first word of each passage and the one
    behind its last; `sentences` are those of each sentence. `notable` are the words that could be mentions,
    with their `kinds` and their stems as text (`notable_stems`). `runs`, of shape (runs, 2), are the first
    and the last sentence of each run that could be quoted, `run_passages` its passage, and `spans` its
    offsets in that. The other fields are those of `Parsed`.
    """

    hashes: Indexes
    words: Indexes
    passages: Indexes
    sentences: Indexes
    asks: Flags
    boilerplate: Flags
    notable: Indexes
    kinds: Indexes
    notable_stems: Sequence[str]
    runs: Indexes
    run_passages: Indexes
    spans: Indexes

    @classmethod
    def of(cls, parsed: Sequence[Parsed], variants: Mapping[str, str] | None = None) -> Row:
        """Return the passages side by side, in their order; a stem in `variants` as the one it stands for."""
        parsed = parsed or [NOTHING]
        passages = _edges(one.stems.size for one in parsed)
        first_words = passages[:, 0].tolist()
        first_sentences = _edges(len(one.sentences) for one in parsed)[:, 0].tolist()
        hashes, words = np.unique(_stems(parsed, variants or {}), return_inverse=True)
        runs = _moved([one.runs for one in parsed], first_sentences)
        edges = np.concatenate([one.edges for one in parsed])
        return cls(
            hashes=hashes,
            words=words,
            passages=passages,
            sentences=_moved([one.sentences for one in parsed], first_words),
            asks=np.concatenate([one.asks for one in parsed]),
            boilerplate=np.concatenate([one.boilerplate for one in parsed]),
            notable=_moved([one.notable for one in parsed], first_words),
            kinds=np.concatenate([one.kinds for one in parsed]),
            notable_stems=[stem for one in parsed for stem in one.notable_stems],
            runs=runs,
            run_passages=np.repeat(np.arange(len(parsed)), [len(one.runs) for one in parsed]),
            spans=np.column_stack([edges[runs[:, 0], 0], edges[runs[:, 1], 1]]),
        )

    def numbers(self, stems: Iterable[str]) -> Indexes:
        """Return the numbers of some stems, -1 for those that no word has."""
        wanted = np.array([*map(hash, stems)], np.int64)
        number = np.searchsorted(self.hashes, wanted)
        # One more stem than there are, so that each number is one of a stem; no text has its hash.
        known = np.append(self.hashes, 0)[number] == wanted
        return np.where(known, number, -1)

    @property
    def run_words(self) -> Indexes:
        """The first word of each run and the one behind its last: shape (runs, 2)."""
        return np.column_stack([self.sentences[self.runs[:, 0], 0], self.sentences[self.runs[:, 1], 1]])


def _stems(parsed: Sequence[Parsed], variants: Mapping[str, str]) -> Hashes:
    """Return the hashes of the stems of all words."""
    stems = np.concatenate([one.stems for one in parsed])
    for variant, stem in variants.items():
        stems[stems == hash(variant)] = hash(stem)
    return stems


def _edges(lengths: Iterable[int]) -> Indexes:
    """Return where parts of these lengths begin and end, one behind the other: shape (parts, 2)."""
    places = np.array([*accumulate(lengths, initial=0)])
    return np.column_stack([places[:-1], places[1:]])


def _moved(parts: Sequence[Any], by: Sequence[int]) -> Indexes:
    """Return arrays of indexes as one array, each moved by so much."""
    moved = np.concatenate(parts).astype(np.intp)
    moved += np.repeat(by, [len(part) for part in parts]).reshape(-1, *[1] * (moved.ndim - 1))
    return moved


def expanded(first: Indexes, end: Indexes) -> tuple[Indexes, Indexes]:
    """Return all numbers from `first` to `end` - 1 of each range, and which range each of them is of."""
    lengths = end - first
    ranges = np.repeat(np.arange(lengths.size), lengths)
    within = np.arange(ranges.size) - np.repeat(lengths.cumsum() - lengths, lengths)
    return first[ranges] + within, ranges
