"""Working fakes and builders for the library: an embedder that is quick and knows words, articles, a clock.

Nothing here pretends: texts that share words really are near each other, files are real files, and
`open_news` opens the real `NewsIndex` on real storage.
"""

from __future__ import annotations

import hashlib
import json
import re
import resource
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from index import Article, IndexOptions, NewsIndex
from index.answers.scoring import parameters
from index.embeddings.base import Embedder, GiveWay, Vectors, to_nobody
from index.search.local import LocalIndex
from index.storage import schema
from index.storage.articles import Store
from index.storage.database import Database, sqlite_url
from index.text.normalize import article_id, canonical_text

NOW = datetime(2025, 6, 10, 12, 0, tzinfo=UTC)

_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"(?<=\w{3})(?:ings?|ed|es|s|ly|'s)$")
_COMMON = frozenset(
    "a an and are as at be been by did do does for from had has have how in into is it its many much of on "
    "or that the their they this to was were what when where which who why will with".split()
)


class HashingEmbedder:
    """Bags of stemmed words under a fixed random projection: deterministic, and near where words are shared.

    Two with different seeds or dimensions are different models. `embedded` counts the passages it was given.
    """

    def __init__(self, dimension: int = 64, seed: int = 0) -> None:
        self.model = f"hashing-{seed}"
        self.fingerprint = hashlib.sha256(f"{dimension} {seed}".encode()).hexdigest()[:16]
        self.dimension = dimension
        self.embedded = 0
        self._seed = seed
        self._words: dict[str, Vectors] = {}

    def embed_passages(self, texts: Sequence[str], give_way: GiveWay = to_nobody) -> Vectors:
        give_way()
        self.embedded += len(texts)
        rows = [self.embed_question(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_question(self, text: str) -> Vectors:
        words = [_SUFFIX.sub("", word) for word in _WORD.findall(text.lower()) if word not in _COMMON]
        vector = np.sum([self._word(word) for word in words or [""]], axis=0)
        unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit

    def _word(self, word: str) -> Vectors:
        if word not in self._words:
            digest = hashlib.sha256(f"{self._seed} {word}".encode()).digest()
            random = np.random.default_rng(int.from_bytes(digest[:8], "little"))
            self._words[word] = random.standard_normal(self.dimension).astype(np.float32)
        return self._words[word]


class ShippedName(HashingEmbedder):
    """A fake that passes for the shipped model, which knows English only."""

    def __init__(self) -> None:
        super().__init__()
        self.model = parameters().model


class Clock:
    """Tells `now`, which the test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Move on by `timedelta(**by)`."""
        self.now += timedelta(**by)


def fixed_clock(now: datetime = NOW) -> Callable[[], datetime]:
    """Return a clock that stands still."""
    return lambda: now


def article(name: str = "one", text: str | None = None, **changes: Any) -> Article:
    """Return an article that is told apart by its name; anything can be given instead of its defaults."""
    url = changes.pop("url", f"https://wire.example/{name}")
    values: dict[str, Any] = {
        "id": article_id(url),
        "url": url,
        "title": f"Headline about {name}",
        "text": canonical_text(text if text is not None else story(name)),
        "source": "Sample Wire",
        "published_at": NOW - timedelta(days=1),
        "language": "en",
    }
    return Article(**{**values, **changes})


def story(name: str, sentences: int = 12) -> str:
    """Return a text of whole sentences about `name`, long enough for two passages."""
    what = "minister council harbour bridge festival election budget storm museum factory train".split()
    return " ".join(
        f"In paragraph {i + 1} the {what[i % len(what)]} of {name} was described by reporters on the spot."
        for i in range(sentences)
    )


def record(one: Article) -> dict[str, Any]:
    """Return an article as the JSON object that a reader takes."""
    known = {
        "id": one.id,
        "url": one.url,
        "title": one.title,
        "text": one.text,
        "source": one.source,
        "published_at": one.published_at.isoformat(),
        "updated_at": one.updated_at.isoformat() if one.updated_at else None,
        "highlights": list(one.highlights),
        "authors": list(one.authors),
        "topics": list(one.topics),
        "language": one.language,
    }
    return {key: value for key, value in known.items() if value}


def write_jsonl(path: Path, articles: Iterable[Article]) -> Path:
    """Write a file of JSON lines and return its path."""
    path.write_text("".join(json.dumps(record(one)) + "\n" for one in articles), encoding="utf-8")
    return path


def story_page(title: str = "Port opens shore power", **parts: Any) -> str:
    """Return a story page; `times`, `fields`, `highlights`, `story` and `opinions` replace its parts."""
    times = parts.get("times", ("Mar 3, 2025, 9:10 AM", "Mar 2, 2025, 6:45 PM"))
    highlights = parts.get("highlights", ("Two quays supply ships with electricity.",))
    return "\n".join(
        [
            *times,
            *parts.get("fields", ()),
            "",
            title,
            "",
            "Highlights",
            *(f"  • {highlight}" for highlight in highlights),
            "Story",
            "",
            parts.get("story", "In Rotterdam, on March 2, 2025, two quays opened. Ships plug in."),
            "",
            "Opinions",
            parts.get("opinions", ""),
            "You've reached the end",
            "",
        ]
    )


def open_news(
    tmp_path: Path, articles: Iterable[Article] = (), *, embedder: Embedder | None = None, **options: Any
) -> NewsIndex:
    """Open the real library in `tmp_path / "data"`, holding the articles; `options` are IndexOptions.

    It is a context manager: leave it, or call `close`.
    """
    values: dict[str, Any] = {"data_dir": tmp_path / "data", "clock": fixed_clock(), "follow_seconds": 0.05}
    news = NewsIndex.open(IndexOptions(**{**values, **options}), embedder or HashingEmbedder())
    listed = list(articles)
    if listed:
        report = news.ingest([str(write_jsonl(tmp_path / "articles.jsonl", listed))])
        assert not report.failed
    return news


@contextmanager
def stored(tmp_path: Path, database_url: str | None = None) -> Iterator[Store]:
    """Open the database of the library in `tmp_path` once more, as another process does."""
    store = Store.open(database_url or sqlite_url(tmp_path / "data" / "news.db"))
    yield store
    store.close()


def assert_search_is_whole(tmp_path: Path) -> None:
    """Fail unless both parts of the search index on disk hold exactly the passages of the database.

    The library in `tmp_path` has to be closed: until then a part of its search index is in memory only.
    """
    embedder = HashingEmbedder()
    with stored(tmp_path) as store:
        batches = store.all_indexed_passages(embedder.fingerprint, 100)
        expected = {passage.id for batch in batches for passage in batch}
    search = LocalIndex(tmp_path / "data" / "index", embedder.dimension)
    assert search.ids() == (expected, expected)
    search.close()


def quotes_sent(database: Database, follow_id: int) -> int:
    """Return how many quotes are noted as sent to those who follow something."""
    table = schema.follow_quotes.c
    noted = (table.follow_id == follow_id) & table.alerted & table.sent_at.is_not(None)
    return int(database.scalar(select(func.count()).select_from(schema.follow_quotes).where(noted)))


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what other threads bring about."""
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not happen in time")


def resident(process: int | str = "self") -> int:
    """Return how much memory a process takes up, in bytes (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize()
