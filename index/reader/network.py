"""The network of the answer reader, in PyTorch: for training it, and for making its saved form.

It is the shipped embedding model's own network (BERT with six layers), with a low-rank matrix added to each
weight (Hu and others, 2021, "LoRA: Low-Rank Adaptation of Large Language Models") and two small heads. So the
project ships only what was added: `adapters.safetensors`, 2.6 MB.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils import parametrize
from transformers import BertConfig, BertModel

ADAPTERS = Path(__file__).with_name("adapters.safetensors")
RANK = 32

Weights = Mapping[str, torch.Tensor]


class LowRank(nn.Module):
    """Adds to a weight a matrix of low rank, which is 0 before training."""

    def __init__(self, weight: torch.Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + self.up @ self.down


class ReaderNetwork(nn.Module):
    """Reads questions and windows together: for each token the logits that an answer begins or ends there."""

    def __init__(self, model: Path, dropout: float = 0.0, rank: int = RANK) -> None:
        """`model` is the folder of the shipped embedding model. Raises OSError where it cannot be read."""
        super().__init__()
        settings = json.loads((model / "config.json").read_text(encoding="utf-8"))
        dropouts = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        self.bert = BertModel(BertConfig(**(settings | dropouts)), add_pooling_layer=False)
        weights = load_file(model / "model.safetensors")
        self.bert.load_state_dict(
            {name: weight for name, weight in weights.items() if name in self.bert.state_dict()}
        )
        self.bert.requires_grad_(False)
        for part in self.bert.encoder.modules():
            if isinstance(part, nn.Linear):
                parametrize.register_parametrization(part, "weight", LowRank(part.weight, rank))
        size = self.bert.config.hidden_size
        self.span = nn.Linear(size, 2)
        self.relevance = nn.Linear(2 * size, 1)
        nn.init.normal_(self.span.weight, std=0.02)
        nn.init.zeros_(self.relevance.weight)
        nn.init.zeros_(self.relevance.bias)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return two float32 tensors of the inputs' shape: logits of beginnings and of ends.

        How well the window answers at all is part of the first.
        """
        hidden = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        hidden = self.dropout(hidden)
        begins, ends = self.span(hidden).float().unbind(-1)
        mask = attention_mask[:, :, None].to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        relevance = self.relevance(torch.cat([hidden[:, 0], mean], -1)).float()
        return begins + relevance, ends

    @property
    def trained(self) -> dict[str, torch.Tensor]:
        """The weights that training changes, by name."""
        return {name: weight for name, weight in self.named_parameters() if weight.requires_grad}

    def load_trained(self, weights: Weights) -> None:
        """Take over weights as `trained` names them. Raises KeyError where one is missing."""
        with torch.no_grad():
            for name, weight in self.trained.items():
                weight.copy_(weights[name])


def shipped_reader(model: Path) -> ReaderNetwork:
    """Return the trained network with its adapters merged into the weights, ready to be converted."""
    network = ReaderNetwork(model)
    network.load_trained(load_file(ADAPTERS))
    for part in network.bert.encoder.modules():
        if isinstance(part, nn.Linear):
            parametrize.remove_parametrizations(part, "weight")
    return network.requires_grad_(False).eval()
