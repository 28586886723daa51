"""Turns a question and windows into the tokens that the network takes, and what it gives into `Tokens`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from index.embeddings.tokens import Tokenizer
from index.reader.windows import Indexes, Tokens, Window

# Tokens of question and window together; what is beyond is not read. A window of 350 characters has about 85,
# a headline 15, a question 20.
LONGEST = 192
# Characters of a question that are read. The longest of 1,700 questions about the news has 260. Numbers and
# emoji may be a token each: then as many tokens are left of the question as of the window.
QUESTION_CHARS = 300


def tokenizer_of(definition: str) -> Tokenizer:
    """Return the reader's tokenizer, given the content of the embedding model's `tokenizer.json`."""
    return Tokenizer(definition, LONGEST)


def encode(tokenizer: Tokenizer, question: str, windows: Sequence[Window]) -> list[Encoding]:
    """Tokenize the pairs of the question and each window: its headline, a line break, its text."""
    return tokenizer.encode(
        [(question[:QUESTION_CHARS], f"{window.headline}\n{window.text}") for window in windows]
    )


def places_of(window: Window, encoding: Encoding) -> tuple[Indexes, Indexes]:
    """Return the places of the tokens of headline and text, and their offsets as in `Tokens`.

    The tokens of the question are left out, and those that stand for no character.
    """
    offsets = np.array(encoding.offsets, np.intp).reshape(-1, 2)
    second = np.array([sequence == 1 for sequence in encoding.sequence_ids], np.bool_)
    kept = (second & (offsets[:, 1] > offsets[:, 0])).nonzero()[0]
    return kept, offsets[kept] - (len(window.headline) + 1)


def tokens_of(
    window: Window, encoding: Encoding, begins: npt.NDArray[np.float32], ends: npt.NDArray[np.float32]
) -> Tokens:
    """Return the tokens of headline and text, given the network's two outputs for the pair."""
    kept, spans = places_of(window, encoding)
    return Tokens(spans, begins[kept].astype(np.float64), ends[kept].astype(np.float64))
