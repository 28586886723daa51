"""An ingest that is killed at any moment is repeated to the same end."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index import Article
from index.ingest import pipeline
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.types.question import Filters
from tests.fakes import HashingEmbedder, article, open_news, story, write_jsonl

ROOT = Path(__file__).parents[3]

# Reads a file in small batches and says how many articles are done, so that it can be killed between and
# inside transactions.
_CHILD = """
import sys
from pathlib import Path
from index.ingest import pipeline as ingest
from tests.fakes import open_news

ingest.BATCH_ARTICLES = 4
folder = Path(sys.argv[1])
with open_news(folder) as news:
    news.ingest([sys.argv[2]], lambda state: print(state.done, flush=True))
"""


def read_until_killed(folder: Path, path: Path, after: int) -> int:
    """Read a file in a process of its own, killed once so many articles are done; return its exit code."""
    command = [sys.executable, "-c", _CHILD, str(folder), str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= after:
                child.send_signal(signal.SIGKILL)
                break
        return child.wait(60)


def read(folder: Path, path: Path) -> None:
    """Read a file to its end, in this process."""
    with open_news(folder) as news:
        news.ingest([str(path)])


def contents(folder: Path) -> tuple[list[Article], object, object, object]:
    """Return all that is stored but numbers and the moments of reading."""
    store = Store.open(sqlite_url(folder / "data" / "news.db"))
    articles = store.latest(Filters(), 1000)
    ids = [each.id for each in articles]
    indexed = store.all_indexed_passages(HashingEmbedder().fingerprint, 1000)
    passages = sorted((each.title, each.text, each.vector.tobytes()) for batch in indexed for each in batch)
    revisions = {id: [(number, text) for number, text, _ in store.revisions(id)] for id in ids}
    copies = {id: sorted(map(repr, each)) for id, each in store.copies(ids).items()}
    store.close()
    return articles, passages, revisions, copies


def test_a_killed_ingest_is_repeated_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 4)
    stories = [article(f"a{i}", story(f"place {chr(97 + i)}", 14)) for i in range(24)]
    copies = [replace(each, id=f"copy{i}", source="Sample Herald") for i, each in enumerate(stories[:6])]
    changed = [replace(each, text=f"Corrected. {each.text}") for each in stories[6:9]]
    path = write_jsonl(tmp_path / "news.jsonl", [*stories, *copies, *changed])
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    read(undisturbed, path)
    for after in (12, 28):
        assert read_until_killed(killed, path, after) == -signal.SIGKILL
    read(killed, path)
    stored = contents(killed)
    assert stored == contents(undisturbed)
    assert len(stored[0]) == 24
