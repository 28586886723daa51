"""Measures a round of alerts: 5,000 follows against 1,000 new passages, on one core. Prints JSON.

The library holds real articles, of which the newest 1,000 passages count as new. Half of the follows are
questions, half topics: those of the evaluation folder, and names from headlines. Most are about nothing new.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy import func, insert, select

from index import Article, IndexOptions, NewsIndex
from index.embeddings.base import MODEL_CHARS, Embedder
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.evaluation.metrics import load_examples
from index.storage import schema
from index.storage.articles import Store
from index.storage.database import sqlite_url
from index.storage.follows import PORTIONS
from index.types.article import ArticleTimes

FOLLOWS, PASSAGES = 5000, 1000
_NAME = re.compile(r"[A-Z][\w’'-]+(?: (?:of |the )?[A-Z][\w’'-]+)+")


def followed(articles: Sequence[Article], questions: Sequence[str]) -> Iterator[str]:
    """Yield distinct questions and topics: the given ones, then two about each name in the articles."""
    yield from dict.fromkeys(questions)
    names = (name for article in articles for name in _NAME.findall(f"{article.title}. {article.text}"))
    for name in dict.fromkeys(names):
        yield name
        yield f"What happened to {name}?"


def prepare(store: Store, questions: Sequence[str], follows: int, passages: int) -> datetime:
    """Store so many follows, and let the newest passages be new for them; return the time of the round."""
    database = store.database
    newest = store.newest()
    assert newest is not None
    now = newest + timedelta(hours=1)
    table = schema.passages.c
    with database.reading() as connection:
        ids = select(table.id, table.article_id).order_by(table.id.desc()).limit(passages)
        rows = connection.execute(ids).all()
    articles = [article for batch in store.all_articles(500) for article in batch]
    times = ArticleTimes(newest, "minute", None)
    with database.writing() as connection:
        new = {row.article_id for row in rows}
        change = schema.articles.update().where(schema.articles.c.id.in_(new))
        connection.execute(change.values({**times._asdict(), "read_at": now}))
        connection.execute(
            insert(schema.follows),
            [
                {"person": str(n // 10), "what": what, "started_at": now - timedelta(days=2)}
                for n, what in enumerate(islice(followed(articles, questions), follows))
            ],
        )
        connection.execute(
            insert(schema.follow_portions),
            [{"number": n, "matched": rows[-1].id - 1, "matched_at": now} for n in range(PORTIONS)],
        )
    return now


def embed(news: NewsIndex, embedder: Embedder) -> None:
    """Store the vectors of all follows, as the first rounds do one by one; a batch is quicker."""
    for number in range(PORTIONS):
        follows = [follow for follow, _ in news.follows.followed(number, "")]
        vectors = embedder.embed_passages([follow.what for follow in follows]).astype(np.float16)
        ids = (follow.id for follow in follows)
        news.follows.keep_vectors(dict(zip(ids, vectors, strict=True)), embedder.fingerprint[:MODEL_CHARS])


def main(arguments: Sequence[str]) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    real, data, folder = map(Path, arguments)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(real / "news.db", folder / "news.db")
    store = Store.open(sqlite_url(folder / "news.db"))
    questions = [example.question.text for example in load_examples(data)]
    now = prepare(store, questions, FOLLOWS, PASSAGES)
    options = IndexOptions(data_dir=folder, clock=lambda: now)
    embedder = SentenceTransformerEmbedder(None, saved=options.models_dir)
    with NewsIndex.open(options, embedder) as news:
        news.load_model()
        embed(news, embedder)
        started, cpu = time.perf_counter(), time.process_time()
        while news.match_follows():
            pass
        figures = {
            "follows": store.database.scalar(select(func.count()).select_from(schema.follow_vectors)),
            "alerts": store.database.scalar(select(func.count(schema.follow_quotes.c.follow_id.distinct()))),
            "passages": PASSAGES,
            "round_s": time.perf_counter() - started,
            "cpu_s": time.process_time() - cpu,
        }
    store.close()
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
