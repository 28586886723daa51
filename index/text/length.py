"""How much a text says, whatever script it is written in."""

from __future__ import annotations

import re

# In these scripts a character says about as much as three Latin letters: it is a syllable or a word.
_DENSE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
DENSE_LETTERS = 3


def content_length(text: str) -> int:
    """Return how much a text says, in Latin letters: a Chinese or Japanese character counts as three."""
    if text.isascii():
        return len(text)
    return len(text) + (DENSE_LETTERS - 1) * len(_DENSE.findall(text))


def is_dense(text: str) -> bool:
    """Tell whether a text holds characters that count as three letters."""
    return _DENSE.search(text) is not None
