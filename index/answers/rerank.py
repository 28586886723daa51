"""Scores the best candidates once more with a cross-encoder, where the settings name one.

A cross-encoder reads the question and a quote together, so it notices what a comparison of two separate
vectors cannot (Nogueira and Cho, 2019, "Passage Re-ranking with BERT"). It is off by default: its order is
often better, but it takes some milliseconds for each candidate.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.answers.candidates import Candidates
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# The cross-encoder scores this many of the best candidates. The others keep their scores.
JUDGED = 40
# A probability of 1 adds this to a candidate's score. The scores of one question's best candidates lie within
# about as much of each other.
WEIGHT = 5.0
BATCH_SIZE = 16


class Reranker(Protocol):
    """Estimates how well texts answer a question."""

    def probabilities(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the probability that it answers the question, in [0, 1]."""

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers, loaded on first use. Safe to use from many threads.

    `model` is a folder or the name of a model on Hugging Face's hub. `load` and `probabilities` raise
    ModelError where it is missing or unusable. One thread at a time uses the model; the others wait.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._loaded: CrossEncoder | None = None

    def load(self) -> None:
        with self._lock:
            self._get()

    def probabilities(self, question: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        with self._lock:
            model = self._get()
            import torch  # here, so that `import index` does not load it

            with torch.inference_mode():
                scores = model.predict(
                    [(question, text) for text in texts],
                    batch_size=BATCH_SIZE,
                    show_progress_bar=False,
                    activation_fn=torch.nn.Sigmoid(),
                )
        return [float(score) for score in scores]

    def _get(self) -> CrossEncoder:
        if self._loaded is None:
            self._loaded = _load(self._model)
        return self._loaded


def rerank(reranker: Reranker, question: str, candidates: Candidates) -> Candidates:
    """Return the candidates sorted by their new scores, best first; equal scores keep their order.

    Only the first `JUDGED` candidates get a new score.
    """
    texts = [f"{candidate.article.title}. {candidate.text}" for candidate in candidates[:JUDGED]]
    scores = candidates.scores.copy()
    scores[:JUDGED] += WEIGHT * np.array(reranker.probabilities(question, texts))
    return candidates.rescored(scores)


def _load(name: str) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    remedy = "set NEWS_RERANKER_MODEL to a cross-encoder's folder or hub name, or unset it."
    try:
        model: CrossEncoder = CrossEncoder(name, device="cpu")
    except Exception as error:  # sentence-transformers raises errors of many kinds
        why = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200].rstrip(".")
        raise ModelError(f"The reranker {name!r} cannot be loaded ({why}): {remedy}") from error
    if model.num_labels != 1:
        raise ModelError(f"The reranker {name!r} gives {model.num_labels} scores instead of one: {remedy}")
    return model
