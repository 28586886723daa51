"""Scores a candidate for a quote: a weighted sum of features, four of which the answer reader gives.

The weights stand in `weights.json`, twice: for candidates that the reader has read, and for those without a
reader. `python -m index.training` fits them (a regularised softmax over the candidates of each question) and
prints the figures on questions that they were not fitted to. The sum is linear on purpose: trees fitted to
the same features did worse on held-out weeks, and a person can read what a weight means.
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
    """The inputs of the score. Each is in [0, 1], but for `article`, which may be above 1, and the last four.

    Those are natural logarithms of probabilities that the answer reader gives, at least
    `index.reader.windows.LEAST`, and 0 where nothing was read.
    """

    coverage: float  # share of the question's words in the quote, weighted by idf
    length: float  # characters, as a share of the most a quote may have
    recency: float  # how current the article is, see `index.answers.recency`
    article: float  # the best retrieval score among the article's passages
    vote: float  # the highest product of votes and rarity of a mention that could answer
    redundancy: float  # the votes of the four best mentions, as a share of the most that is possible
    form: float  # 1 when it holds a phrase of the form asked for, see `index.languages.english.answer_forms`
    focus: float  # 1 when it holds the noun that the question asks for
    lead: float  # 1 when the quote begins the article
    early: float  # 1 at the beginning of the article, falling to 1/e after 1000 characters
    asks: float  # 1 when the quote ends with a question mark
    boilerplate: float  # 1 when it reads like a box beside a story, see `index.answers.parsing`
    # These two repeat features from above when the question asks for a number, and are 0 otherwise. Such a
    # question is rarely about the main point of a story: the story's beginning is worth less to it, and the
    # question's own words are worth more.
    number_coverage: float
    number_lead: float
    answers: float  # that the quote holds the answer
    within: float  # the same, as a share of that of the best run of its window
    agreed: float  # that of the most probable of the answers whose words it holds, with its other forms
    together: float  # that of all answers whose words it holds


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted weights: `quotes` maps each field of `Features` to its weight, `confidence` each of `Evidence`.

    `intercept` belongs to the confidence. `threshold` is the lowest confidence that counts as an answer.
    """

    quotes: dict[str, float]
    confidence: dict[str, float]
    intercept: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was fitted: without (`plain`) and with the reader (`read`), and to which embedding model."""

    model: str
    plain: Fit
    read: Fit


@cache
def parameters() -> Parameters:
    """Return what `weights.json` holds. Raises TypeError when it does not name exactly the fields."""
    stored = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Parameters(**stored | {name: Fit(**stored[name]) for name in ("plain", "read")})


def scores(features: npt.NDArray[np.float64], fit: Fit) -> npt.NDArray[np.float64]:
    """Return the weighted sum of each row of features: higher is better, comparable within one question.

    The columns are those of `Features`; the weights are those of `fit`. Rows with
    equal features get equal scores: a product of matrices, whose order of adding depends on a row's place,
    would not do.
    """
    weights = np.array(Features(**fit.quotes))
    total: npt.NDArray[np.float64] = (features * weights).sum(axis=1)
    return total
