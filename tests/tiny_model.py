"""A sentence-transformers model of a few kilobytes."""

from __future__ import annotations

import shutil
from pathlib import Path


def make_model(folder: Path, seed: int, dimension: int = 16) -> Path:
    """Save a sentence-transformers model with random weights that knows the letters of the alphabet."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    raw = folder / "raw"
    raw.mkdir(parents=True)
    (raw / "vocab.txt").write_text("\n".join(tokens))
    BertTokenizerFast(vocab=str(raw / "vocab.txt"), model_max_length=64).save_pretrained(raw)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=dimension,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(raw)
    SentenceTransformer(str(raw), device="cpu").save(str(folder / "model"))
    shutil.rmtree(raw)
    return folder / "model"
