"""Whether the stored news reports on what is asked: a calibrated probability, and where it is enough. Pure.

A logistic regression over five figures (Platt, 1999, "Probabilistic Outputs for Support Vector Machines"), so
that 0.8 means that eight of ten such questions can be answered. Its weights and the threshold stand in
`weights.json` and are fitted by `python -m index.fit`; they belong to the shipped model and have to be fitted
anew for another one to be as good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from index.answers.asked import Asked
from index.answers.parsing import ReadPassage
from index.answers.scoring import parameters

# What a passage has to offer: closeness in meaning, the question's words, and being current.
COVERAGE_WEIGHT = 0.5
RECENCY_WEIGHT = 0.3


class Evidence(NamedTuple):
    """The inputs of the regression."""

    passage: float  # the best passage's cosine, plus weighted coverage and recency
    current: float  # the best cosine times recency
    coverage: float  # the largest share of the question's words in one passage with its headline
    words: float  # log of the number of words searched for: longer questions match closer
    names: float  # share of the question's information in names, which match closer than other words


def evidence(readings: Sequence[ReadPassage], asked: Asked) -> Evidence:
    """Return what the best passages tell; zeros where there are none."""
    total = sum(asked.weights.values()) or 1.0
    return Evidence(
        passage=max((_offer(each) for each in readings), default=0.0),
        current=max((each.ranked.dense * each.ranked.recency for each in readings), default=0.0),
        coverage=max((each.coverage for each in readings), default=0.0),
        words=math.log1p(len(asked.weights)),
        names=sum(weight for term, weight in asked.weights.items() if term in asked.names) / total,
    )


def confidence(found: Evidence) -> float:
    """Return the probability in [0, 1] that the news reports on what is asked."""
    fitted = parameters()
    weights = Evidence(**fitted.confidence)
    logit = fitted.intercept + sum(w * value for w, value in zip(weights, found, strict=True))
    return 1.0 / (1.0 + math.exp(-logit))


def threshold() -> float:
    """Return the confidence from which the bot stands behind its quotes."""
    return parameters().threshold


def _offer(reading: ReadPassage) -> float:
    ranked = reading.ranked
    return ranked.dense + COVERAGE_WEIGHT * reading.coverage + RECENCY_WEIGHT * ranked.recency
