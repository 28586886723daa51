"""Answers in languages that the embedding model does not know: by words first.

The shipped model knows English. Its vectors of other texts are closer where words are spelled alike, which
says little about what they mean. So a question in another language counts on the words that it shares with
the news: they choose the passages and the quotes, and decide whether these answer it. A multilingual model
(`NEWS_EMBEDDING_MODEL`) is used for all languages alike, and nothing here is used then.

The weights are chosen by hand: there are no real questions with their dates in these languages to fit to.
"""

from __future__ import annotations

import math
from typing import Final

from index.answers.asked import Asked
from index.answers.confidence import Evidence
from index.answers.scoring import Features, Fit
from index.types.answer import Figure

# What the shipped model was trained on.
MODEL_LANGUAGE: Final = "en"

# How much the words count that a quote holds itself; for the rest, those count that its headline holds, too.
OWN_WORDS: Final = 0.3
# What the share of the question's words counts that an article's passages hold together.
ARTICLE_WORDS: Final = 0.6
# What a quote in another language than the question's loses.
FOREIGN_COST: Final = 0.5
_WEIGHTS: Final = Features(
    coverage=3.0,
    length=0.6,
    recency=0.1,
    article=2.5,
    vote=0.0,
    redundancy=0.0,
    form=0.4,
    focus=0.0,
    lead=0.1,
    early=0.0,
    asks=-1.4,
    boilerplate=0.0,
    number_coverage=0.0,
    number_lead=0.0,
    answers=0.0,
    within=0.0,
    agreed=0.0,
    together=0.0,
)
# The confidence is not fitted: see `confidence`.
FIT: Final = Fit(quotes=_WEIGHTS._asdict(), confidence={}, intercept=0.0, threshold=0.526)

# The probability is a logistic function of the share of the question's words, by idf, that the best passage
# holds with its headline: nearly half of the words make it 0.5, and it rises with the slope.
_HALF, _SLOPE = 0.47, 9.0
# One word alone says little: of a question with so few words, fewer count.
_FEW_WORDS = 2
# What is left of that where the one word is no name.
_LONE_SHARE = 0.5


def confidence(figures: Evidence, asked: Asked) -> float:
    """Return the probability in [0, 1] that the news reports on what is asked."""
    return 1.0 / (1.0 + math.exp(-_SLOPE * (_share(figures, asked) - _HALF)))


def weighed(figures: Evidence, asked: Asked) -> tuple[tuple[Figure, ...], float]:
    """Return the figures and the intercept of which the confidence is the logistic function."""
    return (Figure("words shared", _share(figures, asked), _SLOPE),), -_SLOPE * _HALF


def _share(figures: Evidence, asked: Asked) -> float:
    words = round(math.expm1(figures.words))
    return figures.coverage * min(1.0, words / _FEW_WORDS) * (_LONE_SHARE if asked.lone else 1.0)
