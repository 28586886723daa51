"""Several workers on one database: nothing is embedded or stored twice, and a killed one loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index import BusyError, ModelError, NewsIndex
from index.embeddings.base import GiveWay, Vectors, to_nobody
from index.types.question import Filters
from tests.fakes import HashingEmbedder, article, open_news, stored, story, write_jsonl

ROOT = Path(__file__).parents[3]

# Says that it is ready, and reads a file when it is told to.
WORKER = """
import json, sys
from pathlib import Path
from index.ingest import pipeline as ingest
from tests.fakes import HashingEmbedder, open_news

ingest.BATCH_ARTICLES = 4
embedder = HashingEmbedder()
with open_news(Path(sys.argv[1]), embedder=embedder, database_url=sys.argv[2]) as news:
    print("ready", flush=True)
    sys.stdin.readline()
    report = news.ingest([sys.argv[3]], lambda state: print(state.done, flush=True))
print(json.dumps([report.added, report.unchanged, report.duplicates, embedder.embedded]))
"""


class Worker:
    def __init__(self, folder: Path, url: str, path: Path) -> None:
        command = [sys.executable, "-c", WORKER, str(folder), url, str(path)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.line() == "ready"

    def line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=60)

    def end(self) -> list[int]:
        """Return how many were added, unchanged and duplicates, and how many passages were embedded."""
        out, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0
        counts: list[int] = json.loads(out.splitlines()[-1])
        return counts


def workers(tmp_path: Path, url: str, paths: Sequence[Path]) -> list[Worker]:
    started = [Worker(tmp_path / f"worker{place}", url, path) for place, path in enumerate(paths)]
    for each in started:
        each.go()
    return started


def opened(tmp_path: Path, url: str, **options: Any) -> NewsIndex:
    return open_news(tmp_path / "checked", database_url=url, **options)


def test_two_that_read_the_same_file_at_once_share_the_work(tmp_path: Path, database_url: str) -> None:
    path = write_jsonl(tmp_path / "news.jsonl", [article(f"a{i}") for i in range(24)])
    done = [each.end() for each in workers(tmp_path, database_url, [path, path])]
    added, unchanged, duplicates, embedded = map(sum, zip(*done, strict=True))
    with opened(tmp_path, database_url) as news:
        status = news.status()
        assert (added, unchanged, duplicates) == (24, 24, 0)
        assert status.articles == 24
        assert embedded == status.passages


def test_the_same_stories_under_other_addresses_are_kept_once(tmp_path: Path, database_url: str) -> None:
    stories = [article(f"a{i}", story(f"place {chr(97 + i)}", 14)) for i in range(12)]
    others = [replace(each, id="", url=f"{each.url}/again", source="Herald") for each in stories]
    paths = [write_jsonl(tmp_path / f"{i}.jsonl", each) for i, each in enumerate((stories, others))]
    done = [each.end() for each in workers(tmp_path, database_url, paths)]
    added, unchanged, duplicates, embedded = map(sum, zip(*done, strict=True))
    with opened(tmp_path, database_url) as news:
        assert (added, unchanged, duplicates) == (12, 0, 12)
        assert embedded == news.status().passages
        assert all(len(each.also_in) == 1 for each in news.latest(limit=100))


def test_where_one_is_killed_the_other_goes_on(tmp_path: Path, database_url: str) -> None:
    path = write_jsonl(tmp_path / "news.jsonl", [article(f"a{i}") for i in range(24)])
    killed, other = workers(tmp_path, database_url, [path, path])
    while int(killed.line()) < 8:
        pass
    killed.kill()
    added, unchanged, *_ = other.end()
    assert added + unchanged == 24
    with opened(tmp_path, database_url) as news:
        assert news.status().articles == 24


class Meanwhile(HashingEmbedder):
    """Does something else while it embeds for the first time."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed=seed)
        self.meanwhile = lambda: None

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().embed_passages(texts, give_way)


def test_only_one_process_reindexes(tmp_path: Path, database_url: str) -> None:
    embedder, refused = Meanwhile(), threading.Event()
    with (
        open_news(tmp_path / "one", embedder=embedder, database_url=database_url) as one,
        open_news(tmp_path / "two", database_url=database_url) as two,
    ):
        one.ingest([str(write_jsonl(tmp_path / "news.jsonl", [article("a")]))])

        def too() -> None:
            with pytest.raises(BusyError, match="Another process is reindexing already"):
                two.reindex()
            refused.set()

        embedder.meanwhile = too
        one.reindex(full=True)
        assert refused.is_set()
        assert two.reindex().embedded == 0


def test_nothing_is_stored_of_a_model_that_was_given_up_meanwhile(tmp_path: Path, database_url: str) -> None:
    old, new = Meanwhile(), HashingEmbedder(seed=1)
    with (
        open_news(tmp_path / "old", embedder=old, database_url=database_url) as before,
        open_news(tmp_path / "new", embedder=new, database_url=database_url) as after,
    ):
        before.ingest([str(write_jsonl(tmp_path / "first.jsonl", [article("a")]))])
        second = write_jsonl(tmp_path / "second.jsonl", [article("b")])
        old.meanwhile = lambda: after.reindex() and None
        with pytest.raises(ModelError, match="run 'newsbot reindex'"):
            before.receive(second.read_bytes(), second.name)
        after.ingest([str(second)])
        assert after.status().articles == 2
        with stored(tmp_path, database_url) as store:
            assert store.count_passages_to_reindex(new.fingerprint) == 0


def test_what_changes_while_it_is_embedded_again_keeps_its_own_passages(
    tmp_path: Path, database_url: str
) -> None:
    embedder, changed = Meanwhile(), article("a", "Corrected. " + story("somewhere else"))
    with (
        open_news(tmp_path / "one", embedder=embedder, database_url=database_url) as one,
        open_news(tmp_path / "two", database_url=database_url) as two,
    ):
        one.ingest([str(write_jsonl(tmp_path / "first.jsonl", [article("a")]))])
        path = str(write_jsonl(tmp_path / "second.jsonl", [changed]))
        embedder.meanwhile = lambda: two.ingest([path]) and None
        one.reindex(full=True)
        with stored(tmp_path, database_url) as store:
            (kept,) = store.latest(Filters(), 5)
            log = store.changes.after(0, 1000)
            assert log
            passages = store.stored_passages(log.added).values()
        assert kept.text == changed.text
        assert min(one.passage.span.start for one in passages) == 0
        assert max(one.passage.span.end for one in passages) == len(kept.text)
