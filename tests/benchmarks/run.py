"""`make bench`: fills stores of growing size, measures each, prints a table in Markdown and draws a plot.

Real passages come from an evaluation folder (see `newsbot evaluate`); the first run embeds them, which takes
a quarter of an hour, and a million passages take another one. Everything is kept in the working folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from index import IndexOptions, NewsIndex
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.evaluation.metrics import articles_file
from index.search.base import Position
from index.search.local import LocalIndex
from index.search.sync import BATCH
from index.storage.articles import Store
from index.storage.database import sqlite_url
from tests.benchmarks.corpus import Real, fill, received
from tests.benchmarks.encoding import compare_encoding, compare_ingest
from tests.benchmarks.measure import PARTS
from tests.benchmarks.plot import draw
from tests.benchmarks.running import running_bytes

Figures = dict[str, Any]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def real_store(folder: Path, data: Path) -> Path:
    """Return the store of the real articles, read and embedded where that was not done yet."""
    with NewsIndex.open(IndexOptions(data_dir=folder / "real")) as news:
        news.ingest([str(articles_file(data))])
    return folder / "real"


def store_of(folder: Path, real: Path, passages: int) -> Path:
    """Return a store of about so many passages: the newest real ones, then generated ones."""
    target = folder / str(passages)
    target.mkdir(exist_ok=True)
    if not (target / "news.db").exists():
        shutil.copy(real / "news.db", target / "news.db")
    store = Store.open(sqlite_url(target / "news.db"))
    fingerprint = store.fingerprint()
    assert fingerprint is not None
    while store.count_passages() > passages:
        store.delete_articles(store.ids_before(datetime.max.replace(tzinfo=UTC), 50))
    if passages - store.count_passages() > passages / 20:
        fill(store, Real.of(store, fingerprint), passages)
    store.close()
    return target


def build_seconds(store: Path) -> float:
    """Return how long making both search indexes takes, where the database is all that is left."""
    shutil.rmtree(store / "index", ignore_errors=True)
    started = time.perf_counter()
    database, embedder = Store.open(sqlite_url(store / "news.db")), SentenceTransformerEmbedder(None)
    search = LocalIndex(store / "index", embedder.dimension)
    for follower in search.followers:
        # As `index.search.sync` does it where an index is made anew; what an article came in from is made up.
        passages = received(database.all_indexed_passages(embedder.fingerprint, BATCH))
        position = Position(database.id, embedder.fingerprint, database.changes.last_seq())
        with follower.exclusive():
            follower.clear()
            follower.apply(passages, [], position)
    seconds = time.perf_counter() - started
    search.close()
    database.close()
    return seconds


def measured(store: Path, data: Path) -> Figures:
    command = [sys.executable, "-m", "tests.benchmarks.measure", str(store), str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def start_seconds(store: Path) -> float:
    """Return how long `newsbot ask` takes from its start to the printed answer; the better of two."""
    command = [sys.executable, "-m", "bot", "ask", "What happened in the last week?", "--json"]
    taken = []
    for _ in range(2):
        started = time.perf_counter()
        environment = {**os.environ, "NEWS_DATA_DIR": str(store)}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        taken.append(time.perf_counter() - started)
    return min(taken)


def alerts_line(real: Path, data: Path, folder: Path) -> str:
    """Measure a round of alerts on one core, and return the figures as a line."""
    command = [sys.executable, "-m", "tests.benchmarks.follows", str(real), str(data), str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    figures: Figures = json.loads(done.stdout)
    return (
        f"{figures['follows']:,} follows against {figures['passages']:,} new passages, on one core: "
        f"{figures['round_s']:.1f} s ({figures['cpu_s']:.1f} s of CPU time), "
        f"{figures['alerts']:,} with an alert"
    )


def against(times: Sequence[float], others: Sequence[float]) -> str:
    """Return how many times as long as others times are, by their medians and 99th percentiles."""
    ratios = [np.percentile(times, place) / np.percentile(others, place) for place in (50, 99)]
    return " / ".join(f"{ratio:.2f}" for ratio in ratios)


def edition_rows(figures: Figures) -> list[tuple[str, str]]:
    """Return a row for each edition: its searches against those without one; recall; memory."""
    editions = figures["editions"]
    rows = []
    for name, measured in editions.items():
        parts = {part: against(measured[part], measured[f"{part}, all"]) for part in PARTS}
        label = f"search, edition of {name}, against all, median / p99 (by meaning; by words)"
        rows.append((label, f"{parts['both']} × ({parts['meaning']}; {parts['words']})"))
    recall = min(measured["recall"] for measured in editions.values())
    return [
        *rows,
        ("recall@50 against exact, worst edition", f"{recall:.4f}"),
        ("memory of 1,000 editions", f"{figures['editions_memory'] / 1e6:.0f} MB"),
    ]


def everything(by_name: dict[str, list[float]]) -> list[float]:
    return [time for times in by_name.values() for time in times]


def rows(figures: Figures) -> list[tuple[str, str]]:
    asked, search = everything(figures["ask_ms"]), figures["search_ms"]
    unfiltered = search["time 100.00%"]
    return [
        ("passages", f"{figures['passages']:,}"),
        ("question → answer, median / p99", f"{np.median(asked):.0f} / {np.percentile(asked, 99):.0f} ms"),
        ("search alone, no filter, median", f"{np.median(unfiltered):.1f} ms"),
        ("search alone, all filters, median", f"{np.median(everything(search)):.1f} ms"),
        ("recall@50 against exact, worst filter", f"{min(figures['recall'].values()):.4f}"),
        *edition_rows(figures),
        ("CPU time of a question, median", f"{figures['cpu_ms']:.0f} ms"),
        (
            "question beside four busy programs, median / p99",
            f"{figures['busy'][0]:.1f} × / {figures['busy'][1]:.1f} ×",
        ),
        ("memory of a running bot, all its processes", f"{figures['running'] / 1e6:.0f} MB"),
        ("memory above the model", f"{figures['memory'] / 1e9:.2f} GB"),
        ("one article, file → quoted in an answer", f"{figures['new_article_ms'] / 1000:.2f} s"),
        ("start → first answer", f"{figures['start_s']:.1f} s"),
        ("32 questions at once, against in turn", f"{figures['at_once']:.2f} ×"),
        ("building both indexes from the database", f"{figures['build_s']:.0f} s"),
    ]


def table(columns: Sequence[Figures]) -> str:
    named = [rows(column) for column in columns]
    lines = [[label, *(column[i][1] for column in named)] for i, (label, _) in enumerate(named[0])]
    lines.insert(1, ["---", *("---:" for _ in columns)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    folder, data, sizes = (
        Path(arguments[0]),
        Path(arguments[1]),
        [int(argument) for argument in arguments[2:]],
    )
    if not data.is_dir():
        sys.stderr.write(f"{data} is missing: name a folder as for `newsbot evaluate` with DATA=FOLDER.\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    real = real_store(folder, data)
    embedder = SentenceTransformerEmbedder(None, saved=real / "models")
    encoding = compare_encoding(real, embedder)
    say(f"encoding, against SentenceTransformer.encode: {encoding.ratio:.2f} ×, {encoding.per_second:.0f}/s")
    say(f"smallest cosine of a passage to the default's: {encoding.cosine:.5f}")
    say(f"ingest, against encoding alone: {compare_ingest(real, embedder):.0%}")
    say(alerts_line(real, data, folder / "follows"))
    columns = []
    for size in sizes:
        store = store_of(folder, real, size)
        build = build_seconds(store)
        figures = {
            **measured(store, data),
            "start_s": start_seconds(store),
            "build_s": build,
            "running": running_bytes(store),
        }
        columns.append(figures)
        (folder / "figures.json").write_text(json.dumps(columns))
        say(f"measured {size:,}")
    say(table(columns))
    draw(columns, Path(__file__).with_name("sizes.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
