"""However an article is made, reading and storing it holds no other thread up for more than 100 ms."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import IndexOptions, NewsIndex
from tests.fakes import HashingEmbedder, article, story, write_jsonl

CHARS = 1_990_000
TEXTS = {
    "paragraph": "The minister of Oslo opened a bridge for 412 people in 2024, Mr. Smith said. ",
    "points": "A.",
    "lines": "A line of its own\n",
}


@pytest.fixture
def calm() -> Iterator[None]:
    """Let the garbage collector look through few objects, as a bot does once the model is loaded."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def held(alive: Callable[[], bool]) -> Iterator[float]:
    """Yield how long this process computed each time this thread wanted to go on, in seconds.

    On a busy machine other programs make pauses, too, but those are no time of this process.
    """
    while alive():
        before = time.process_time()
        time.sleep(0.002)
        yield time.process_time() - before


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize("kind", TEXTS)
def test_a_large_article_holds_no_thread_up(tmp_path: Path, kind: str) -> None:
    text = (TEXTS[kind] * (CHARS // len(TEXTS[kind])))[:CHARS]
    small, large = (
        write_jsonl(tmp_path / f"{name}.jsonl", [article(name, words)])
        for name, words in (("small", story("small")), ("large", text))
    )
    with NewsIndex.open(IndexOptions(tmp_path / "data"), HashingEmbedder()) as news:
        news.ingest([str(small)])
        thread = threading.Thread(target=news.ingest, args=([str(large)],))
        thread.start()
        longest = sorted(held(thread.is_alive))[-3:]
        assert news.status().articles == 2
    assert longest[0] < 0.1, f"the longest times were {longest} s"
