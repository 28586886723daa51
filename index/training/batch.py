"""Turns examples into the arrays of one step of the training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from index.embeddings.tokens import Arrays, Tokenizer
from index.reader.tokens import encode, places_of
from index.reader.windows import SPAN_TOKENS, Flags, Indexes
from index.training.examples import Labelled, TrainingExample

# What a token belongs to: to neither (0), to the headline, to the text.
HEADLINE, TEXT = 1, 2


class Batch(NamedTuple):
    """The windows of several examples, one after the other.

    `inputs` are what the network takes, and `sides` (int8) what each token belongs to, both of shape
    (windows, tokens). `right`, of shape (windows, tokens, SPAN_TOKENS), says which spans answer, by the first
    token and the length less one. `sizes` is the number of windows of each example; `answerable` (bool) and
    `weights` (float32) have one entry for each.
    """

    inputs: Arrays
    sides: npt.NDArray[np.int8]
    right: Flags
    sizes: list[int]
    answerable: Flags
    weights: npt.NDArray[np.float32]


def batch_of(tokenizer: Tokenizer, examples: Sequence[TrainingExample]) -> Batch:
    """Return the arrays of examples, each of which has windows.

    Of an example whose answers are all cut off or too long, nothing is learned: its weight is 0.
    """
    encodings = [
        encoding
        for example in examples
        for encoding in encode(tokenizer, example.question, [labelled.window for labelled in example.windows])
    ]
    inputs = tokenizer.arrays(encodings)
    shape = inputs["input_ids"].shape
    sides, right = np.zeros(shape, np.int8), np.zeros((*shape, SPAN_TOKENS), np.bool_)
    answerable, weights, row = [], [], 0
    for example in examples:
        first = row
        for labelled in example.windows:
            _mark(labelled, encodings[row], sides[row], right[row], inside=example.inside)
            row += 1
        answerable.append(bool(right[first:row].any()))
        weights.append(example.weight * (answerable[-1] == example.answerable))
    sizes = [len(example.windows) for example in examples]
    return Batch(inputs, sides, right, sizes, np.array(answerable), np.array(weights, np.float32))


def _mark(
    labelled: Labelled, encoding: Encoding, sides: npt.NDArray[np.int8], right: Flags, *, inside: bool
) -> None:
    """Put in the sides of a window's tokens, and which of its spans answer."""
    kept, spans = places_of(labelled.window, encoding)
    in_text = spans[:, 0] >= 0
    sides[kept] = np.where(in_text, TEXT, 0 if inside else HEADLINE)
    for start, end in labelled.answers:
        tokens = kept[(spans[:, 1] > start) & (spans[:, 0] < end)]
        if inside:
            _mark_inside(tokens, right)
        elif 0 < len(tokens) <= SPAN_TOKENS:
            right[tokens[0], tokens[-1] - tokens[0]] = True


def _mark_inside(tokens: Indexes, right: Flags) -> None:
    """Mark all spans of some neighbouring tokens."""
    for place, token in enumerate(tokens.tolist()):
        right[token, : len(tokens) - place] = True
