"""Measures one store, in a process of its own: prints JSON with times in milliseconds and memory in bytes."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from index import IndexOptions, NewsIndex, Question
from index.answers.retrieval import DEPTH
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.evaluation.metrics import load_examples
from index.search.base import Scores
from index.search.dense import DenseIndex
from index.search.followers import DenseFollower
from index.search.local import LocalIndex
from index.types.question import Filters
from tests.benchmarks.busy import beside_busy_programs, cpu_ms
from tests.benchmarks.corpus import ORIGINS, edition, origins_of
from tests.fakes import resident

# Shares of the passages that the filters admit, as far as the store has so many.
SHARES = (1.0, 0.1, 0.01, 0.001, 0.0001)
# Shares of the passages that editions see. A share for which there are too few passages is left out.
EDITIONS = (1.0, 0.1, 0.01, 0.0001)
# A search, and its two parts.
PARTS = ("both", "meaning", "words")
NEAREST = 50
QUESTIONS = 60
AT_ONCE = 32
# How often each question is asked of each edition.
EDITION_ROUNDS = 1
# Every passage with its article, in SQL.
PASSAGES = "FROM passages JOIN articles ON articles.id = passages.article_id"


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def computed_milliseconds(work: Callable[[], object]) -> float:
    """Return the CPU time of this thread, which does not grow where the machine is busy with other things."""
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1000


def dense_of(index: LocalIndex) -> DenseIndex:
    """Return the vectors of a search index."""
    vectors = index.followers[0]
    assert isinstance(vectors, DenseFollower)
    return vectors.index


class Bench:
    """One open store, and the questions that it is asked."""

    def __init__(self, folder: Path, questions: Path) -> None:
        self.folder = folder
        embedder = SentenceTransformerEmbedder(None, saved=IndexOptions(data_dir=folder).models_dir)
        examples = load_examples(questions)
        self.questions = [example.question.text for example in examples if example.answerable]
        self.vectors = [embedder.embed_question(text) for text in self.questions[:QUESTIONS]]
        self._without = resident()
        self.news = NewsIndex.open(IndexOptions(data_dir=folder), embedder)
        newest = self.news.status().newest
        assert newest is not None
        self.now = newest + timedelta(hours=1)

    def run(self) -> dict[str, Any]:
        """Measure the library, close it, then measure its search index, which is kept in the same folder."""
        for text in self.questions[-20:]:
            self.news.ask(Question(text, as_of=self.now))
        passages, filters = self.news.status().passages, dict(self.filters())
        figures = {
            "passages": passages,
            "ask_ms": {name: self.ask(admitted) for name, admitted in filters.items()},
            "cpu_ms": cpu_ms(self.jobs()),
            "busy": beside_busy_programs(self.jobs()),
            "memory": resident() - self._without,
            "new_article_ms": self.new_article(),
            "at_once": self.at_once(),
        }
        self.news.close()
        self.index = LocalIndex(self.folder / "index", len(self.vectors[0]))
        return figures | {
            "coded": dense_of(self.index).coded,
            "search_ms": {name: self.search(admitted) for name, admitted in filters.items()},
            "recall": {name: self.recall(admitted) for name, admitted in filters.items()},
            "editions": dict(self.editions()),
            "editions_memory": self.editions_memory(),
        }

    def jobs(self) -> list[Callable[[], object]]:
        """Return functions that each ask a question."""
        return [partial(self.news.ask, Question(text, self.now)) for text in self.questions[:QUESTIONS]]

    def filters(self) -> Iterator[tuple[str, Filters]]:
        """Yield filters by time and by source, each named after the share of the passages that it admits."""
        with closing(sqlite3.connect(self.folder / "news.db")) as database:
            sources = database.execute(f"SELECT source, count(*) {PASSAGES} GROUP BY source").fetchall()
            passages = sum(count for _, count in sources)
            for share in SHARES:
                if share * passages >= 10:
                    nth = f"SELECT published_at {PASSAGES} ORDER BY published_at DESC LIMIT 1 OFFSET ?"
                    (moment,) = database.execute(nth, [int(share * passages) - 1]).fetchone()
                    since = datetime.fromisoformat(moment).replace(tzinfo=UTC)
                    yield f"time {share:.2%}", Filters(since if share < 1 else None, self.now)
        sources.sort(key=itemgetter(1))
        for name, count in (sources[-1], sources[0]):
            yield f"source {count / passages:.2%}", Filters(None, self.now, name)

    def ask(self, filters: Filters) -> list[float]:
        texts = self.questions[:QUESTIONS]
        asked = [Question(text, self.now, filters.since, None, filters.source) for text in texts]
        return [milliseconds(partial(self.news.ask, question)) for question in asked]

    def search(self, filters: Filters) -> list[float]:
        pairs = zip(self.vectors, self.questions, strict=False)
        return [
            milliseconds(partial(self.index.search, vector, text, filters, DEPTH)) for vector, text in pairs
        ]

    def recall(self, filters: Filters) -> float:
        """Return which share of the nearest passages, exactly computed, the dense search finds."""
        return float(np.mean([self._recalled(vector, filters) for vector in self.vectors]))

    def _recalled(self, vector: Scores, filters: Filters) -> float:
        dense = dense_of(self.index)
        found = {id for id, _ in dense.search(vector, filters, NEAREST)}
        exact = {id for id, _ in dense.search(vector, filters, NEAREST, exact=True)}
        return len(found & exact) / len(exact)

    def editions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the figures of editions, each named after the share of the passages that it sees."""
        passages = self.passages_by_origin()
        number = len(self.index)
        for share in EDITIONS:
            if share * number >= 50:
                filters = Filters(origins=edition(share, passages, number))
                assert filters.origins is not None
                seen = dense_of(self.index).share(filters.origins)
                yield f"{seen:.2%}", {**self.edition_ms(filters), "recall": self.recall(filters)}

    def passages_by_origin(self) -> Counter[int]:
        """Return origin → number of its passages."""
        with closing(sqlite3.connect(self.folder / "news.db")) as database:
            titles = database.execute(f"SELECT title, count(*) {PASSAGES} GROUP BY articles.id").fetchall()
        counts: Counter[int] = Counter()
        for title, passages in titles:
            counts.update(dict.fromkeys(origins_of(title), passages))
        return counts

    def edition_ms(self, filters: Filters) -> dict[str, list[float]]:
        """Return the CPU times of searches with an edition and, after ", all", without, made in turns."""
        times: dict[str, list[float]] = {f"{part}{of}": [] for part in PARTS for of in ("", ", all")}
        for vector, text in zip(self.vectors * EDITION_ROUNDS, self.questions * EDITION_ROUNDS, strict=False):
            terms = self.index.analyzer.question_terms(text)
            for of, admitted in (("", filters), (", all", Filters())):
                for part, work in (
                    ("both", partial(self.index.search, vector, text, admitted, DEPTH)),
                    ("meaning", partial(dense_of(self.index).search, vector, admitted, DEPTH)),
                    ("words", partial(self.index.search_words, terms, admitted, DEPTH)),
                ):
                    times[part + of].append(computed_milliseconds(work))
        return times

    def editions_memory(self) -> int:
        """Return how much the process grows when 1,000 editions over all origins have searched."""
        random = Random(1)
        before = resident()
        for _ in range(1000):
            edition = frozenset(random.sample(range(ORIGINS), 200))
            self.index.search(self.vectors[0], self.questions[0], Filters(origins=edition), DEPTH)
        return resident() - before

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
        asked = [Question(text, as_of=self.now) for text in self.questions[:AT_ONCE]]
        ratios = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in range(3):
                alone = milliseconds(lambda: [self.news.ask(question) for question in asked])
                together = milliseconds(lambda: list(pool.map(self.news.ask, asked)))
                ratios.append(alone / together)
        return float(np.median(ratios))


def main(arguments: Sequence[str]) -> None:
    bench = Bench(Path(arguments[0]), Path(arguments[1]))
    figures = bench.run()
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
