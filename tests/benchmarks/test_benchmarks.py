"""What `make bench` rests on, in small: made-up passages like the real ones, its table and its plot."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index import IndexOptions, NewsIndex
from index.storage.articles import Store
from index.storage.database import sqlite_url
from tests.benchmarks.before import compared
from tests.benchmarks.busy import beside_busy_programs, cpu_ms
from tests.benchmarks.corpus import ORIGINS, PASSAGES, Real, edition, fill, origins_of, received
from tests.benchmarks.follows import embed, prepare
from tests.benchmarks.measure import PARTS
from tests.benchmarks.plot import draw
from tests.benchmarks.run import rows, table
from tests.fakes import HashingEmbedder, article, write_jsonl

SENTENCE = "The council of Corby bought a second-hand lighthouse for 412 keepers on Tuesday morning. "
FIGURES = {
    "passages": 1000,
    "ask_ms": {"time 100.00%": [50.0, 60.0, 70.0], "source 1.00%": [40.0, 40.0, 40.0]},
    "search_ms": {"time 100.00%": [5.0, 6.0, 7.0], "source 1.00%": [1.0, 1.0, 1.0]},
    "recall": {"time 100.00%": 0.995, "source 1.00%": 1.0},
    "editions": {
        "10.01%": {
            "recall": 0.993,
            **{part: [3.0, 6.0] for part in PARTS},
            **{f"{part}, all": [2.0, 4.0] for part in PARTS},
        }
    },
    "editions_memory": 21e6,
    "cpu_ms": 21.0,
    "busy": [2.5, 4.0],
    "running": 320e6,
    "memory": 1.2e9,
    "new_article_ms": 830.0,
    "start_s": 9.04,
    "at_once": 1.4,
    "build_s": 200.0,
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A database with one long article."""
    file = write_jsonl(tmp_path / "one.jsonl", [article("one", SENTENCE * 60)])
    with NewsIndex.open(IndexOptions(data_dir=tmp_path), HashingEmbedder()) as news:
        news.ingest([str(file)])
    return Store.open(sqlite_url(tmp_path / "news.db"))


def test_a_store_is_filled_with_passages_near_the_real_ones(store: Store, tmp_path: Path) -> None:
    fingerprint = HashingEmbedder().fingerprint
    real = Real.of(store, fingerprint)
    fill(store, real, wanted := len(real.vectors) + 2 * PASSAGES + 3)
    assert store.count_passages() == wanted
    passages = [passage for batch in store.all_indexed_passages(fingerprint, 100) for passage in batch]
    made = [passage for passage in passages if passage.source.startswith("Outlet")]
    assert len(made) == 2 * PASSAGES + 3
    vectors = np.stack([generated.vector for generated in made]).astype(np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    assert np.median((vectors @ real.vectors.T).max(axis=1)) == pytest.approx(0.78, abs=0.05)
    assert max(generated.published_at for generated in made) <= real.newest
    assert {generated.text for generated in made}.isdisjoint(
        passage.text for passage in passages if passage not in made
    )
    store.close()
    with NewsIndex.open(IndexOptions(data_dir=tmp_path), HashingEmbedder()) as news:
        assert news.status().passages == wanted
        assert f"{wanted:,} passages" in news.status().index


def test_what_is_followed_is_made_from_a_store_and_compared_with_its_newest_passages(
    store: Store, tmp_path: Path
) -> None:
    now = prepare(store, ["Who bought a second-hand lighthouse?"], follows=2, passages=2)
    store.close()
    embedder = HashingEmbedder()
    options = IndexOptions(data_dir=tmp_path, clock=lambda: now, threshold=0.0)
    with NewsIndex.open(options, embedder) as news:
        embed(news, embedder)
        while news.match_follows():
            pass
        assert [follow.what for follow, _ in news.left_alerts()] == ["Who bought a second-hand lighthouse?"]


def test_the_table_has_a_column_for_each_size() -> None:
    lines = table([FIGURES, FIGURES | {"passages": 41_000}]).splitlines()
    assert lines[0] == "| passages | 1,000 | 41,000 |"
    assert lines[2] == "| question → answer, median / p99 | 45 / 70 ms | 45 / 70 ms |"
    assert len(lines) == len(rows(FIGURES)) + 1
    (of_edition,) = [line for line in lines if "edition of 10.01%" in line]
    assert of_edition.count("1.50 × (1.50 / 1.50; 1.50 / 1.50)") == 2


@pytest.mark.parametrize("share", [1, 0.1, 0.01, 0.0001])
def test_an_edition_sees_about_the_share_that_it_is_named_after(share: float) -> None:
    articles = [origins_of(str(number)) for number in range(50_000)]
    counts = Counter(origin for article in articles for origin in article)
    assert 1900 < len(counts) <= ORIGINS
    taken = edition(share, counts, len(articles))
    seen = sum(not taken.isdisjoint(article) for article in articles) / len(articles)
    assert 0.5 * share <= seen <= 1.5 * share


def test_articles_come_in_from_the_same_origins_in_every_run(store: Store) -> None:
    (batch,) = received(store.all_indexed_passages(HashingEmbedder().fingerprint, 100))
    assert {passage.origins for passage in batch} == {origins_of(batch[0].title)}
    store.close()


def test_a_program_beside_busy_ones_takes_longer_and_as_much_computing() -> None:
    def work() -> None:
        sum(range(200_000))

    median, high = beside_busy_programs([work] * 30)
    assert median > 1
    assert high > 1
    assert 0.1 < cpu_ms([work] * 5) < 1000


def test_what_was_before_is_compared_with_what_is_now() -> None:
    before = [{"start_s": 7.0, "cpu_ms": 40.0, "quotes": [["a"], ["b"]]}]
    now = [{"start_s": 1.75, "cpu_ms": 20.0, "quotes": [["a"], ["c"]]}]
    assert compared(before, now).splitlines() == [
        "s from the first import to the first answer: 7.0 before, 1.8 now, 0.25 times as much",
        "ms of CPU time a question: 40.0 before, 20.0 now, 0.50 times as much",
        "the same quotes for 1 of 2 questions",
    ]


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    draw([FIGURES, FIGURES | {"passages": 41_000}], tmp_path / "sizes.png")
    assert (tmp_path / "sizes.png").read_bytes().startswith(b"\x89PNG")
