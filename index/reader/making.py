"""Makes the saved form of the answer reader, in a process of its own."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from index.embeddings.process import UNSAVED, UNUSABLE, Said, said_by, say
from index.embeddings.saved import NETWORK, TOKENIZER, Facts, SavedModel, SavedModels
from index.embeddings.weights import verified_shipped_model
from index.errors import ModelError

logger = logging.getLogger(__name__)

READER = "reader"
PRECISION = "8 bits, tables too"
# Example inputs, of two lengths, so that the network accepts any length.
EXAMPLE = (
    ("who?", "News\nText."),
    ("Who opened the harbour?", "Harbour opens\nThe mayor opened it on Monday."),
)


def make(models: SavedModels, fingerprint: str) -> SavedModel:
    """Return the saved reader, made in another process. Raises ModelError where it cannot be made."""
    logger.info("reader compiling, only once")
    reply = said_by(__name__, str(models.folder), fingerprint)
    saved = models.find(READER, fingerprint)
    if saved is None:
        raise ModelError(reply.get(UNUSABLE) or f"The answer reader is not saved ({reply.get(UNSAVED)}).")
    return saved


def main(arguments: Sequence[str]) -> Said:
    """Make the saved reader: (folder of saved models, fingerprint). Return what to say."""
    folder, fingerprint = arguments
    try:
        SavedModels(Path(folder)).make(READER, fingerprint, _write)
    except ModelError as error:
        return {UNUSABLE: str(error)}
    except OSError as error:
        return {UNSAVED: str(error)}
    return {}


def _write(folder: Path) -> Facts:
    """Write network and tokenizer. Raises ModelError where the network cannot be converted."""
    import torch

    from index.embeddings.conversion import convert
    from index.embeddings.tokens import Tokenizer
    from index.reader.network import shipped_reader

    model = verified_shipped_model()
    tokenizer = Tokenizer((model / TOKENIZER).read_text(encoding="utf-8"), longest=None)
    arrays = tokenizer.arrays(tokenizer.encode(EXAMPLE))
    example = {name: torch.from_numpy(array) for name, array in arrays.items()}
    try:
        convert(shipped_reader(model), example, folder / NETWORK, eight_bits=True)
    except Exception as error:  # PyTorch and OpenVINO raise errors of many kinds
        raise ModelError(f"The answer reader cannot be compiled ({error}).") from error
    shutil.copyfile(model / TOKENIZER, folder / TOKENIZER)
    return {}


if __name__ == "__main__":
    say(main)
