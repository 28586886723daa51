"""Whether the quotes answer the question: a calibrated probability and a threshold. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.quotes import Candidate
from index.retrieve import Ranked

THRESHOLD = 0.5


def confidence(ranked: Sequence[Ranked], chosen: Sequence[Candidate]) -> float:
    """Return the probability in [0, 1] that the chosen quotes answer the question; 0 without any."""
    if not chosen:
        return 0.0
    dense = max(each.dense for each in ranked)
    coverage = max(each.features.coverage for each in chosen)
    recency = max(each.features.recency for each in chosen)
    return _logistic(-11.0 + 9.0 * dense + 8.0 * coverage + 2.0 * recency)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
