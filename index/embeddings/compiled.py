"""A sentence-transformers model compiled for this processor. The only importer of openvino.

OpenVINO fuses the operations that PyTorch computes one by one, and computes in bfloat16 where the processor
can. Passages are embedded two to three times as fast as by `SentenceTransformer.encode`, and the cosine
between both vectors of a text is above 0.999.
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

# The arrays that a tokenizer makes of texts. A model takes all three, or only the first two.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# OpenVINO makes and caches kernels for each shape (texts, tokens) of a batch, which takes time and memory. So
# that there are few shapes, batches are padded to a multiple of STEP tokens. The cache holds the KERNELS of
# all shapes of batches of four sizes with up to 256 tokens.
STEP, KERNELS = 16, 64


class CompiledModel:
    """Computes the same vectors as a sentence-transformers model. For one thread at a time."""

    def __init__(self, model: SentenceTransformer, features: Features) -> None:
        """Compile `model`; `features` are example inputs, as its tokenizer makes them.

        Raises any Exception of OpenVINO or PyTorch where the model cannot be compiled.
        """
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
        # 0 switches padding off: a tokenizer that pads on the left would give each token another position,
        # and without a known maximum length padding might exceed it.
        self._longest = (model.max_seq_length or 0) if tokenizer.padding_side == "right" else 0
        graph = _graph(model, [features[name] for name in self._names])
        self._request = core.compile_model(graph, "CPU", settings).create_infer_request()
        logger.info(
            "model compiled precision=%s seconds=%.1f",
            settings["INFERENCE_PRECISION_HINT"],
            time.monotonic() - started,
        )

    def __call__(self, features: Features) -> Vectors:
        """Return float32 of shape (texts, dimension); the rows are not normalised to length 1."""
        length = features[self._names[0]].shape[1]
        filling = max(0, min(-(-length // STEP) * STEP, self._longest) - length)
        # The attention mask is padded with 0, so the model ignores the padding.
        inputs = [
            pad(features[name], (0, filling), value=self._fillers.get(name, 0)).numpy()
            for name in self._names
        ]
        rows: Vectors = np.array(self._request.infer(inputs)[0], np.float32)
        return rows


def _graph(model: SentenceTransformer, example: Sequence[torch.Tensor]) -> Any:
    # `openvino.convert_model` would be shorter, but it sends usage statistics to Intel where a user of this
    # machine has agreed to that before.
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    def vectors(*inputs: torch.Tensor) -> torch.Tensor:
        rows: torch.Tensor = model(dict(zip(INPUTS, inputs, strict=False)))["sentence_embedding"]
        return rows

    model.requires_grad_(False)
    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings(), torch.inference_mode():
        # The tracer warns that branches which depend on the inputs' shape are fixed. Texts of two lengths
        # were tried: the compiled model is right for both.
        warnings.simplefilter("ignore")
        trace: Any = torch.jit.trace
        decoder = TorchScriptPythonDecoder(trace(vectors, tuple(example), check_trace=False))
        return frontend.convert(frontend.load(decoder))
