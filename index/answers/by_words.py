"""Answers in languages that the embedding model does not know: by words first.

The shipped model knows English. Its vectors of other texts are closer where words are spelled alike, which
says little about what they mean. So a question in another language counts on the words that it shares with
the news: they choose the passages and the quotes, and decide whether these answer it. A multilingual model
(`NEWS_EMBEDDING_MODEL`) is used for all languages alike, and nothing here is used then.

The weights are chosen by hand: there are no real questions with their dates in these languages to fit to.
"""

from __future__ import annotations

from typing import Final

from index.answers.scoring import Features

# What the shipped model was trained on.
MODEL_LANGUAGE: Final = "en"

WEIGHTS: Final = Features(
    coverage=3.0,
    length=0.6,
    recency=0.1,
    article=2.5,
    vote=0.0,
    redundancy=0.0,
    form=0.0,
    kind=0.3,
    focus=0.0,
    lead=0.1,
    early=0.0,
    asks=-1.4,
    boilerplate=0.0,
    number_coverage=0.0,
    number_kind=0.3,
    number_lead=0.0,
)
