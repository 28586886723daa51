"""Compiled models on disk: whole or not there, made anew where anything of them changed."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest

from index.embeddings import saved
from index.embeddings.saved import MANIFEST, SavedModels


def write(folder: Path) -> dict[str, int]:
    (folder / "network.bin").write_bytes(b"weights")
    (folder / "tokenizer.json").write_text("{}")
    return {"dimension": 4}


@pytest.fixture
def made() -> list[Path]:
    return []


@pytest.fixture
def counted(made: list[Path]) -> Callable[[Path], dict[str, int]]:
    """A `write` that notes the folder of each model that is made."""

    def noted(folder: Path) -> dict[str, int]:
        made.append(folder)
        return write(folder)

    return noted


def test_a_model_is_made_once(
    tmp_path: Path, made: list[Path], counted: Callable[[Path], dict[str, int]]
) -> None:
    models = SavedModels(tmp_path / "models")
    assert models.find("embedding", "abc") is None
    first = models.make("embedding", "abc", counted)
    assert (
        models.make("embedding", "abc", counted)
        == first
        == SavedModels(tmp_path / "models").find("embedding", "abc")
    )
    assert (first.facts, first.tokenizer) == ({"dimension": 4}, "{}")
    assert len(made) == 1
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".lock", first.folder.name]


def test_its_name_holds_all_that_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = SavedModels(tmp_path)
    name = models.make("embedding", "abc", write).folder.name
    for package in saved.MADE_BY:
        assert f"{package}{metadata.version(package)}" in name
    assert name.startswith("embedding-abc-")
    assert name.endswith(f"-{saved.FORMAT}")
    assert models.find("embedding", "abd") is None
    assert models.find("reader", "abc") is None
    with monkeypatch.context() as patch:
        patch.setattr(metadata, "version", lambda _: "9.9")
        assert models.find("embedding", "abc") is None
    monkeypatch.setattr(saved, "FORMAT", "f16-0")
    assert models.find("embedding", "abc") is None


def test_the_one_before_is_deleted_and_other_duties_keep_theirs(tmp_path: Path) -> None:
    models = SavedModels(tmp_path)
    models.make("reader", "abc", write)
    models.make("embedding", "abc", write)
    models.make("embedding", "abd", write)
    assert models.find("embedding", "abc") is None
    assert models.find("embedding", "abd")
    assert models.find("reader", "abc")


def _cut(folder: Path) -> None:
    (folder / "network.bin").write_bytes(b"weig")


def _removed(folder: Path) -> None:
    (folder / "network.bin").unlink()


def _foreign(folder: Path) -> None:
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(content | {"name": content["name"].replace("abc", "abd")}))


def _of_another_kind(folder: Path) -> None:
    (folder / MANIFEST).write_text("[]")


def _not_json(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b"\xff\x00")


def _without_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def _a_file(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("no folder")


@pytest.mark.parametrize(
    "damage", [_cut, _removed, _foreign, _of_another_kind, _not_json, _without_manifest, _a_file]
)
def test_a_damaged_model_is_one_log_line_and_made_anew(
    tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    models = SavedModels(tmp_path)
    first = models.make("embedding", "abc", write)
    damage(first.folder)
    assert models.find("embedding", "abc") is None
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage().startswith("saved model unusable folder=")
    assert models.make("embedding", "abc", write) == first
    assert models.find("embedding", "abc") == first


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    models = SavedModels(tmp_path)

    def fails(folder: Path) -> dict[str, int]:
        write(folder)
        raise RuntimeError("no such operation")

    with pytest.raises(RuntimeError):
        models.make("embedding", "abc", fails)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".making-abc").mkdir()
    write(tmp_path / ".making-abc")
    made = SavedModels(tmp_path).make("embedding", "abc", write)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", made.folder.name]


def test_several_at_once_make_one(
    tmp_path: Path,
    made: list[Path],
    counted: Callable[[Path], dict[str, int]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: SavedModels(tmp_path).make("embedding", "abc", counted), range(8)))
    assert len(made) == 1
    assert len({model.folder for model in models}) == 1
    assert not caplog.records


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="Permission denied"):
        SavedModels(tmp_path / "models").make("embedding", "abc", write)


def test_a_file_in_the_place_of_the_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    assert SavedModels(tmp_path / "models").find("embedding", "abc") is None
    with pytest.raises(OSError, match="models"):
        SavedModels(tmp_path / "models").make("embedding", "abc", write)
