"""What makes a run of sentences a good quote, as sixteen figures and a weight for each.

The weights stand in `weights.json`, fitted by `python -m index.fit FOLDER` (a softmax over the candidates of
each question, regularised; figures and cross-validation are printed). A linear model on purpose: trees fitted
to the same figures did worse on held-out weeks, and a weight can be read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from operator import mul
from pathlib import Path
from typing import Final, NamedTuple

WEIGHTS_FILE: Final = Path(__file__).with_name("weights.json")


class Features(NamedTuple):
    """The inputs, each in [0, 1] but `article`."""

    coverage: float  # share of the question's words in the quote, weighted by idf
    length: float  # characters, as a share of the most a quote may have
    recency: float  # how current the article is, see `index.answers.recency`
    article: float  # the best retrieval score among the article's passages
    vote: float  # the best mention that could answer: its votes among those that could, times its rarity
    redundancy: float  # the votes of the four best mentions, as a share of the most possible
    form: float  # 1 when a phrase of the form that is asked for is there, see `index.english.answer_forms`
    kind: float  # 1 when a mention of an expected kind is there
    focus: float  # 1 when the noun that the question asks for is there
    lead: float  # 1 when the quote begins the article
    early: float  # 1 at the beginning of the article, falling to 1/e after 1000 characters
    asks: float  # 1 when the quote ends in a question itself
    boilerplate: float  # 1 when it reads like a box beside the story
    # When a number is asked for, these repeat what is above, and are 0 else: such a question is rarely about
    # the main point of a story, so its beginning is worth less and the question's own words are worth more.
    number_coverage: float
    number_kind: float
    number_lead: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was fitted: weights of the quotes' features and of the confidence's, and the threshold."""

    model: str
    quotes: dict[str, float]
    confidence: dict[str, float]
    intercept: float
    threshold: float


@cache
def parameters() -> Parameters:
    """Return what was fitted. Raises TypeError when the file does not name exactly what is needed."""
    return Parameters(**json.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))


@cache
def _weights() -> Features:
    return Features(**parameters().quotes)


def score(features: Features) -> float:
    """Return the weighted sum: higher is better, comparable within one question."""
    total: float = sum(map(mul, _weights(), features))
    return total
