"""Quotes judged once more by a cross-encoder, where one is set: slower, and often better.

A cross-encoder reads question and quote together, so it sees what two separate vectors cannot (Nogueira and
Cho, 2019, "Passage Re-ranking with BERT"). It costs some milliseconds for each quote and is off by default.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from index.answers.candidates import Candidate
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Candidates that are judged, best first; the others keep their places behind them.
JUDGED = 40
# What a sure answer adds to a score. The scores of one question's best candidates lie within about this.
WEIGHT = 5.0
BATCH_SIZE = 16


class Reranker(Protocol):
    """Tells how well texts answer a question."""

    def probabilities(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text how sure it is that it answers, in [0, 1]."""

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers, loaded on first use. Safe to use from many threads.

    `model` is a folder or a hub name. Raises ModelError where it is missing or unusable.
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
            import torch

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


def rerank(reranker: Reranker, question: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with the best ones judged anew, best first; equal scores keep their order."""
    judged, rest = found[:JUDGED], found[JUDGED:]
    texts = [f"{each.ranked.stored.article.title}. {each.text}" for each in judged]
    sure = reranker.probabilities(question, texts)
    lifted = [
        replace(each, score=each.score + WEIGHT * probability)
        for each, probability in zip(judged, sure, strict=True)
    ]
    return sorted([*lifted, *rest], key=lambda each: -each.score)


def _load(name: str) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    remedy = "set NEWS_RERANKER_MODEL to a cross-encoder's folder or hub name, or unset it."
    try:
        model: CrossEncoder = CrossEncoder(name, device="cpu")
    except Exception as error:
        why = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200].rstrip(".")
        raise ModelError(f"The reranker {name!r} cannot be loaded ({why}): {remedy}") from error
    if model.num_labels != 1:
        raise ModelError(f"The reranker {name!r} gives {model.num_labels} scores instead of one: {remedy}")
    return model
