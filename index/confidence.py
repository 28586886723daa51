"""Whether the quotes answer the question: a calibrated probability and a threshold. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.quotes import Candidate

THRESHOLD = 0.5


def confidence(found: Sequence[Candidate]) -> float:
    """Return the probability in [0, 1] that the best candidates answer the question; 0 without any."""
    if not found:
        return 0.0
    dense = max(each.ranked.dense for each in found[:5])
    coverage = max(each.coverage for each in found[:5])
    recency = max(each.ranked.recency for each in found[:5])
    return _logistic(-11.0 + 9.0 * dense + 8.0 * coverage + 2.0 * recency)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
