"""Scores a candidate for a quote: a weighted sum of sixteen features.

The weights stand in `weights.json`. `python -m index.fit FOLDER` fits them (a regularised softmax over the
candidates of each question) and prints the figures and their cross-validation. The model is linear on
purpose: trees fitted to the same features did worse on held-out weeks, and a person can read what a weight
means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

WEIGHTS_FILE: Final = Path(__file__).with_name("weights.json")


class Features(NamedTuple):
    """The sixteen inputs of the score. Each lies in [0, 1], except `article`, which may be above 1."""

    coverage: float  # share of the question's words in the quote, weighted by idf
    length: float  # characters, as a share of the most a quote may have
    recency: float  # how current the article is, see `index.answers.recency`
    article: float  # the best retrieval score among the article's passages
    vote: float  # the highest product of votes and rarity of a mention that could answer
    redundancy: float  # the votes of the four best mentions, as a share of the most that is possible
    form: float  # 1 when it holds a phrase of the form asked for, see `index.languages.english.answer_forms`
    kind: float  # 1 when it holds a mention of an expected kind, see `index.languages.english.answer_types`
    focus: float  # 1 when it holds the noun that the question asks for
    lead: float  # 1 when the quote begins the article
    early: float  # 1 at the beginning of the article, falling to 1/e after 1000 characters
    asks: float  # 1 when the quote ends with a question mark
    boilerplate: float  # 1 when it reads like a box beside a story, see `index.answers.parsing`
    # These three repeat features from above when the question asks for a number, and are 0 otherwise. Such a
    # question is rarely about the main point of a story: the story's beginning is worth less to it, and the
    # question's own words are worth more.
    number_coverage: float
    number_kind: float
    number_lead: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """What `python -m index.fit` fitted, and the name of the embedding model that it belongs to.

    `quotes` maps each field of `Features` to its weight, `confidence` each field of `Evidence`. `intercept`
    belongs to the confidence. `threshold` is the lowest confidence that counts as an answer.
    """

    model: str
    quotes: dict[str, float]
    confidence: dict[str, float]
    intercept: float
    threshold: float


@cache
def parameters() -> Parameters:
    """Return what `weights.json` holds. Raises TypeError when it does not name exactly the fields."""
    return Parameters(**json.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))


def scores(features: npt.NDArray[np.float64], chosen: Features | None = None) -> npt.NDArray[np.float64]:
    """Return the weighted sum of each row of features: higher is better, comparable within one question.

    The columns are those of `Features`; the weights are the fitted ones, unless others are given. Rows with
    equal features get equal scores: a product of matrices, whose order of adding depends on a row's place,
    would not do.
    """
    weights = np.array(chosen or Features(**parameters().quotes))
    total: npt.NDArray[np.float64] = (features * weights).sum(axis=1)
    return total
