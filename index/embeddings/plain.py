"""An embedding model as sentence-transformers runs it, with PyTorch in this process.

For models that cannot be compiled, for processors and systems without OpenVINO, and to make compiled models.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from sentence_transformers import SentenceTransformer

from index.embeddings.base import Vectors
from index.errors import ModelError


def load_plain(name: str) -> SentenceTransformer:
    """Load a model by its folder or its name on a hub. Raises ModelError."""
    try:
        return SentenceTransformer(name, device="cpu")
    except Exception as error:  # sentence-transformers raises errors of many kinds
        raise ModelError(
            f"The embedding model {name!r} cannot be loaded ({first_line(error)}): "
            "set NEWS_EMBEDDING_MODEL to a sentence-transformers folder or hub name, or unset it."
        ) from error


def dimension_of(model: SentenceTransformer) -> int:
    """Return how long the model's vectors are. Raises ModelError where it does not say."""
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ModelError("The embedding model does not say how long its vectors are: choose another.")
    return dimension


def prompt_of(model: SentenceTransformer) -> str:
    """Return what the model puts before every text by default."""
    return model.prompts.get(model.default_prompt_name or "") or ""


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__


class PlainModel:
    """A `TextModel` for one thread at a time, because a model of sentence-transformers may be any code."""

    streams = 1

    def __init__(self, name: str) -> None:
        self._model = load_plain(name)
        self.dimension = dimension_of(self._model)
        self.prompt = prompt_of(self._model)

    def tokenize(self, texts: Sequence[str]) -> list[str]:
        """Return the texts: `rows` tokenizes them, and their lengths in characters are near enough."""
        return list(texts)

    def rows(self, tokens: Sequence[str], threads: int) -> Vectors:
        """Do what `SentenceTransformer.encode` does, without the look-ups that it repeats at each call.

        They take a quarter of a question's time.
        """
        torch.set_num_threads(threads)  # holds for the thread that calls it
        features = self._model.preprocess(list(tokens))
        with torch.inference_mode():
            rows: Vectors = self._model(features)["sentence_embedding"].float().numpy()
        return rows[:, : self._model.truncate_dim]

    def release(self) -> None:
        """PyTorch keeps nothing between two batches."""
