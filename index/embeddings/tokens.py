"""Turns texts into the arrays of tokens that a network takes, without PyTorch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tokenizers
from tokenizers import Encoding
from tokenizers.models import Model

# Batches are padded to a multiple of so many tokens, so that a network meets few shapes.
STEP = 16

Arrays = dict[str, npt.NDArray[np.int64]]

# The vocabularies of this process's tokenizers, by their SHA-256. The embedding model and the answer reader
# have the same one, which takes 8 MB.
_VOCABULARIES: dict[bytes, Model] = {}


@dataclass(frozen=True, slots=True)
class Padding:
    """How a tokenizer fills up the shorter texts of a batch."""

    token: int = 0
    token_type: int = 0
    left: bool = False


class Tokenizer:
    """A tokenizer of Hugging Face's `tokenizers`. For many threads.

    `definition` is the content of a `tokenizer.json`. Texts are cut to `longest` tokens, special ones
    included (None does not cut), and of a pair the longer text.
    """

    def __init__(self, definition: str, longest: int | None, padding: Padding = Padding()) -> None:
        self._longest = longest
        self._padding = padding
        self._tokenizer = tokenizers.Tokenizer.from_str(definition)
        vocabulary = json.dumps(json.loads(definition)["model"]).encode()
        key = hashlib.sha256(vocabulary).digest()
        self._tokenizer.model = _VOCABULARIES.setdefault(key, self._tokenizer.model)
        self._tokenizer.no_padding()  # `arrays` pads
        self._tokenizer.no_truncation()
        if longest is not None:
            self._tokenizer.enable_truncation(longest, strategy="longest_first")

    def encode(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Encoding]:
        """Tokenize texts or pairs of texts.

        Of an encoding, `ids` are its tokens, `offsets` says where each stands in its text, in characters, and
        `sequence_ids` whether that is the first text (0) or the second (1); None is a special token.
        """
        return self._tokenizer.encode_batch(texts)

    def arrays(self, encodings: Sequence[Encoding]) -> Arrays:
        """Return a batch as int64 of shape (texts, tokens), by the names that transformers gives them.

        Filled up to a multiple of `STEP` tokens, but not beyond `longest`. Where the filling stands before
        the text, only up to the longest text: more of it would give each token another position.
        """
        width = max(len(encoding) for encoding in encodings)
        if not self._padding.left:
            width = max(width, min(-(-width // STEP) * STEP, self._longest or 0))
        shape = len(encodings), width
        ids = np.full(shape, self._padding.token, np.int64)
        mask = np.zeros(shape, np.int64)
        types = np.full(shape, self._padding.token_type, np.int64)
        for row, encoding in enumerate(encodings):
            length = len(encoding)
            place = slice(width - length, width) if self._padding.left else slice(length)
            ids[row, place] = encoding.ids
            mask[row, place] = encoding.attention_mask
            types[row, place] = encoding.type_ids
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
