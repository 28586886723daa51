"""Plain ways to answer, which the real one is compared with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index import IndexOptions, Question
from index.answers.engine import AnswerEngine
from index.evaluation.baselines import best_sentences, orders, plain_quotes
from index.runtime.faults import Faults
from index.search.local import LocalIndex
from index.storage.articles import StoredPassage
from index.storage.editions import Editions
from index.text.passages import Passage
from index.text.spans import Span
from index.types.article import Hit
from tests.fakes import NOW, HashingEmbedder, article, open_news, stored
from tests.index.evaluation.test_run import NEWS, QUESTIONS, write_questions


def hit(id: int, dense: float, lexical: float) -> Hit:
    return Hit(id, dense, lexical, NOW, "Sample Wire")


HITS = [hit(1, 0.9, 0.0), hit(2, 0.5, 3.0), hit(3, 0.4, 9.0)]
TEXT = "The sun shone. A ship sank off Oslo. Nine were saved. All is well."


def test_each_way_has_its_order() -> None:
    assert orders(HITS) == {
        "dense alone": [1, 2, 3],
        "BM25 alone": [3, 2],
        "reciprocal rank fusion": [3, 2, 1],
    }


@given(
    st.lists(st.builds(hit, st.integers(1, 99), st.floats(-1, 1), st.floats(0, 9)), unique_by=lambda h: h[0])
)
def test_no_way_depends_on_the_order_of_the_hits(hits: list[Hit]) -> None:
    found = orders(hits)
    assert orders(hits[::-1]) == found
    assert (
        set(found["dense alone"]) == {hit.passage_id for hit in hits} == set(found["reciprocal rank fusion"])
    )


def test_the_two_sentences_with_the_question_s_words() -> None:
    stops = [i + 1 for i, char in enumerate(TEXT) if char == "."]
    starts = [0, *(stop + 1 for stop in stops[:-1])]
    sentences = tuple(Span(*start) for start in zip(starts, stops, strict=True))
    one = replace(article("ship"), text=TEXT)
    stored = StoredPassage(1, one, Passage(Span(0, len(TEXT)), sentences))
    weights = {"ship": 2.0, "saved": 1.5}
    found = best_sentences(stored, weights, lambda text: text.lower().replace(".", "").split())
    assert found == "A ship sank off Oslo. Nine were saved."


def test_they_are_measured_beside_the_answers(tmp_path: Path) -> None:
    folder = write_questions(tmp_path / "made-up", QUESTIONS)
    with open_news(tmp_path, NEWS) as news:
        assert news.evaluate(folder).baselines == ()
        measured = news.evaluate(folder, baselines=True).baselines
    assert [way.name for way in measured] == ["dense alone", "BM25 alone", "reciprocal rank fusion"]
    assert all(way.quotes_at[3] == 0.8 for way in measured)


def test_each_way_quotes_a_passage_that_holds_the_words(tmp_path: Path) -> None:
    open_news(tmp_path, NEWS).close()
    options, embedder = IndexOptions(tmp_path / "data"), HashingEmbedder()
    search = LocalIndex(tmp_path / "data" / "index", embedder.dimension)
    with stored(tmp_path) as store:
        engine = AnswerEngine(
            options, store, search, embedder, Faults(), Editions(store.database, options.clock)
        )
        plain = plain_quotes(engine, Question("What did the council of Corby buy?", as_of=NOW))
    assert list(plain) == ["dense alone", "BM25 alone", "reciprocal rank fusion"]
    assert all("9 libraries" in texts[0] for texts in plain.values())
