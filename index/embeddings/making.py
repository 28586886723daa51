"""Makes the saved form of an embedding model, in a process of its own.

PyTorch and sentence-transformers take seconds to import, and half a gigabyte of memory that a process keeps
until it ends. So a process that ends soon does what needs them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embeddings.process import UNSAVED, UNUSABLE, said_by, say
from index.embeddings.saved import NETWORK, TOKENIZER, Facts, SavedModel, SavedModels
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

EMBEDDING = "embedding"
# The arrays that a tokenizer makes of texts. A model takes all three, or only the first two.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# The example inputs that a model is converted with. They differ in length, so that the network accepts texts
# of any length.
EXAMPLE = ("news", "the latest news of today")
# A network is used if it gives these texts nearly the vectors that sentence-transformers gives them.
TRIED = (
    "",
    "news",
    "Who opened the harbour of Rotterdam on Monday?",
    "Пхеньян отправил войска. 東京で地震が発生した。 Ein Hafen für 412 Schiffe – “naïve”!",
    "The harbour was closed after the storm, and 11,000 people waited for the ferry. " * 120,
)
SIMILAR = 0.999


def make(models: SavedModels, model: str, fingerprint: str) -> SavedModel | None:
    """Return the saved form of a model, made in another process; None where it cannot be made.

    Raises ModelError where sentence-transformers cannot load the model.
    """
    logger.info("model compiling, only once model=%s", model)
    reply = said_by(__name__, str(models.folder), model, fingerprint)
    if sentence := reply.get(UNUSABLE):
        raise ModelError(sentence)
    if why := reply.get(UNSAVED):
        logger.warning("model not saved, slower model=%s error=%s", model, why)
        return None
    return models.find(EMBEDDING, fingerprint)


def main(arguments: Sequence[str]) -> Mapping[str, str]:
    """Make a saved model: (folder of saved models, model, fingerprint). Return what to say."""
    folder, model, fingerprint = arguments
    try:
        SavedModels(Path(folder)).make(EMBEDDING, fingerprint, lambda making: _write(model, making))
    except ModelError as error:
        return {UNUSABLE: str(error)}
    except OSError as error:
        return {UNSAVED: str(error)}
    return {}


def _write(name: str, folder: Path) -> Facts:
    """Write network and tokenizer; return what `CompiledModel` has to know, or why there is none."""
    from index.embeddings.plain import first_line, load_plain

    model = load_plain(name)
    try:
        return _converted(model, folder)
    except Exception as error:  # a model may hold any code
        for file in folder.iterdir():
            file.unlink()
        if isinstance(error, OSError):
            raise
        return {"refused": first_line(error)}


def _converted(model: SentenceTransformer, folder: Path) -> Facts:
    import torch

    from index.embeddings.conversion import convert
    from index.embeddings.plain import dimension_of, prompt_of

    features = model.preprocess(list(EXAMPLE))
    names = [name for name in INPUTS if name in features]

    def vectors(**inputs: torch.Tensor) -> torch.Tensor:
        rows: torch.Tensor = model(dict(inputs))["sentence_embedding"]
        return rows

    model.requires_grad_(False)
    convert(vectors, {name: features[name] for name in names}, folder / NETWORK)
    tokenizer: Any = model.tokenizer
    (folder / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    longest = tokenizer.model_max_length
    facts = {
        "dimension": model.truncate_dim or dimension_of(model),
        "prompt": prompt_of(model),
        "longest": longest if longest < 1_000_000 else None,  # transformers' "no limit" is 10 to the 30th
        "padding": {
            "token": tokenizer.pad_token_id or 0,
            "token_type": tokenizer.pad_token_type_id,
            "left": tokenizer.padding_side == "left",
        },
    }
    _try_out(model, SavedModel(folder, facts))
    return facts


def _try_out(model: SentenceTransformer, saved: SavedModel) -> None:
    """Raise ValueError unless the saved model gives the vectors that sentence-transformers gives.

    Raises OSError where it cannot be read back: not every write to a full disk is reported.
    """
    from index.embeddings.compiled import CompiledModel

    try:
        compiled = CompiledModel(saved, streams=1)
    except RuntimeError as error:
        raise OSError(f"what was written cannot be read ({error})") from error
    # One by one: a model that fills up on the left gives a text other vectors beside longer ones.
    expected = np.concatenate([model.encode([text]) for text in TRIED])
    tokens = compiled.tokenize([compiled.prompt + text for text in TRIED])
    rows = np.concatenate([compiled.rows([one]) for one in tokens])
    norms = np.linalg.norm(expected, axis=1) * np.linalg.norm(rows, axis=1)
    cosines = (expected * rows).sum(axis=1) / np.maximum(norms, 1e-12)
    if not cosines.min() > SIMILAR:
        raise ValueError(f"compiled, it gives other vectors (cosine {cosines.min():.4f})")


if __name__ == "__main__":
    say(main)
