"""The results of an evaluation: figures, and the questions that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.types.answer import Answer


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one evaluation; shares are in [0, 1], times in milliseconds.

    `quotes_at` and `passages_at` map 1, 3 and 5 to the share of the answerable questions that have an
    accepted answer among so many of the best quotes or passages. `mean_reciprocal_rank` is of the first such
    quote. `auroc` is how well the confidence tells answerable from unanswerable questions. `answer_spans`
    counts the spans marked in quotes, and `answer_spans_right` is the share of them that hold an accepted
    answer or are part of one. `exact_slices` is the share of the quotes that stand word for word in their
    article. `suggested_threshold` is the confidence that lets 0.884 of the answerable questions through, as
    the shipped threshold does.
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
    """A question that went wrong, with the answers accepted for it and the answer that was given.

    `kind` is "not quoted" (no accepted answer in the first three quotes), "withheld" (an accepted answer was
    quoted, but `answered` was False) or "false alarm" (answered, although no article reports it). `place` is
    the number of the first quote that holds an accepted answer, counted from 1; 0 when none does.
    """

    kind: MissKind
    accepted: tuple[str, ...]
    place: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simpler way to answer, for comparison. `quotes_at` is as in `Measures`."""

    name: str
    quotes_at: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions of similar confidence: their mean confidence, the share that is answerable, and how many."""

    confidence: float
    answerable: float
    questions: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the answers of the library in the folder `library` are.

    `digest` is a hash of all answers: two evaluations have the same digest only where all answers are equal,
    word for word. `reliability` begins with the least confident questions. `baselines` is empty unless they
    were asked for.
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
