"""Training a network of a few kilobytes: the loss falls, and what was learned can be shipped and read."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from index.answers.scoring import parameters
from index.embeddings.tokens import Tokenizer
from index.reader.network import ReaderNetwork
from index.reader.reader import checksum
from index.reader.tokens import tokenizer_of
from index.reader.windows import SPAN_TOKENS, Window
from index.text.spans import Span
from index.training import __main__ as command
from index.training.batch import HEADLINE, TEXT, batch_of
from index.training.examples import Labelled, TrainingExample
from index.training.learn import Stage, Trainee, loss, span_logits
from tests.tiny_model import make_model

QUESTION = "who is it"


def window(text: str, headline: str = "h") -> Window:
    return Window("a", "Wire", headline, text, [Span(0, len(text))])


def examples() -> list[TrainingExample]:
    """Return questions that the word with an x answers; some of which have no such word."""
    right = [Labelled(window("a b x c"), [Span(4, 5)]), Labelled(window("b c a"), [])]
    none = [Labelled(window("b c"), []), Labelled(window("c a b"), [])]
    inside = [Labelled(window("x b"), [Span(0, 3)]), Labelled(window("b c"), [])]
    return [
        TrainingExample(QUESTION, right),
        TrainingExample(QUESTION, none, 0.5),
        TrainingExample(QUESTION, inside, inside=True),
    ] * 8


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("reader"), seed=1)


@pytest.fixture(scope="module")
def tokenizer(model: Path) -> Tokenizer:
    return tokenizer_of((model / "tokenizer.json").read_text(encoding="utf-8"))


def trainee(model: Path, tokenizer: Tokenizer) -> Trainee:
    torch.manual_seed(0)
    return Trainee(ReaderNetwork(model, rank=4), tokenizer)


def unchanged(example: TrainingExample, _: Random) -> TrainingExample:
    return example


def test_training_lowers_the_loss_and_can_be_shipped(
    model: Path, tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.training.learn.HEADS_RATE", 0.1)
    learner = trainee(model, tokenizer)
    losses = learner.train(Stage("made", examples(), 40, unchanged), Random(0))
    assert len(losses) == 40
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])

    command.write(learner, parameters(), tmp_path)
    adapters = tmp_path / "adapters.safetensors"
    assert (tmp_path / "adapters.sha256").read_text() == checksum(adapters)
    assert (tmp_path / "weights.json").is_file()
    weights = load_file(adapters)
    assert {weight.dtype for weight in weights.values()} == {torch.float16}
    shipped = ReaderNetwork(model, rank=4)
    shipped.load_trained(weights)
    asked = window("a b x c")
    before, after = (one.read(QUESTION, [asked])[0] for one in (learner, Trainee(shipped, tokenizer)))
    assert [found.span for found in after.best] == [found.span for found in before.best]
    assert after.logit == pytest.approx(before.logit, abs=0.05)
    (best, *_), *_ = [reading.best for reading in learner.read(QUESTION, [asked])]
    assert "x" in best.words


def test_only_low_rank_matrices_and_heads_are_trained(model: Path, tokenizer: Tokenizer) -> None:
    learner = trainee(model, tokenizer)
    frozen = {
        name: weight.clone()
        for name, weight in learner.network.named_parameters()
        if name not in learner.network.trained
    }
    learner.train(Stage("made", examples(), 2, unchanged), Random(0))
    now = dict(learner.network.named_parameters())
    assert frozen
    assert all(torch.equal(now[name], weight) for name, weight in frozen.items())
    assert all("original1" not in name for name in frozen)


def test_training_twice_gives_the_same(model: Path, tokenizer: Tokenizer) -> None:
    stage = Stage("made", examples(), 3, unchanged)
    first, second = (trainee(model, tokenizer).train(stage, Random(3)) for _ in range(2))
    assert first == pytest.approx(second, rel=1e-5)


def test_nothing_is_read_in_no_windows(model: Path, tokenizer: Tokenizer) -> None:
    assert trainee(model, tokenizer).read(QUESTION, []) == []


# -- batches --------------------------------------------------------------------------------------------


def test_a_batch_holds_the_answers_of_its_windows(tokenizer: Tokenizer) -> None:
    batch = batch_of(tokenizer, examples()[:3])
    windows, tokens = batch.inputs["input_ids"].shape
    assert (windows, batch.sizes) == (6, [2, 2, 2])
    assert batch.sides.shape == (6, tokens)
    assert batch.right.shape == (6, tokens, SPAN_TOKENS)
    assert batch.answerable.tolist() == [True, False, True]
    assert batch.weights.tolist() == [1.0, 0.5, 1.0]
    assert batch.right.sum(axis=(1, 2)).tolist() == [1, 0, 0, 0, 3, 0]  # "x b" has three spans
    ((first, length),) = np.argwhere(batch.right[0]).tolist()
    assert length == 0
    assert tokenizer.encode([(QUESTION, "h\na b x c")])[0].tokens[first] == "x"
    assert (batch.sides[0] == HEADLINE).sum() == 1
    assert (batch.sides[4] == HEADLINE).sum() == 0  # only the sentences compete there
    assert (batch.sides[0] == TEXT).sum() == 4


def test_an_answer_in_the_headline_counts(tokenizer: Tokenizer) -> None:
    labelled = Labelled(window("a b", headline="x y"), [Span(-4, -3)])
    batch = batch_of(tokenizer, [TrainingExample(QUESTION, [labelled])])
    ((row, first, length),) = np.argwhere(batch.right).tolist()
    assert (row, length) == (0, 0)
    assert batch.sides[row, first] == HEADLINE


def test_of_an_answer_that_is_too_long_nothing_is_learned(tokenizer: Tokenizer) -> None:
    text = "a " * (SPAN_TOKENS + 1)
    labelled = Labelled(window(text.strip()), [Span(0, len(text) - 1)])
    batch = batch_of(tokenizer, [TrainingExample(QUESTION, [labelled])])
    assert batch.weights.tolist() == [0.0]
    assert not batch.right.any()


# -- the loss -------------------------------------------------------------------------------------------


def test_a_span_stays_on_its_side() -> None:
    sides = torch.tensor([[0, 1, 1, 2, 2, 0]], dtype=torch.int8)
    logits = span_logits(torch.ones(1, 6), torch.full((1, 6), 2.0), sides)
    assert logits.shape == (1, 6, SPAN_TOKENS)
    allowed = [(first, first + length) for _, first, length in (logits > 0).nonzero().tolist()]
    assert allowed == [(1, 1), (1, 2), (2, 2), (3, 3), (3, 4), (4, 4)]
    assert logits[0, 1, 1] == 3.0


def test_the_loss_is_that_of_one_softmax_over_all_windows_and_nothing() -> None:
    logits = torch.tensor([[[1.0]], [[2.0]], [[3.0]]])  # two windows of one question, one of another
    right = torch.tensor([[[True]], [[False]], [[False]]])
    answerable, weights = torch.tensor([True, False]), torch.tensor([1.0, 0.5])
    found = loss(logits, right, [2, 1], answerable, weights)
    assert found.shape == ()
    one = np.log(np.exp(1) + np.exp(2) + 1) - 1
    other = np.log(np.exp(3) + 1)
    assert float(found) == pytest.approx((one + 0.5 * other) / 2, rel=1e-5)


def test_a_wrong_label_counts_only_so_much() -> None:
    logits = torch.tensor([[[-500.0]], [[500.0]]], requires_grad=True)
    right = torch.tensor([[[True]], [[False]]])
    found = loss(logits, right, [2], torch.tensor([True]), torch.tensor([1.0]))
    assert float(found) == 50.0
    found.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
