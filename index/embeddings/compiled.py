"""A sentence-transformers model compiled for this processor. The only importer of openvino.

What PyTorch computes operation by operation is fused, and done in bfloat16 where the processor can: passages
are embedded two to three times as fast as by `SentenceTransformer.encode`, the cosine to whose vectors stays
above 0.999.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn.functional import pad

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.embeddings.base import Vectors

logger = logging.getLogger(__name__)

Features = Mapping[str, torch.Tensor]

# What a text becomes, of which a model takes all or the first two.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# For each shape of a batch kernels are made and kept, which takes time and memory. So batches are filled up
# to lengths of whole steps, which leaves few shapes, and so many kernels are kept at most: those of batches
# of four sizes, up to 256 tokens long.
STEP, KERNELS = 16, 64


class CompiledModel:
    """Computes what the whole model does. For one thread at a time."""

    def __init__(self, model: SentenceTransformer, features: Features) -> None:
        """Compile `model` for inputs such as `features`. Raises Exception where it cannot be compiled."""
        import openvino

        started = time.monotonic()
        self._names = [name for name in INPUTS if name in features]
        core = openvino.Core()
        native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "CPU_RUNTIME_CACHE_CAPACITY": KERNELS,
        }
        tokenizer: Any = model.tokenizer
        self._fillers = {"input_ids": tokenizer.pad_token_id or 0}
        # On the left filling would move each token; and how long texts may be has to be known.
        self._longest = (model.max_seq_length or 0) if tokenizer.padding_side == "right" else 0
        graph = _graph(model, [features[name] for name in self._names])
        self._request = core.compile_model(graph, "CPU", settings).create_infer_request()
        logger.info(
            "model compiled precision=%s seconds=%.1f",
            settings["INFERENCE_PRECISION_HINT"],
            time.monotonic() - started,
        )

    def __call__(self, features: Features) -> Vectors:
        """Return float32 of shape (texts, dimension), rows of any length."""
        length = features[self._names[0]].shape[1]
        filling = max(0, min(-(-length // STEP) * STEP, self._longest) - length)
        # What is filled in means nothing: its mask is 0.
        inputs = [
            pad(features[name], (0, filling), value=self._fillers.get(name, 0)).numpy()
            for name in self._names
        ]
        rows: Vectors = np.array(self._request.infer(inputs)[0], np.float32)
        return rows


def _graph(model: SentenceTransformer, example: Sequence[torch.Tensor]) -> Any:
    # Not by `openvino.convert_model`, which reports its use to the makers where somebody once agreed to that.
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    def vectors(*inputs: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = model(dict(zip(INPUTS, inputs, strict=False)))["sentence_embedding"]
        return found

    model.requires_grad_(False)
    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # of branches in the code that lengths decide: two were tried
        trace: Any = torch.jit.trace
        decoder = TorchScriptPythonDecoder(trace(vectors, tuple(example), check_trace=False))
        return frontend.convert(frontend.load(decoder))
