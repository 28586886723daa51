"""Compiled models on disk, beside the search index: named after all that made them, and checked before use.

A saved model is a folder. Its name holds what it is, a fingerprint of its source, the versions that made it
and the precision of its weights, so that a change of any of these leads to another name. `manifest.json` in
it lists the other files with their SHA-256. It comes to its place by renaming, so it is whole or not there,
whichever process was killed while it was made.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from filelock import FileLock

logger = logging.getLogger(__name__)

# Part of the name. To be counted up when code here, or what converts a model, changes what is written.
FORMAT = "f16-2"
# A new version of any of these may compute or write something else.
MADE_BY = ("openvino", "torch", "sentence-transformers")

MANIFEST = "manifest.json"
NETWORK = "network.xml"  # with `network.bin` beside it
TOKENIZER = "tokenizer.json"

_LOCK, _MAKING = ".lock", ".making-"

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A folder whose files were checked, and what its maker noted about it: anything that JSON holds."""

    folder: Path
    facts: Facts

    @property
    def network(self) -> Path:
        return self.folder / NETWORK

    @property
    def tokenizer(self) -> str:
        return (self.folder / TOKENIZER).read_text(encoding="utf-8")


class SavedModels:
    """The saved models in a folder. Several processes may use it at once.

    `what` names a model's duty, such as "embedding", and `fingerprint` identifies what it is made from. Of
    each `what` only the last model that was made is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, what: str, fingerprint: str) -> SavedModel | None:
        """Return the model if it is there and whole. What is damaged or foreign is logged, and None."""
        folder = self.folder / _name(what, fingerprint)
        try:
            return SavedModel(folder, _checked(folder))
        except (FileNotFoundError, NotADirectoryError):
            if folder.exists():
                logger.warning("saved model unusable folder=%s error=a file is missing", folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            logger.warning("saved model unusable folder=%s error=%s", folder, error)
        return None

    def make(self, what: str, fingerprint: str, write: Callable[[Path], Facts]) -> SavedModel:
        """Return the model, made by `write` if it is not there: called with a folder, it returns the facts.

        `write` has to try what it wrote, since OpenVINO does not say when the disk is full. Another process
        that makes the model is waited for. Raises OSError where the folder cannot be written, and what
        `write` raises.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self.folder / _LOCK):
            if found := self.find(what, fingerprint):
                return found
            for left in self.folder.glob(f"{_MAKING}*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            folder = self.folder / _name(what, fingerprint)
            making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self.folder))
            try:
                facts = write(making)
                _write_manifest(making, folder.name, facts)
                for other in self.folder.glob(f"{what}-*"):
                    _remove(other)
                making.rename(folder)
            finally:
                shutil.rmtree(making, ignore_errors=True)
            return SavedModel(folder, facts)


def _name(what: str, fingerprint: str) -> str:
    versions = [f"{package}{_version(package)}" for package in MADE_BY]
    return "-".join([what, fingerprint, *versions, FORMAT])


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "0"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _write_manifest(folder: Path, name: str, facts: Facts) -> None:
    files = {file.name: _sha256(file) for file in sorted(folder.iterdir())}
    content = {"name": name, "facts": facts, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _checked(folder: Path) -> Facts:
    """Return the facts of a saved model. Raises OSError and ValueError, and what odd JSON leads to."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if content["name"] != folder.name:
        raise ValueError("it is another model")
    for file, sha256 in content["files"].items():
        if _sha256(folder / file) != sha256:
            raise ValueError(f"{file} is damaged")
    facts: Facts = content["facts"]
    return facts


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
