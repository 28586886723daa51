"""Runs what needs PyTorch in a process of its own, which ends soon.

PyTorch and sentence-transformers take seconds to import, and half a gigabyte of memory that a process keeps
until it ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

# The process says what went wrong as one line of JSON: the sentence of a ModelError, or why nothing is saved.
UNUSABLE, UNSAVED = "unusable", "unsaved"

Said = Mapping[str, str]


def said_by(module: str, *arguments: str) -> Said:
    """Run a module in another process, which has to call `say`, and return what it says."""
    command = [sys.executable, "-m", module, *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        # It ends when its standard input does, so it does not outlive this process.
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout
            said = process.stdout.read()
    except OSError as error:
        return {UNSAVED: str(error)}
    try:
        reply: Said = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):
        return {UNSAVED: f"its process ended with code {process.returncode}"}
    return reply


def say(main: Callable[[Sequence[str]], Said]) -> None:
    """Call `main` with the arguments of this process, and say what it returns."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(json.dumps(main(sys.argv[1:])) + "\n")


def _end_with_parent() -> None:
    """End this process as soon as nothing holds the other end of its standard input."""
    sys.stdin.read()
    os._exit(1)
