"""Turns a PyTorch module into a file that OpenVINO runs without PyTorch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from index.embeddings.eight_bits import round_products, round_tables

# Called with tensors by name; returns one tensor or several. Its parameters must not require gradients.
Module = Callable[..., torch.Tensor | tuple[torch.Tensor, ...]]


def convert(
    module: Module, example: Mapping[str, torch.Tensor], file: Path, *, eight_bits: bool = False
) -> None:
    """Write `module` to `file` (.xml) and a file beside it (.bin), with weights of 16 bits, or of 8.

    Tables of embeddings always get 8 bits, see `index.embeddings.eight_bits`.

    `example` holds inputs by name, int64 of shape (texts, tokens), of two texts of different lengths: then
    the network takes any number of texts of any length. Raises OSError where the files cannot be written,
    and any other Exception of PyTorch or OpenVINO where the module cannot be converted.
    """
    names = tuple(example)

    def by_place(*inputs: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        return module(**dict(zip(names, inputs, strict=True)))

    # `openvino.convert_model` would be shorter, but it sends usage statistics to Intel where a user of this
    # machine has agreed to that before.
    frontend = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings(), torch.inference_mode():
        # The tracer warns that branches which depend on the inputs' shape are fixed.
        warnings.simplefilter("ignore")
        trace: Any = torch.jit.trace
        # The frontend needs the decoder until the end, and does not hold it itself.
        decoder = TorchScriptPythonDecoder(trace(by_place, tuple(example.values()), check_trace=False))
        network = frontend.convert(frontend.load(decoder))
    for name, given in zip(names, network.inputs, strict=True):
        given.get_tensor().set_names({name})
    network.validate_nodes_and_infer_types()
    round_tables(network)
    if eight_bits:
        round_products(network)
    try:
        openvino.save_model(network, file, compress_to_fp16=True)
    except RuntimeError as error:  # such as "iostream error" where the disk is full
        raise OSError(f"{file.parent} cannot be written ({error})") from error
