"""A network with several outputs, converted, run without PyTorch, and the tokens that it is given."""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.embeddings.network import Network
from index.embeddings.tokens import STEP, Padding, Tokenizer

WORDS = ("[PAD]", "[CLS]", "[SEP]", "who", "opened", "the", "harbour", "Corby", "did")
PAIR = ("who opened the harbour", "Corby did")


def definition() -> str:
    """Return a tokenizer of a few words, as `tokenizer.json` holds it."""
    from tokenizers import Tokenizer as Made
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    made = Made(WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[PAD]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    made.enable_padding(length=40)
    made.enable_truncation(3)
    return str(made.to_str())


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the file of a network, and one of what PyTorch computes for `PAIR`."""
    import torch

    from index.embeddings.conversion import convert

    torch.manual_seed(1)
    words, kinds, heads = torch.nn.Embedding(9, 8), torch.nn.Embedding(2, 8), torch.nn.Linear(8, 3)

    def reads(
        input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        states = (words(input_ids) + kinds(token_type_ids)) * attention_mask.unsqueeze(-1)
        return heads(states), states.mean(1)

    for module in (words, kinds, heads):
        module.requires_grad_(False)
    tokens = Tokenizer(definition(), 64)
    folder = tmp_path_factory.mktemp("network")
    example = {
        name: torch.from_numpy(array)
        for name, array in tokens.arrays(tokens.encode([("who", "did"), PAIR])).items()
    }
    convert(reads, example, folder / "network.xml")
    given = {name: torch.from_numpy(array) for name, array in tokens.arrays(tokens.encode([PAIR])).items()}
    np.savez(folder / "expected.npz", *(output.numpy() for output in reads(**given)))
    return folder / "network.xml", folder / "expected.npz"


def test_a_network_gives_all_that_the_module_returned(converted: tuple[Path, Path]) -> None:
    tokens, network = Tokenizer(definition(), 64), Network(converted[0], streams=1)
    assert network.inputs == ("input_ids", "attention_mask", "token_type_ids")
    outputs = network(tokens.arrays(tokens.encode([PAIR])))
    expected = list(np.load(converted[1]).values())
    assert [output.shape for output in outputs] == [(1, 16, 3), (1, 8)]
    for output, right in zip(outputs, expected, strict=True):
        assert output.dtype == np.float32
        assert np.allclose(output, right, atol=2e-2)


def test_many_threads_get_their_own_rows(converted: tuple[Path, Path]) -> None:
    tokens, network = Tokenizer(definition(), 64), Network(converted[0], streams=2)
    batches = [tokens.arrays(tokens.encode([" ".join([word] * 9)])) for word in WORDS[3:]] * 5

    def means(batch: Mapping[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.float32]:
        return network(batch)[1]

    alone = [means(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        for together, expected in zip(pool.map(means, batches), alone, strict=True):
            assert (together == expected).all()


def test_openvino_tells_nobody_that_it_is_used(converted: tuple[Path, Path]) -> None:
    Network(converted[0], streams=1)
    reporter = sys.modules["openvino.tools.ovc"].telemetry
    assert type(reporter).__module__ == "openvino.tools.ovc.telemetry_stub"


def test_memory_is_given_back_beside_batches_that_run(converted: tuple[Path, Path]) -> None:
    """OpenVINO raises an error where a batch runs at that moment."""
    tokens, network = Tokenizer(definition(), 64), Network(converted[0], streams=2)
    batch = tokens.arrays(tokens.encode([" ".join(WORDS[3:] * 9)] * 64))
    with ThreadPoolExecutor(6) as pool:
        work: list[Future[object]] = [pool.submit(network, batch) for _ in range(100)]
        work += [pool.submit(network.release) for _ in range(40)]
        work += [pool.submit(network, batch) for _ in range(100)]
        for done in work:
            done.result(timeout=60)


class SignalStack(ctypes.Structure):
    """`stack_t` of Linux' <signal.h>."""

    _fields_ = (("pointer", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def signal_stack() -> tuple[int | None, int]:
    """Return where this thread's signal handlers have their stack, and its size in bytes."""
    found = SignalStack()
    assert ctypes.CDLL(None).sigaltstack(None, ctypes.byref(found)) == 0
    return found.pointer, found.size


@pytest.mark.skipif(sys.platform != "linux", reason="stack_t has another order elsewhere")
def test_a_network_that_goes_leaves_the_signal_stack_alone(converted: tuple[Path, Path]) -> None:
    """Where it does not, the next signal finds memory that is gone, and the process ends."""
    Network(converted[0], streams=1)
    before = signal_stack()
    first, second = (Network(converted[0], streams=1) for _ in range(2))
    assert signal_stack() == before
    del first
    del second
    assert signal_stack() == before


def test_a_file_that_is_no_network_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "network.xml").write_text("<net/>")
    with pytest.raises(RuntimeError):
        Network(tmp_path / "network.xml", streams=1)


# -- tokens ----------------------------------------------------------------------------------------------


def test_pairs_know_where_each_token_stands_in_its_text() -> None:
    (encoding,) = Tokenizer(definition(), None).encode([PAIR])
    found = [
        None if text is None else PAIR[text][start:end]
        for text, (start, end) in zip(encoding.sequence_ids, encoding.offsets, strict=True)
    ]
    assert found == [None, "who", "opened", "the", "harbour", None, "Corby", "did", None]


@pytest.mark.parametrize(("longest", "width"), [(64, STEP), (9, 9), (None, 6)])
def test_batches_are_filled_up_to_a_step_and_not_beyond_the_longest(longest: int | None, width: int) -> None:
    tokens = Tokenizer(definition(), longest, Padding(token=7, token_type=1))
    arrays = tokens.arrays(tokens.encode(["who opened the harbour", "", "did"]))
    assert {array.shape for array in arrays.values()} == {(3, width)}
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.int64)}
    assert arrays["input_ids"][2].tolist() == [1, 8, 2] + [7] * (width - 3)
    assert arrays["attention_mask"].sum(1).tolist() == [6, 2, 3]
    assert arrays["token_type_ids"][1].tolist() == [0, 0] + [1] * (width - 2)


def test_filling_on_the_left_keeps_the_batch_as_narrow_as_its_longest_text() -> None:
    tokens = Tokenizer(definition(), 64, Padding(left=True))
    arrays = tokens.arrays(tokens.encode(["did", "who opened"]))
    assert arrays["input_ids"].tolist() == [[0, 1, 8, 2], [1, 3, 4, 2]]
    assert arrays["attention_mask"].tolist() == [[0, 1, 1, 1], [1, 1, 1, 1]]


def test_long_texts_are_cut_with_their_special_tokens_kept() -> None:
    cut = Tokenizer(definition(), 6)
    (encoding,) = cut.encode(["who opened the harbour did Corby"])
    assert encoding.ids == [1, 3, 4, 5, 6, 2]
    (encoding,) = Tokenizer(definition(), 8).encode([("who opened", PAIR[0])])
    assert encoding.sequence_ids == [None, 0, 0, None, 1, 1, 1, None]


def test_what_the_definition_says_of_length_does_not_count() -> None:
    assert json.loads(definition())["truncation"]["max_length"] == 3
    (encoding,) = Tokenizer(definition(), None).encode(["who opened the harbour"])
    assert len(encoding) == 6


def test_tokenizers_with_the_same_vocabulary_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[bytes, object] = {}
    monkeypatch.setattr("index.embeddings.tokens._VOCABULARIES", held)
    long, short = Tokenizer(definition(), None), Tokenizer(definition(), 4)
    assert [len(cut.encode(["who opened the harbour"])[0]) for cut in (long, short)] == [6, 4]
    Tokenizer(definition().replace('"harbour"', '"haven"'), None)
    assert len(held) == 2
