"""Measures one store, in a process of its own: prints JSON with times in milliseconds and memory in bytes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from index import IndexOptions, NewsIndex, Question
from index.answers.retrieval import DEPTH
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.evaluation.metrics import load_examples
from index.search.base import Scores
from index.types.question import Filters
from tests.fakes import resident

# Shares of the passages that the filters admit, as far as the store has so many.
SHARES = (1.0, 0.1, 0.01, 0.001, 0.0001)
NEAREST = 50
QUESTIONS = 60
AT_ONCE = 32


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


class Bench:
    """One open store, and the questions that it is asked."""

    def __init__(self, folder: Path, questions: Path) -> None:
        self.folder = folder
        embedder = SentenceTransformerEmbedder(None)
        self.questions = [each.question.text for each in load_examples(questions) if each.answerable]
        self.vectors = [embedder.embed_question(each) for each in self.questions[:QUESTIONS]]
        self._without = resident()
        self.news = NewsIndex.open(IndexOptions(data_dir=folder), embedder)
        self.index = self.news._index
        newest = self.news.status().newest
        assert newest is not None
        self.now = newest + timedelta(hours=1)

    def run(self) -> dict[str, Any]:
        self.index._dense.index.settle()
        for each in self.questions[-20:]:
            self.news.ask(Question(each, as_of=self.now))
        filters = list(self.filters())
        asked = {name: self.ask(each) for name, each in filters}
        return {
            "passages": len(self.index),
            "graph": self.index._dense.index.has_graph,
            "search_ms": {name: self.search(each) for name, each in filters},
            "ask_ms": asked,
            "recall": {name: self.recall(each) for name, each in filters},
            "memory": resident() - self._without,
            "new_article_ms": self.new_article(),
            "at_once": self.at_once(),
        }

    def filters(self) -> Iterator[tuple[str, Filters]]:
        rows = self.index._dense.index._rows
        published = np.sort(rows.published)[::-1]
        for share in SHARES:
            if share * len(published) >= 10:
                since = datetime.fromtimestamp(
                    published[int(share * len(published)) - 1] / 1e6, self.now.tzinfo
                )
                yield f"time {share:.2%}", Filters(since if share < 1 else None, self.now)
        counts = np.bincount(rows.source)
        for code in (int(counts.argmax()), int(counts.argmin())):
            yield f"source {counts[code] / counts.sum():.2%}", Filters(None, self.now, rows.names[code])

    def ask(self, filters: Filters) -> list[float]:
        texts = self.questions[:QUESTIONS]
        asked = [Question(each, self.now, filters.since, None, filters.source) for each in texts]
        return [milliseconds(lambda each=each: self.news.ask(each)) for each in asked]

    def search(self, filters: Filters) -> list[float]:
        pairs = zip(self.vectors, self.questions, strict=False)
        return [
            milliseconds(lambda v=v, q=q: self.index.search(v, q, filters, DEPTH))  # type: ignore[misc]
            for v, q in pairs
        ]

    def recall(self, filters: Filters) -> float:
        """Return which share of the nearest passages, exactly computed, the dense search finds."""
        return float(np.mean([self._recalled(each, filters) for each in self.vectors]))

    def _recalled(self, vector: Scores, filters: Filters) -> float:
        dense = self.index._dense.index
        found = {id for id, _ in dense.search(vector, filters, NEAREST)}
        exact = {id for id, _ in dense.search(vector, filters, NEAREST, exact=True)}
        return len(found & exact) / len(exact)

    def new_article(self) -> float:
        """Return how long an article takes from the file to an answer that quotes it."""
        name = f"Zyx{int(time.time())}"
        record = {
            "url": f"https://news.example/{name}",
            "title": f"The lighthouse of {name} opens",
            "text": f"The lighthouse of {name} was opened by 412 keepers on Tuesday. They lit its lamp.",
            "source": "Bench Wire",
            "published_at": (self.now - timedelta(minutes=1)).isoformat(),
        }
        file = self.folder / "new.jsonl"
        file.write_text(json.dumps(record) + "\n")
        question = Question(f"Who opened the lighthouse of {name}?", as_of=self.now)

        def read_and_ask() -> None:
            self.news.ingest([str(file)])
            assert any(name in quote.text for quote in self.news.ask(question).quotes)

        return milliseconds(read_and_ask)

    def at_once(self) -> float:
        """Return how many times as many questions are answered when `AT_ONCE` are asked at once."""
        asked = [Question(each, as_of=self.now) for each in self.questions[:AT_ONCE]]
        ratios = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in range(3):
                alone = milliseconds(lambda: [self.news.ask(each) for each in asked])
                together = milliseconds(lambda: list(pool.map(self.news.ask, asked)))
                ratios.append(alone / together)
        return float(np.median(ratios))


def main(arguments: Sequence[str]) -> None:
    bench = Bench(Path(arguments[0]), Path(arguments[1]))
    figures = bench.run()
    bench.news.close()
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
