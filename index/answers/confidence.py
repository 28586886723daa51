"""The probability that the stored news reports on what is asked, and the threshold for answering. Pure.

The probability comes from a logistic regression over six figures (Platt, 1999, "Probabilistic Outputs for
Support Vector Machines"). It is calibrated: of the questions that get 0.8, eight in ten can be answered. The
regression's weights and the threshold stand in `weights.json`, where `python -m index.training` writes them.
They belong to the embedding model that the project ships; another model needs a fit of its own to be as good.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from index.answers.asked import Asked
from index.answers.retrieval import Ranked
from index.answers.scoring import Fit, parameters

# How much a passage offers: its cosine + COVERAGE_WEIGHT × its coverage + RECENCY_WEIGHT × its recency.
COVERAGE_WEIGHT = 0.5
RECENCY_WEIGHT = 0.3

Floats = npt.NDArray[np.float32]
# One figure, or an array of them.
Value = TypeVar("Value", float, Floats)


class Evidence(NamedTuple):
    """The inputs of the regression. The last one is 0 without the answer reader."""

    passage: float  # the highest sum of cosine, weighted coverage and weighted recency of one passage
    current: float  # the highest product of cosine and recency of one passage
    coverage: float  # the largest share of the question's words, by idf, in one passage with its headline
    words: float  # log(1 + number of the question's words): passages come closer to longer questions
    names: float  # share of the question's idf that is in names: passages come closer to names
    answer: float = 0.0  # the reader's logit of "something here answers", see `index.reader.windows`


def evidence(ranked: Sequence[Ranked], coverage: Sequence[float], asked: Asked) -> Evidence:
    """Return the regression's inputs for a question; those of passages are 0 where there are none.

    `coverage` is the share of the question's words, by idf, in each passage with its headline.
    """
    words, names = of_question(asked.weights, asked.names)
    offers = [
        offer(passage.dense, covered, passage.recency)
        for passage, covered in zip(ranked, coverage, strict=True)
    ]
    return Evidence(
        passage=max(offers, default=0.0),
        current=max((passage.dense * passage.recency for passage in ranked), default=0.0),
        coverage=max(coverage, default=0.0),
        words=words,
        names=names,
    )


def of_question(weights: Mapping[str, float], names: Container[str]) -> tuple[float, float]:
    """Return the inputs `words` and `names` of the regression, given the question's stems with their idf."""
    named = sum(weight for term, weight in weights.items() if term in names)
    return math.log1p(len(weights)), named / (sum(weights.values()) or 1.0)


def confidence(figures: Evidence, fit: Fit) -> float:
    """Return the probability in [0, 1] that the news reports on what is asked."""
    return 1.0 / (1.0 + math.exp(-_logit(*figures, fit)))


def confidences(passage: Floats, current: Floats, coverage: Floats, words: Floats, names: Floats) -> Floats:
    """Do as `confidence` for many at once, without the reader: the arrays hold the fields of `Evidence`."""
    logits: Floats = _logit(passage, current, coverage, words, names, 0.0, parameters().plain)
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def _logit(
    passage: Value, current: Value, coverage: Value, words: Value, names: Value, answer: float, fit: Fit
) -> Value:
    """Return the weighted sum of the figures, plus the intercept."""
    weights = Evidence(**fit.confidence)
    total: Value = (
        weights.passage * passage
        + weights.current * current
        + weights.coverage * coverage
        + weights.words * words
        + weights.names * names
        + weights.answer * answer
        + fit.intercept
    )
    return total


def offer(dense: Value, coverage: Value, recency: Value) -> Value:
    """Return how much a passage offers, or many passages: its weighted cosine, coverage and recency."""
    total: Value = dense + COVERAGE_WEIGHT * coverage + RECENCY_WEIGHT * recency
    return total
