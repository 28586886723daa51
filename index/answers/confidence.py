"""The probability that the stored news reports on what is asked, and the threshold for answering. Pure.

The probability comes from a logistic regression over five figures (Platt, 1999, "Probabilistic Outputs for
Support Vector Machines"). It is calibrated: of the questions that get 0.8, eight in ten can be answered. The
regression's weights and the threshold stand in `weights.json`, where `python -m index.fit` writes them. They
belong to the embedding model that the project ships; another model needs a fit of its own to be as good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from index.answers.asked import Asked
from index.answers.parsing import ReadPassage
from index.answers.scoring import parameters

# How much a passage offers: its cosine + COVERAGE_WEIGHT × its coverage + RECENCY_WEIGHT × its recency.
COVERAGE_WEIGHT = 0.5
RECENCY_WEIGHT = 0.3


class Evidence(NamedTuple):
    """The five inputs of the regression."""

    passage: float  # the highest sum of cosine, weighted coverage and weighted recency of one passage
    current: float  # the highest product of cosine and recency of one passage
    coverage: float  # the largest share of the question's words, by idf, in one passage with its headline
    words: float  # log(1 + number of the question's words): passages come closer to longer questions
    names: float  # share of the question's idf that is in names: passages come closer to names


def evidence(passages: Sequence[ReadPassage], asked: Asked) -> Evidence:
    """Return the regression's inputs for a question; those of passages are 0 where there are none."""
    total = sum(asked.weights.values()) or 1.0
    return Evidence(
        passage=max((_offer(passage) for passage in passages), default=0.0),
        current=max((passage.ranked.dense * passage.ranked.recency for passage in passages), default=0.0),
        coverage=max((passage.coverage for passage in passages), default=0.0),
        words=math.log1p(len(asked.weights)),
        names=sum(weight for term, weight in asked.weights.items() if term in asked.names) / total,
    )


def confidence(figures: Evidence) -> float:
    """Return the probability in [0, 1] that the news reports on what is asked."""
    fitted = parameters()
    weights = Evidence(**fitted.confidence)
    logit = fitted.intercept + sum(weight * value for weight, value in zip(weights, figures, strict=True))
    return 1.0 / (1.0 + math.exp(-logit))


def threshold() -> float:
    """Return the lowest confidence at which the quotes count as an answer."""
    return parameters().threshold


def _offer(passage: ReadPassage) -> float:
    ranked = passage.ranked
    return ranked.dense + COVERAGE_WEIGHT * passage.coverage + RECENCY_WEIGHT * ranked.recency
