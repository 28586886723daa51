"""A saved embedding model: `openvino` and `tokenizers` alone, without PyTorch.

OpenVINO fuses the operations that PyTorch computes one by one, and computes in bfloat16 where the processor
can. Passages are embedded two to three times as fast as by `SentenceTransformer.encode`, and the cosine
between both vectors of a text is above 0.999.
"""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Encoding

from index.embeddings.base import Vectors
from index.embeddings.network import Network
from index.embeddings.saved import SavedModel
from index.embeddings.tokens import Padding, Tokenizer


class CompiledModel:
    """A `TextModel` that was saved by `index.embeddings.making`. For as many threads as it has `streams`."""

    def __init__(self, saved: SavedModel, streams: int) -> None:
        """Raises any Exception where the saved model is none, or OpenVINO cannot run here."""
        self.dimension = int(saved.facts["dimension"])
        self.prompt = str(saved.facts["prompt"])
        self._tokenizer = Tokenizer(
            saved.tokenizer, saved.facts["longest"], Padding(**saved.facts["padding"])
        )
        self._network = Network(saved.network, streams)
        self.streams = self._network.streams

    def tokenize(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokenizer.encode(texts)

    def rows(self, tokens: Sequence[Encoding], threads: int = 1) -> Vectors:
        (rows,) = self._network(self._tokenizer.arrays(tokens))
        return rows[:, : self.dimension]

    def release(self) -> None:
        self._network.release()
