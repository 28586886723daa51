"""A network that OpenVINO runs on the processor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from queue import LifoQueue
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino

from index.runtime.mapped import forget_pages

logger = logging.getLogger(__name__)

# What a network takes, by name, and gives.
Inputs = Mapping[str, npt.NDArray[np.int64]]
Output = npt.NDArray[np.float32]

# OpenVINO makes and caches kernels for each shape (texts, tokens) of a batch, which takes time and memory.
# The cache holds those of batches of three sizes with up to 256 tokens, in multiples of 16.
KERNELS = 48

_MEETING = threading.Lock()


class Network:
    """A network from a file that `index.embeddings.conversion.convert` wrote. For many threads.

    As many calls run at once as there are `streams`, each on one thread: a batch for each core takes less
    time than one batch after the other on all cores, and no thread waits for another's part. OpenVINO's
    threads sleep while nothing runs.
    """

    def __init__(self, file: Path, streams: int) -> None:
        """Read and compile the network. Raises any Exception of OpenVINO where that is not possible."""
        started = time.monotonic()
        _meet_numpy()
        core = _core()
        settings: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams,
            # A thread that may run on one core only waits while another program uses that core.
            "ENABLE_CPU_PINNING": False,
            "CPU_RUNTIME_CACHE_CAPACITY": KERNELS,
            # Weights of 8 bits are multiplied as integers, with inputs rounded in groups of so many: all
            # of a token in the shipped model. Groups of 128 take 1.08 times the time.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": 384,
        }
        network = core.read_model(file)
        compiled = self._compiled = core.compile_model(network, "CPU", settings)
        self.streams: int = min(streams, compiled.get_property("NUM_STREAMS"))
        # Not of `compiled`: there an input may have the names of what it is changed into, too.
        self.inputs = tuple(given.any_name for given in network.inputs)
        self._free: LifoQueue[openvino.InferRequest] = LifoQueue()
        self._releasing = threading.Lock()  # two that each hold some of the requests would wait for ever
        for _ in range(self.streams):
            request = compiled.create_infer_request()
            request.infer({name: np.ones((1, 16), np.int64) for name in self.inputs})
            self._free.put(request)
        self._weights = file.with_suffix(".bin")
        # At its first run a network packs most of its weights, and needs those in the file no longer.
        forget_pages(self._weights)
        logger.debug(
            "network compiled file=%s precision=%s seconds=%.2f",
            file.name,
            settings["INFERENCE_PRECISION_HINT"],
            time.monotonic() - started,
        )

    def __call__(self, inputs: Inputs) -> list[Output]:
        """Return the network's outputs for a batch, in the order in which the module returned them.

        `inputs` are int64 of shape (texts, tokens); names that the network does not take are left out.
        Waits while all streams are busy.
        """
        request = self._free.get()
        try:
            outputs = request.infer({name: inputs[name] for name in self.inputs})
            # Copies, because the request writes its next results to the same memory.
            return [np.array(outputs[place], np.float32) for place in range(len(outputs))]
        finally:
            self._free.put(request)

    def release(self) -> None:
        """Give back the memory of intermediate results: after long batches that is 15 MB for each stream.

        And that of the weights that are read in the file itself, up to 11 MB of the shipped model.

        Waits for the batches that are running, because OpenVINO refuses meanwhile.
        """
        with self._releasing:
            requests = [self._free.get() for _ in range(self.streams)]
            try:
                self._compiled.release_memory()
            finally:
                for request in requests:
                    self._free.put(request)
        forget_pages(self._weights)


@cache
def _core() -> openvino.Core:
    """Return the only one of this process, which stays to its end.

    A core gives the thread that makes it a stack for signal handlers (`sigaltstack`), and at its end puts
    back the one that it found. Where one core outlives another, that is memory already given back, and the
    next signal ends the process: so it was after a second library was closed (openvino 2026.4.1).
    """
    return openvino.Core()


def _meet_numpy() -> None:
    """Access the data of a tensor, in one thread.

    At the first access OpenVINO's bindings look NumPy up. Two threads that make it at the same time wait for
    each other for ever: one for Python's lock, which the other holds while it waits for the look-up to end.
    """
    with _MEETING:
        _ = openvino.Tensor(np.zeros(1, np.float32)).data


def has_bfloat16() -> bool:
    """Tell whether the processor multiplies numbers of 16 bits: that takes less than half the time."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
