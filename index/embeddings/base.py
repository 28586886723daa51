"""The protocols of embedding models: what the library uses, and what runs below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# The first characters of a fingerprint identify the model; see `Embedder.fingerprint`.
MODEL_CHARS = 8

# Called between two batches. It may wait while questions are answered, and returns True where the next batch
# should be small. See `index.runtime.priority.AnswerPriority.give_way`.
GiveWay = Callable[[], bool]


def to_nobody() -> bool:
    """A `GiveWay` that never waits and asks for full batches."""
    return False


class Embedder(Protocol):
    """Turns texts into unit vectors (embeddings) whose inner product is their similarity."""

    @property
    def model(self) -> str:
        """The model's name, as people see it."""

    @property
    def fingerprint(self) -> str:
        """Identifies everything that stored passages and their vectors depend on: 16 characters.

        The first `MODEL_CHARS` identify the model and its prompts, which decide the vectors. The others
        identify the version of `index.text.passages`, which decides where passages begin and end.
        """

    @property
    def dimension(self) -> int: ...

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        """Return the texts' vectors: float32 of shape (len(texts), dimension), each row of length 1.

        `give_way` is called before each batch, by several threads. Raises ModelError.
        """

    def embed_question(self, text: str) -> Vectors:
        """Return the question's vector: float32 of shape (dimension,), of length 1. Raises ModelError."""


class TextModel(Protocol):
    """A loaded embedding model."""

    @property
    def dimension(self) -> int: ...

    @property
    def prompt(self) -> str:
        """What the model itself puts before texts, where the settings name no prompt."""

    @property
    def streams(self) -> int:
        """How many threads may call `rows` at once."""

    def tokenize(self, texts: Sequence[str]) -> list[Any]:
        """Return what `rows` takes, one value for each text; `len` of it tells how much work a text is."""

    def rows(self, tokens: Sequence[Any], threads: int) -> Vectors:
        """Return float32 of shape (texts, dimension); the rows are not normalised to length 1.

        A model whose `streams` is 1 uses as many as `threads` threads for a batch.
        """

    def release(self) -> None:
        """Give back memory that only the last batches needed."""
