"""Questions that wait for their vectors at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from index.embeddings.base import Vectors
from index.embeddings.embedder import NARROW, QUESTIONS, SentenceTransformerEmbedder
from tests.fakes import until

SHORT, LONG = 12, 250


class CountingModel:
    """A `TextModel` whose tokens are the words of a text. It counts what it computes, fillings included.

    The first batch waits until `go` is set, so that a test knows which questions wait together.
    """

    dimension, prompt, streams = 2, "", 1

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def tokenize(self, texts: Sequence[str]) -> list[Any]:
        return [text.split() for text in texts]

    def rows(self, tokens: Sequence[Any], threads: int) -> Vectors:
        self.batches.append([len(one) for one in tokens])
        self.go.wait(20)
        return np.array([[len(one), 1] for one in tokens], np.float32)

    def release(self) -> None: ...

    @property
    def computed(self) -> int:
        """How many tokens were computed, where each batch is filled up to its longest text."""
        return sum(len(batch) * max(batch) for batch in self.batches)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> CountingModel:
    counting = CountingModel()
    monkeypatch.setattr(SentenceTransformerEmbedder, "_load_compiled", lambda _: counting)
    return counting


def ask_at_once(model: CountingModel, lengths: Sequence[int]) -> list[Vectors]:
    """Ask questions of so many words, all of which wait together behind the first one."""
    embedder = SentenceTransformerEmbedder(None)
    with ThreadPoolExecutor(len(lengths)) as pool:
        first = pool.submit(embedder.embed_question, "word " * lengths[0])
        until(lambda: len(model.batches) == 1)
        others = [pool.submit(embedder.embed_question, "word " * length) for length in lengths[1:]]
        until(lambda: len(embedder._asked) == len(others))
        model.go.set()
        return [asked.result(20) for asked in (first, *others)]


def test_a_long_question_does_not_fill_up_short_ones(model: CountingModel) -> None:
    lengths = [SHORT, *[LONG] * 3, *[SHORT] * 12]
    vectors = ask_at_once(model, lengths)
    assert [round(row[0] / row[1]) for row in vectors] == lengths
    assert model.computed == sum(lengths)
    assert model.batches[1:] == [[SHORT] * 12, [LONG] * 3]  # and short ones do not wait for long ones


def test_a_batch_is_filled_up_to_twice_its_tokens_at_most(model: CountingModel) -> None:
    lengths = [1, *range(1, LONG, 7)]
    ask_at_once(model, lengths)
    assert model.computed <= sum(2 * max(NARROW, length) for length in lengths)
    assert max(map(len, model.batches)) <= QUESTIONS
