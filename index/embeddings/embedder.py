"""The embedder: a sentence-transformers model that turns texts into unit vectors."""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.embeddings.base import MODEL_CHARS, GiveWay, TextModel, Vectors, to_nobody
from index.embeddings.making import EMBEDDING, make
from index.embeddings.saved import SavedModel, SavedModels
from index.embeddings.weights import (
    SHIPPED_DIMENSION,
    SHIPPED_NAME,
    SHIPPED_SHA256,
    configuration_of,
    verified_shipped_model,
    weights_of,
)
from index.errors import ModelError
from index.runtime.cores import cores
from index.runtime.fair_lock import FairLock
from index.runtime.malloc import give_memory_back
from index.text import passages

logger = logging.getLogger(__name__)

# Passages of similar length that the model embeds at once on one core. Larger batches are not quicker: the
# time for a passage is that of its tokens. While people ask questions, batches are small, because a question
# waits until a batch that is running has ended.
BATCH_SIZE, SMALL_BATCH = 2, 1
# Questions that the model embeds at once, at most. Together they take half the time that they take in turn.
QUESTIONS = 16
# Questions of up to so many tokens count as equally long.
NARROW = 32
# A passage has up to about so many characters.
PASSAGE_CHARS = 500
# Passages that are sorted by length together, so that batches hold texts of similar length.
COUNTED = 256

# After a model could not be loaded, calls fail at once for so many seconds before loading is tried again: an
# unreachable hub answers slowly.
RETRY_SECONDS = 30.0

# Python looks for garbage after so many new objects; see `_calm_garbage_collector`.
GARBAGE = 50_000


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded at its first use. For many threads.

    `model` is a folder or the name of a model on a hub; None is the shipped model, whose weights are verified
    before they are loaded. The prompts are put before each question or passage; where one is empty, the
    model's own prompt is used. Methods raise ModelError where the model is missing, damaged or unusable.

    The model that runs is a compiled one, which is saved in the folder `saved` and needs no PyTorch. Where it
    is not there, it is made, or with `make_saved` False done without. Without `saved`, and for models that
    cannot be compiled, sentence-transformers itself runs in this process.
    """

    def __init__(
        self,
        model: str | None,
        query_prompt: str = "",
        passage_prompt: str = "",
        saved: Path | None = None,
        *,
        make_saved: bool = True,
    ) -> None:
        self.model = model or SHIPPED_NAME
        self._shipped = model is None
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._models = SavedModels(saved) if saved else None
        self._make_saved = make_saved
        self._cores = cores()
        self._turns = FairLock(self._cores)
        self._asking = threading.Lock()
        self._asked: list[_Asked] = []  # questions that wait for their vectors
        self._loading = threading.Lock()
        self._loaded: TextModel | None = None
        self._failed: tuple[float, ModelError] | None = None

    @cached_property
    def fingerprint(self) -> str:
        # Cached, because every question needs it, and hashing the weights in a folder takes a while.
        model = json.dumps([self.model, self._weights, self._query_prompt, self._passage_prompt])
        return "".join(_digest(part)[:MODEL_CHARS] for part in (model, passages.VERSION))

    @cached_property
    def _weights(self) -> str:
        return SHIPPED_SHA256 if self._shipped else weights_of(self.model)

    @property
    def dimension(self) -> int:
        # The shipped model's dimension is a constant, so that a search index can be opened without loading
        # the model.
        return SHIPPED_DIMENSION if self._shipped else self._load().dimension

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        self._load()

    # -- questions -------------------------------------------------------------------------------------

    def embed_question(self, text: str) -> Vectors:
        model = self._load()
        before = self._query_prompt or model.prompt
        (tokens,) = model.tokenize([before + text])
        mine = _Asked(tokens)
        with self._asking:
            self._asked.append(mine)
        # A long question waits as passages of its length do.
        with self._turns.turn(1 + len(text) // PASSAGE_CHARS, mine.vector.done) as held:
            # The thread whose turn it is embeds the questions of all threads that wait, where these are about
            # as long: short ones would be filled up to the length of a long one.
            if held:
                self._answer(model, self._alike(mine))
        return mine.vector.result()

    def _alike(self, one: _Asked) -> list[_Asked]:
        """Take a question and others of its width from those that wait; none where it was taken before."""
        with self._asking:
            if one not in self._asked:
                return []
            others = [other for other in self._asked if other is not one and other.width == one.width]
            taken = [one, *others[: QUESTIONS - 1]]
            self._asked = [other for other in self._asked if other not in taken]
            return taken

    def _answer(self, model: TextModel, asked: Sequence[_Asked]) -> None:
        if not asked:
            return
        try:
            vectors = _unit_rows(model.rows([one.tokens for one in asked], threads=1))
        except Exception as error:  # each thread that waits for one of these questions raises it
            for one in asked:
                one.vector.set_exception(error)
        else:
            for one, row in zip(asked, vectors, strict=True):
                one.vector.set_result(row)

    # -- passages --------------------------------------------------------------------------------------

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        model = self._load()
        rows = np.empty((len(texts), model.dimension), np.float32)
        with ThreadPoolExecutor(model.streams, "embed") as pool:
            for first in range(0, len(texts), COUNTED):
                part = slice(first, first + COUNTED)
                batches = _Batches(model, self._tokens(model, texts[part], len(texts)), give_way)
                work = [
                    pool.submit(self._embed_batches, model, batches, rows[part], len(texts))
                    for _ in range(min(model.streams, len(batches)))
                ]
                for done in work:
                    done.result()
        model.release()
        give_memory_back()
        return _unit_rows(rows)

    def _tokens(self, model: TextModel, texts: Sequence[str], turn: int) -> list[Any]:
        before = self._passage_prompt or model.prompt
        with self._turns.turn(turn):
            return model.tokenize([before + text for text in texts])

    def _embed_batches(self, model: TextModel, batches: _Batches, rows: Vectors, turn: int) -> None:
        """Embed batches, as other threads do at the same time, until none is left.

        `turn` is how many passages the caller embeds in all. Between two batches the lock is free, so that a
        thread with fewer texts goes first.
        """
        for places, tokens in batches:
            with self._turns.turn(turn):
                rows[places] = model.rows(tokens, self._cores)

    # -- loading ---------------------------------------------------------------------------------------

    def _load(self) -> TextModel:
        with self._loading:
            if self._loaded is None:
                if self._failed and time.monotonic() - self._failed[0] < RETRY_SECONDS:
                    raise self._failed[1]
                try:
                    self._loaded = self._load_compiled() or self._load_plain()
                except ModelError as error:
                    self._failed = time.monotonic(), error
                    raise
                self._turns.places = self._loaded.streams
                _calm_garbage_collector()
            return self._loaded

    def _load_compiled(self) -> TextModel | None:
        """Load the saved model, which is made first if need be. None where it cannot be had.

        Raises ModelError where sentence-transformers cannot load the model either.
        """
        saved = self._saved()
        if saved is None or "refused" in saved.facts:
            return None
        try:
            from index.embeddings.compiled import CompiledModel

            return CompiledModel(saved, self._cores)
        except Exception as error:  # a processor or a system without OpenVINO
            logger.warning("saved model not loaded, slower model=%s error=%s", self.model, error)
            return None

    def _saved(self) -> SavedModel | None:
        if self._models is None:
            return None
        made_of = _digest(json.dumps([self.model, self._weights, self._configuration]))[:16]
        found = self._models.find(EMBEDDING, made_of)
        if found is None and self._make_saved:
            found = make(self._models, self._source, made_of)
            refused = found and found.facts.get("refused")
            if refused:
                logger.warning("model not compiled, slower model=%s error=%s", self.model, refused)
        return found

    @property
    def _configuration(self) -> str:
        return "" if self._shipped else configuration_of(self.model)

    @property
    def _source(self) -> str:
        return str(verified_shipped_model()) if self._shipped else self.model

    def _load_plain(self) -> TextModel:
        source = self._source
        from index.embeddings.plain import PlainModel

        return PlainModel(source)


class _Asked:
    """A question that waits for its vector."""

    def __init__(self, tokens: Any) -> None:
        self.tokens = tokens
        self.vector: Future[Vectors] = Future()
        # The length in tokens, rounded up to a power of 2: questions of one width are embedded together.
        self.width = max(NARROW, 1 << (len(tokens) - 1).bit_length())


class _Batches:
    """Batches of a list of texts' tokens, longest texts first. Several threads take them.

    Yields (places in the list, their tokens).
    """

    def __init__(self, model: TextModel, tokens: Sequence[Any], give_way: GiveWay) -> None:
        self._tokens = tokens
        self._order = deque(sorted(range(len(tokens)), key=lambda place: -len(tokens[place])))
        self._give_way = give_way
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many batches there are at least."""
        return -(-len(self._order) // BATCH_SIZE)

    def __iter__(self) -> Iterator[tuple[list[int], list[Any]]]:
        while self._order:
            size = SMALL_BATCH if self._give_way() else BATCH_SIZE
            with self._lock:
                places = [self._order.popleft() for _ in range(min(size, len(self._order)))]
            if places:
                yield places, [self._tokens[place] for place in places]


def _unit_rows(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
    return rows


def _calm_garbage_collector() -> None:
    """Let Python look for garbage rarely. Reference counting frees the objects of a question after it."""
    # The libraries hold many objects until the process ends. Without this, the garbage collector would look
    # through them again and again, which stops a question now and then.
    gc.freeze()
    # With this threshold the garbage collector runs once in a dozen questions, not four times in each.
    gc.set_threshold(GARBAGE)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
