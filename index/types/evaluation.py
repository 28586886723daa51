"""What an evaluation measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.types.answer import Answer


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one evaluation; shares are in [0, 1], times in milliseconds.

    `quotes_at` and `passages_at` give for 1, 3 and 5 the share of the answerable questions whose answer
    stands among so many of the best. Of the `answer_spans` marked in quotes, `answer_spans_right` hold an
    accepted answer or are part of one. `suggested_threshold` is the confidence that lets 0.884 of the
    answerable questions through, as the shipped one does.
    """

    answerable: int
    unanswerable: int
    quotes_at: Mapping[int, float]
    passages_at: Mapping[int, float]
    mean_reciprocal_rank: float
    auroc: float
    answered_of_answerable: float
    answered_of_unanswerable: float
    exact_slices: float
    answer_spans: int
    answer_spans_right: float
    suggested_threshold: float
    median_ms: float
    p99_ms: float


MissKind = Literal["not quoted", "withheld", "false alarm"]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that went wrong, with the answers accepted for it and what was given instead.

    `kind` is "not quoted" (no accepted answer in the first three quotes), "withheld" (quoted, but not stood
    behind) or "false alarm" (answered, though nothing was reported). `place` is the first quote, from 1,
    that holds an accepted answer; 0 when none does.
    """

    kind: MissKind
    accepted: tuple[str, ...]
    place: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plain way to answer, to compare with: the share of the answerable that 1, 3 and 5 quotes answer."""

    name: str
    quotes_at: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions of about the same confidence: its mean, the share that can be answered, and how many."""

    confidence: float
    answerable: float
    questions: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the answers of one library are. `digest` is equal where all answers are, word for word.

    `reliability` has the least confident questions first; `baselines` are there when they were asked for.
    """

    library: Path
    model: str
    articles: int
    passages: int
    threshold: float
    measures: Measures
    reliability: tuple[ReliabilityBin, ...]
    misses: tuple[Miss, ...]
    digest: str
    baselines: tuple[Baseline, ...] = ()
