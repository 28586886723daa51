"""`make before`: CPU time of a question, and start, of this checkout beside those of an earlier commit.

    python -m tests.benchmarks.before FOLDER DATA COMMIT

Each commit reads the articles of DATA into a library of its own in FOLDER, which takes a quarter of an hour
the first time. Then they answer the same questions in turns, so that what else the machine does meets both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from index.evaluation.metrics import articles_file, load_examples

ROOT = Path(__file__).parents[2]
ROUNDS = 3
QUESTIONS = 100

# Runs on both commits, so it uses only what both have.
PROGRAM = """
import json, sys, time
began = time.perf_counter()
from datetime import datetime
from pathlib import Path
from index import IndexOptions, NewsIndex, Question
texts = json.loads(Path(sys.argv[2]).read_text())
with NewsIndex.open(IndexOptions(data_dir=Path(sys.argv[1]))) as news:
    asked = [Question(text, datetime.fromisoformat(when)) for text, when in texts]
    news.ask(asked[0])
    start = time.perf_counter() - began
    for question in asked[-20:]:
        news.ask(question)
    cpu = time.process_time()
    quotes = [[quote.text for quote in news.ask(question).quotes] for question in asked]
    cpu = time.process_time() - cpu
print(json.dumps({"start_s": start, "cpu_ms": 1000 * cpu / len(asked), "quotes": quotes}))
"""


def checkout(folder: Path, commit: str) -> Path:
    """Return a worktree of this repository at `commit`, with a virtual environment of its own."""
    code = folder / "code"
    if not code.exists():
        command = ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(code.resolve()), commit]
        subprocess.run(command, check=True, capture_output=True)
    if not (code / ".venv" / "whole").exists():
        subprocess.run([sys.executable, "-m", "venv", str(code / ".venv")], check=True)
        install = [
            str(_python(code)),
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "-e",
            ".",
        ]
        subprocess.run(install, check=True, cwd=code)
        (code / ".venv" / "whole").touch()
    return code


def _python(code: Path) -> Path:
    return code.resolve() / ".venv" / "bin" / "python"


def library(code: Path, store: Path, data: Path) -> Path:
    """Return the store of a commit, with the articles read in."""
    if not (store / "whole").exists():
        command = [str(_python(code)), "-m", "bot", "ingest", str(articles_file(data).resolve())]
        environment = os.environ | {"NEWS_DATA_DIR": str(store.resolve())}
        subprocess.run(command, check=True, cwd=code, env=environment, stdout=subprocess.DEVNULL)
        (store / "whole").touch()
    return store


def asked(code: Path, store: Path, questions: Path) -> dict[str, Any]:
    command = [str(_python(code)), "-c", PROGRAM, str(store.resolve()), str(questions.resolve())]
    done = subprocess.run(command, check=True, cwd=code, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compared(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> str:
    """Return the lines that are printed: each figure before and now, and the ratio."""
    lines = []
    for name, unit in (
        ("start_s", "s from the first import to the first answer"),
        ("cpu_ms", "ms of CPU time a question"),
    ):
        one, other = (median(figures[name] for figures in some) for some in (before, now))
        lines.append(f"{unit}: {one:.1f} before, {other:.1f} now, {other / one:.2f} times as much")
    pairs = list(zip(before[0]["quotes"], now[0]["quotes"], strict=True))
    lines.append(f"the same quotes for {sum(one == other for one, other in pairs)} of {len(pairs)} questions")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    folder, data, commit = Path(arguments[0]), Path(arguments[1]), arguments[2]
    there = folder / commit
    there.mkdir(parents=True, exist_ok=True)
    questions = folder / "questions.json"
    examples = [example.question for example in load_examples(data) if example.answerable][:QUESTIONS]
    questions.write_text(json.dumps([(one.text, one.as_of.isoformat()) for one in examples if one.as_of]))
    code = checkout(there, commit)
    before = library(code, there / "store", data)
    now = library(ROOT, folder / "now", data)
    rounds = [(asked(code, before, questions), asked(ROOT, now, questions)) for _ in range(ROUNDS)]
    sys.stdout.write(compared([one for one, _ in rounds], [other for _, other in rounds]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
