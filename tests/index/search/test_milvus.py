"""Milvus beside the local index: the same hits with the same scores; and what only Milvus has to stand."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from index import (
    Article,
    Finding,
    IndexOptions,
    NewsIndex,
    Question,
    SearchError,
    UsageError,
    examine,
)
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.errors import BusyError
from index.search.base import Position
from index.search.bm25 import Tally, Totals
from index.search.local import LocalIndex
from index.search.milvus import MilvusIndex
from index.search.milvus_server import MilvusServer
from index.sources.files import open_source
from index.storage.articles import Store
from index.text.passages import split_passages
from index.types.article import IndexedPassage
from index.types.question import Filters
from tests.fakes import HashingEmbedder, article, open_news, story, until
from tests.servers.milvus import MilvusLite

EMBEDDER = HashingEmbedder()
SAMPLES = sorted((Path(__file__).parents[3] / "config" / "samples").glob("*.txt"))
QUESTIONS = [
    "Who won the election in Germany?",
    "What happened at the Notre-Dame cathedral in Paris?",
    "How many troops did North Korea send to Russia?",
    "Which company fell on the stock market because of DeepSeek?",
    "When did the earthquake hit Myanmar?",
]


def at(seq: int) -> Position:
    return Position("store", "fingerprint", seq)


def passages_of(one: Article, first: int) -> list[IndexedPassage]:
    texts = [one.text[slice(*passage.span)] for passage in split_passages(one.text)]
    vectors = EMBEDDER.embed_passages(texts).astype(np.float16)
    return [
        IndexedPassage(first + i, one.title, text, one.source, one.published_at, vectors[i])
        for i, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def passages() -> list[IndexedPassage]:
    found: list[IndexedPassage] = []
    for path in SAMPLES:
        (record,) = open_source(path, ZoneInfo("UTC"))
        assert isinstance(record.outcome, Article)
        found += passages_of(record.outcome, len(found) + 1)
    return found


@pytest.fixture
def library() -> str:
    """The id of a library that Milvus does not know yet."""
    return uuid.uuid4().hex


@pytest.fixture
def index(milvus: MilvusLite, library: str) -> Iterator[MilvusIndex]:
    index = MilvusIndex(milvus.url, library, EMBEDDER.dimension, nullcontext)
    yield index
    index.close()


def frequencies(index: MilvusIndex | LocalIndex, passages: list[IndexedPassage]) -> dict[str, int]:
    return index.document_frequency(
        {term for passage in passages for term in index.analyzer.terms(passage.text)}
    )


def test_similar_words_are_not_looked_for(index: MilvusIndex, passages: list[IndexedPassage]) -> None:
    index.apply([passages], [], at(1))
    assert index.spelled_like("harbour", 1, Filters(), 10) == []


def test_both_give_the_same_hits_and_scores(
    index: MilvusIndex, passages: list[IndexedPassage], tmp_path: Path
) -> None:
    # In shuffled pieces, with some added twice and some removed: the counts go up and down.
    order = random.Random(7).sample(passages, len(passages))
    index.apply([order[:80]], [], at(1))
    index.apply([order[60:]], [], at(2))
    index.apply([order[:5]], [passage.id for passage in order[5:9]], at(3))
    kept = order[:5] + order[9:]
    local = LocalIndex(tmp_path, EMBEDDER.dimension)
    for follower in local.followers:
        follower.apply([kept], [], at(3))
    assert frequencies(index, kept) == frequencies(local, kept)
    assert len(index) == len(local) == len(kept)
    for filters in (Filters(), Filters(source=order[0].source), Filters(until=order[1].published_at)):
        for question in QUESTIONS:
            vector = EMBEDDER.embed_question(question)
            expected = {
                hit.passage_id: hit
                for hit in local.search(vector, local.analyzer.question_terms(question), filters, 10)
            }
            found = {
                hit.passage_id: hit
                for hit in index.search(vector, index.analyzer.question_terms(question), filters, 10)
            }
            # Of equal scores at the end, either may be left out.
            assert sorted(hit.lexical for hit in found.values()) == pytest.approx(
                sorted(hit.lexical for hit in expected.values()), rel=1e-3
            )
            for id in found.keys() & expected.keys():
                assert found[id].dense == pytest.approx(expected[id].dense, abs=1e-3)
                assert found[id].lexical == pytest.approx(expected[id].lexical, rel=1e-3)
                assert found[id][3:] == expected[id][3:]


def test_a_tally_that_goes_up_and_down_again_changes_nothing() -> None:
    tally, words = Tally(), ["port", "port", "ship", "port"]
    tally.add(words)
    assert tally.frequencies({"ship": 2}) == {"port": 1, "ship": 3}
    assert tally.totals == Totals(1, 4)
    tally.remove(words)
    assert tally.terms() == []
    assert tally.totals == Totals()


class StoppedError(Exception):
    """What ends an apply in its middle, as a kill does."""


def test_what_was_stopped_in_the_middle_is_counted_anew(
    index: MilvusIndex, passages: list[IndexedPassage], monkeypatch: pytest.MonkeyPatch
) -> None:
    index.apply([passages[:20]], [], at(1))
    before = frequencies(index, passages)
    put_rows = MilvusServer.put_rows

    def put_and_stop(*args: Any) -> None:
        put_rows(*args)
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(MilvusServer, "put_rows", put_and_stop)
        with pytest.raises(StoppedError):
            index.apply([passages[10:40]], [1], at(2))
    assert index.position() == at(1)
    index.apply([passages[10:40]], [1], at(2))
    assert index.ids()[0] == set(range(2, 41))
    assert len(index) == 39
    index.apply([passages[:1]], list(range(21, 41)), at(3))
    assert frequencies(index, passages) == before


def test_a_first_filling_that_was_stopped_is_no_index(
    index: MilvusIndex, passages: list[IndexedPassage], milvus: MilvusLite, library: str
) -> None:
    other = MilvusIndex(milvus.url, library, EMBEDDER.dimension, nullcontext)

    def stopping() -> Iterator[list[IndexedPassage]]:
        yield passages[:20]
        assert other.position() is None
        with pytest.raises(SearchError, match="made anew"):
            other.search(EMBEDDER.embed_question("port"), other.analyzer.question_terms("port"), Filters(), 5)
        raise StoppedError

    with pytest.raises(StoppedError):
        index.apply(stopping(), [], at(1))
    assert index.position() is None
    index.clear()
    index.apply([passages[:3]], [], at(2))
    assert index.position() == other.position() == at(2)
    assert other.ids()[0] == {1, 2, 3}
    other.close()


def test_vectors_of_another_dimension_are_made_anew(
    index: MilvusIndex, passages: list[IndexedPassage], milvus: MilvusLite, library: str
) -> None:
    index.apply([passages[:3]], [], at(1))
    small = HashingEmbedder(dimension=8)
    other = MilvusIndex(milvus.url, library, 8, nullcontext)
    assert other.position() is None
    other.clear()
    vector = small.embed_question("port").astype(np.float16)
    other.apply([[replace(passages[0], vector=vector)]], [], at(1))
    assert other.ids()[0] == {1}
    assert index.position() is None
    other.close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:19530", "milvus://", "milvus://host:port", "milvus://host:0", "host"]
)
def test_an_address_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"use milvus://host:19530\."):
        MilvusIndex(url, "library", 8, nullcontext)


def test_one_process_at_a_time_changes_it(database_url: str) -> None:
    one, other = Store.open(database_url), Store.open(database_url)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with one.database.locked("search index", 5):
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(60)
    with (
        pytest.raises(BusyError, match="at work on the search index"),
        other.database.locked("search index", 1),
    ):
        pass
    with other.database.locked("something else", 1):
        leave.set()
    thread.join()
    with other.database.locked("search index", 5), pytest.raises(OSError, match="mine"):
        raise OSError("mine")
    with one.database.locked("search index", 5):
        pass
    one.close()
    other.close()


# -- the whole library -----------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Iterator[MilvusLite]:
    """A server that the test may stop."""
    server = MilvusLite(tmp_path / "milvus")
    yield server
    server.stop()


def open_on(server: MilvusLite, tmp_path: Path, articles: list[Article] = ()) -> NewsIndex:  # type: ignore[assignment]
    return open_news(tmp_path, articles, index_url=server.url, follow_seconds=0.2)


def test_it_answers_again_when_milvus_is_back(own: MilvusLite, tmp_path: Path) -> None:
    articles = [article("port", "Two quays in Rotterdam supply ships with electricity. " + story("port"))]
    question = Question("Which quays supply ships with electricity?")
    with open_on(own, tmp_path, articles) as news:  # that Milvus is away keeps nothing from being stored
        assert news.status().articles == 1
        for _ in range(2):
            with pytest.raises(SearchError, match=rf"The search is away \(Milvus at {own.url[9:]} cannot be"):
                news.ask(question)
            assert news.status().state == "degraded"
            assert not news.status().can_answer
            assert [fault.part for fault in news.status().faults] == ["search"]
            own.start()
            until(lambda: news.status().state == "ready", 90)
            assert "Rotterdam" in news.ask(question).quotes[0].text
            own.stop()


def test_a_question_is_the_first_that_a_new_server_hears(own: MilvusLite, tmp_path: Path) -> None:
    """Where nothing follows the change log meanwhile, the question tells the server what is searched."""
    own.start()
    articles = [article("port", "Two quays in Rotterdam supply ships with electricity. " + story("port"))]
    question = Question("Which quays supply ships with electricity?")
    with open_news(tmp_path, articles, index_url=own.url, follow_seconds=3600) as news:
        own.stop()
        with pytest.raises(SearchError):
            news.ask(question)
        own.start()
        assert "Rotterdam" in news.ask(question).quotes[0].text


def test_the_doctor_looks_at_milvus(
    own: MilvusLite, tmp_path: Path, shipped: SentenceTransformerEmbedder, compiled_models: Path
) -> None:
    def found() -> Finding:
        options = IndexOptions(tmp_path / "data", index_url=own.url)
        return next(finding for finding in examine(options) if finding.check == "search index")

    own.start()
    open_news(tmp_path, [article("a")], embedder=shipped).close()
    (tmp_path / "data" / "models").symlink_to(compiled_models)
    assert (found().severity, found().finding) == ("warning", "Milvus is not up to date with the database.")
    open_news(tmp_path, embedder=shipped, index_url=own.url).close()
    assert found().severity == "ok"
    own.stop()
    assert found().severity == "failure"
    assert "cannot be reached" in found().finding
    assert found().remedy == "Start Milvus, or correct NEWS_INDEX_URL."


def test_a_library_answers_from_milvus(milvus: MilvusLite, tmp_path: Path) -> None:
    articles = [article("port", "Two quays in Rotterdam supply ships with electricity. " + story("port"))]
    with open_on(milvus, tmp_path, articles) as news:
        (quote, *_) = news.ask(Question("Which quays supply ships with electricity?")).quotes
        assert "Rotterdam" in quote.text
        assert news.status().index.startswith(f"Milvus at {milvus.url[9:]}, ")
    assert not (tmp_path / "data" / "index").exists()
