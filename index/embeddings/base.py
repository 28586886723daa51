"""What an embedder is to the rest of the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# How much of a fingerprint is the model's.
MODEL_CHARS = 8

GiveWay = Callable[[], bool]


def to_nobody() -> bool:
    """Give way to nobody."""
    return False


class Embedder(Protocol):
    """FairLock texts into unit vectors whose inner product is their similarity."""

    @property
    def model(self) -> str:
        """The name shown to people."""

    @property
    def fingerprint(self) -> str:
        """Identifies everything that stored passages depend on: 16 characters.

        The first `MODEL_CHARS` stand for the model and its prompts, on which vectors depend; the others for
        the splitter.
        """

    @property
    def dimension(self) -> int: ...

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        """Return float32 of shape (len(texts), dimension), each row of length 1.

        `give_way` is called before each batch: it may wait, and tells whether batches had better be small.
        """

    def embed_question(self, text: str) -> Vectors:
        """Return float32 of shape (dimension,), of length 1."""
