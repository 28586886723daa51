"""The answer reader: reads a question and windows of articles together, and says where an answer stands."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tokenizers import Encoding

from index.embeddings.network import Network
from index.embeddings.saved import SavedModel, SavedModels
from index.embeddings.tokens import Tokenizer
from index.embeddings.weights import SHIPPED_SHA256
from index.errors import ModelError
from index.reader.making import PRECISION, READER, make
from index.reader.tokens import encode, tokenizer_of, tokens_of
from index.reader.windows import Window, WindowReading, read_window
from index.runtime.cores import cores

ADAPTERS = Path(__file__).with_name("adapters.safetensors")
# The SHA-256 of that file, as `sha256sum` writes it. `python -m index.training` writes both.
CHECKSUM = ADAPTERS.with_suffix(".sha256")


class AnswerReader:
    """A saved network that reads questions and windows. For many threads.

    It is loaded at its first use, from the folder `saved`, and made there first if need be. Its methods raise
    ModelError where that is not possible: at once, once it has been tried.
    """

    def __init__(self, saved: Path) -> None:
        self._models = SavedModels(saved)
        self._loading = threading.Lock()
        self._loaded: tuple[Network, Tokenizer] | ModelError | None = None

    def load(self) -> None:
        """Load the reader now, so that the first question need not wait."""
        self._load()

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        """Return what is read in each window."""
        network, tokenizer = self._load()
        encodings = encode(tokenizer, question, windows)
        readings: list[WindowReading | None] = [None] * len(windows)

        def read_batch(places: Sequence[int]) -> None:
            inputs = tokenizer.arrays([encodings[place] for place in places])
            begins, ends = network(inputs)
            for row, place in enumerate(places):
                tokens = tokens_of(windows[place], encodings[place], begins[row], ends[row])
                readings[place] = read_window(windows[place], tokens)

        batches = _batches(encodings, network.streams)
        if len(batches) == 1:
            read_batch(batches[0])
        elif batches:
            with ThreadPoolExecutor(len(batches), "read") as pool:
                for done in [pool.submit(read_batch, batch) for batch in batches]:
                    done.result()
        return [reading for reading in readings if reading is not None]

    def release(self) -> None:
        """Give back the memory of intermediate results, if it is loaded. Waits for what is being read."""
        loaded = self._loaded
        if isinstance(loaded, tuple):
            loaded[0].release()

    def _load(self) -> tuple[Network, Tokenizer]:
        with self._loading:
            if self._loaded is None:
                try:
                    self._loaded = self._open()
                except ModelError as error:
                    self._loaded = error
                except Exception as error:  # OpenVINO raises errors of many kinds
                    self._loaded = ModelError(f"The answer reader does not run here ({error}).")
            if isinstance(self._loaded, ModelError):
                raise self._loaded
            return self._loaded

    def _open(self) -> tuple[Network, Tokenizer]:
        saved = self._saved(_verified(ADAPTERS, CHECKSUM))
        return Network(saved.network, cores()), tokenizer_of(saved.tokenizer)

    def _saved(self, sha256: str) -> SavedModel:
        made_of = hashlib.sha256(f"{SHIPPED_SHA256} {sha256} {PRECISION}".encode()).hexdigest()[:16]
        return self._models.find(READER, made_of) or make(self._models, made_of)


def checksum(adapters: Path) -> str:
    """Return the SHA-256 of a file as `sha256sum` writes it. Raises OSError."""
    with adapters.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {adapters.name}\n"


def _verified(adapters: Path, expected: Path) -> str:
    """Return the SHA-256 of the adapters. Raises ModelError where they are missing, or others."""
    try:
        found, right = checksum(adapters), expected.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"The answer reader's file {adapters.name} cannot be read: install newsbot again."
        ) from error
    if found != right:
        raise ModelError(f"The answer reader's {adapters.name} is damaged: install newsbot again.")
    return found.split()[0]


def _batches(encodings: Sequence[Encoding], streams: int) -> list[list[int]]:
    """Divide the places of windows among streams, those of similar length together."""
    order = sorted(range(len(encodings)), key=lambda place: -len(encodings[place]))
    total, size = sum(map(len, encodings)), 0
    batches: list[list[int]] = [[]]
    for place in order:
        if size >= total / streams and len(batches) < streams:
            batches.append([])
            size = 0
        batches[-1].append(place)
        size += len(encodings[place])
    return [batch for batch in batches if batch]
