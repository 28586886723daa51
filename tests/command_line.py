"""Commands of the command line, run in this process, and settings that are none but the defaults."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main


def forget_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what is set in the environment, and go to an empty folder, where no file sets anything."""
    for name in os.environ:
        if name.startswith("NEWS_") or name in ("DISCORD_TOKEN", "DATABASE_URL"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def newsbot(*arguments: str) -> int:
    """Run a command, and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command that must succeed and return its JSON."""
    assert newsbot(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)
