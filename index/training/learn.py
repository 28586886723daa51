"""Trains the network of the answer reader.

The loss is that of shared normalisation (Clark and Gardner, 2018, "Simple and Effective Multi-Paragraph
Reading Comprehension"): all spans of all windows of a question, and "nothing here answers", compete in one
softmax, and what is right together should have all the probability. Only low-rank matrices and the heads are
trained (Hu and others, 2021, "LoRA: Low-Rank Adaptation of Large Language Models"). What remains is a running
mean of the weights of the last steps (Polyak and Juditsky, 1992, "Acceleration of Stochastic Approximation by
Averaging"), which varies less than the last ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import openvino
import torch
from torch.nn import functional

from index.embeddings.tokens import Tokenizer
from index.reader.network import ReaderNetwork
from index.reader.tokens import encode, tokens_of
from index.reader.windows import SPAN_TOKENS, Window, WindowReading, read_window
from index.training.batch import Batch, batch_of
from index.training.examples import TrainingExample

logger = logging.getLogger(__name__)

# Questions in a step.
BATCH = 32
# The learning rates of the low-rank matrices and of the heads. They rise during the first steps and then fall
# to a fiftieth.
LOW_RANK_RATE, HEADS_RATE = 5e-4, 1.5e-3
RISE, LEAST_RATE = 0.06, 0.02
DECAY = 0.01
LONGEST_GRADIENT = 1.0
DROPOUT = 0.1
# How much of the mean of the weights remains in a step; in the first steps less.
MEAN_KEEPS = 0.98
# One question never counts more than that: a wrong label would.
MOST_LOSS = 50.0
# The logit of what cannot be a span. Not minus infinity, whose gradient is not a number.
_NO_SPAN = -1e4


@dataclass(frozen=True, slots=True)
class Stage:
    """Examples, and how often the network is trained with all of them. `vary` changes one for a pass."""

    name: str
    examples: Sequence[TrainingExample]
    passes: int
    vary: Callable[[TrainingExample, Random], TrainingExample]


class Trainee:
    """A network while it is trained, and as it reads afterwards. Runs on a GPU where there is one."""

    def __init__(self, network: ReaderNetwork, tokenizer: Tokenizer) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self._device)
        self._tokenizer = tokenizer
        self._bfloat16 = self._device.type == "cuda" or _has_bfloat16()

    def train(self, stage: Stage, random: Random) -> list[float]:
        """Train with a stage and return the loss of each step."""
        self.network.train()
        trained = self.network.trained
        low_rank = [weight for name, weight in trained.items() if name.startswith("bert.")]
        heads = [weight for name, weight in trained.items() if not name.startswith("bert.")]
        weights = [*low_rank, *heads]
        means = [weight.detach().clone() for weight in weights]
        optimizer = torch.optim.AdamW(
            [{"params": low_rank, "lr": LOW_RANK_RATE}, {"params": heads, "lr": HEADS_RATE}],
            weight_decay=DECAY,
        )
        total = stage.passes * -(-len(stage.examples) // BATCH)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, total))
        losses = []
        for step, examples in enumerate(_batches(stage, random), 1):
            value = self._loss(batch_of(self._tokenizer, examples))
            optimizer.zero_grad(set_to_none=True)
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights, LONGEST_GRADIENT)
            optimizer.step()
            rate.step()
            keeps = min(MEAN_KEEPS, step / (step + 9))
            with torch.no_grad():
                for mean, weight in zip(means, weights, strict=True):
                    mean.lerp_(weight, 1 - keeps)
            losses.append(float(value.detach()))
            if step % 100 == 0 or step == total:
                logger.info("%s: step %d of %d, loss %.3f", stage.name, step, total, np.mean(losses[-100:]))
        with torch.no_grad():
            for mean, weight in zip(means, weights, strict=True):
                weight.copy_(mean)
        return losses

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        """Return what is read in each window, as `AnswerReader.read` does."""
        if not windows:
            return []
        self.network.eval()
        encodings = encode(self._tokenizer, question, windows)
        with torch.inference_mode():
            begins, ends = self._run(self._tensors(self._tokenizer.arrays(encodings)))
        outputs = zip(windows, encodings, begins.cpu().numpy(), ends.cpu().numpy(), strict=True)
        return [read_window(window, tokens_of(window, *given)) for window, *given in outputs]

    def _loss(self, batch: Batch) -> torch.Tensor:
        begins, ends = self._run(self._tensors(batch.inputs))
        sides, right, answerable, weights = (
            torch.from_numpy(array).to(self._device)
            for array in (batch.sides, batch.right, batch.answerable, batch.weights)
        )
        return loss(span_logits(begins, ends, sides), right, batch.sizes, answerable, weights)

    def _tensors(self, arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
        return {name: torch.from_numpy(array).to(self._device) for name, array in arrays.items()}

    def _run(self, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bfloat16):
            begins, ends = self.network(**inputs)
        return begins, ends


def span_logits(begins: torch.Tensor, ends: torch.Tensor, sides: torch.Tensor) -> torch.Tensor:
    """Return the logit of every span by its first token and its length less one.

    `begins` and `ends` have the shape (windows, tokens), the result (windows, tokens, SPAN_TOKENS). `sides`
    says what a token belongs to (see `Batch`): a span begins and ends on the same side.
    """
    behind = (0, SPAN_TOKENS - 1)
    last = functional.pad(ends, behind).unfold(1, SPAN_TOKENS, 1)
    side = functional.pad(sides, behind).unfold(1, SPAN_TOKENS, 1)
    allowed = (side == sides[:, :, None]) & (side > 0)
    return (begins[:, :, None] + last).masked_fill(~allowed, _NO_SPAN)


def loss(
    logits: torch.Tensor,
    right: torch.Tensor,
    sizes: Sequence[int],
    answerable: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Return the weighted mean of minus the log probability of what is right; a number.

    `right` says which of the spans answer, and has the shape of `logits`. The windows of one question stand
    together: `sizes` has their number for each question. `answerable` and `weights` have one entry for each
    question. "Nothing here answers" has the logit 0, and is right for those that are not answerable.
    """
    every = logits.flatten(1).logsumexp(1)
    among_right = logits.masked_fill(~right, _NO_SPAN).flatten(1).logsumexp(1)
    spans = torch.stack([part.logsumexp(0) for part in torch.split(every, list(sizes))])
    rights = torch.stack([part.logsumexp(0) for part in torch.split(among_right, list(sizes))])
    nothing = torch.zeros_like(spans)
    wrong = torch.logaddexp(spans, nothing) - torch.where(answerable, rights, nothing)
    return (wrong.clamp(max=MOST_LOSS) * weights).mean()


def _rate(step: int, total: int) -> float:
    """Return the share of the learning rates in a step, from 0."""
    return min(1.0, (step + 1) / (RISE * total + 1)) * max(LEAST_RATE, 1 - step / max(1, total))


def _batches(stage: Stage, random: Random) -> Iterator[Sequence[TrainingExample]]:
    """Yield the examples of all passes in batches; those of similar length together, to fill up little."""
    for _ in range(stage.passes):
        varied = [stage.vary(example, random) for example in stage.examples]
        random.shuffle(varied)
        for start in range(0, len(varied), 16 * BATCH):
            part = sorted(varied[start : start + 16 * BATCH], key=_length)
            batches = [part[first : first + BATCH] for first in range(0, len(part), BATCH)]
            random.shuffle(batches)
            yield from batches


def _length(example: TrainingExample) -> float:
    return float(np.mean([len(labelled.window.text) for labelled in example.windows]))


def _has_bfloat16() -> bool:
    """Tell whether the processor computes with numbers of 16 bits: then it takes less than half the time."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
