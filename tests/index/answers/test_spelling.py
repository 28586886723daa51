"""Typing errors: which words are corrected, and to what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import NewsIndex, Question
from index.answers.spelling import MOST_WORDS, edits
from index.types.question import Filters
from tests.fakes import NOW, article, open_news

ARTICLES = [
    article(
        "ferries",
        "The Starlifter ferry began to sail to Zuidhaven. Governor Marchetti opened the terminal. "
        "The tariffs of the ferry are low. Passengers like the ferry, said Marchetti.",
        title="Starlifter ferry sails to Zuidhaven",
    ),
    article(
        "cup",
        "The grand bowl final was held. Adda won the final of the grand bowl.",
        title="Grand bowl final",
    ),
]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    with open_news(tmp_path_factory.mktemp("spelling"), ARTICLES) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("where does the starlfiter sail", "where does the Starlifter sail"),  # swapped
        ("starliftr ferry", "Starlifter ferry"),  # missing
        ("starliffter ferry", "Starlifter ferry"),  # doubled
        ("goverrnor marcheti", "Governor Marchetti"),
        ("the tarrifs", "the tariffs"),
        ("who is ada", None),  # too short
        ("who is adda", None),  # known
        ("grandbowl winner", "grand bowl winner"),
        ("zuidhavn or zuidhafen?", "Zuidhaven or Zuidhaven?"),
        ("wich ferry", None),
        ("volcano", None),
        ("ferry", None),
        ("", None),
    ],
)
def test_a_word_that_no_article_has_is_corrected(news: NewsIndex, typed: str, meant: str | None) -> None:
    assert news._engine.spelling.corrected(typed, Filters()) == meant


def test_words_of_other_editions_are_not_told(news: NewsIndex) -> None:
    assert news._engine.spelling.corrected("starliftr", Filters(origins=frozenset({999}))) is None


def test_only_some_words_are_corrected(news: NewsIndex) -> None:
    typed = " ".join(f"starlift{letter}r" for letter in "abcdfghij")
    corrected = news._engine.spelling.corrected(typed, Filters())
    assert corrected
    assert corrected.split().count("Starlifter") == MOST_WORDS


def test_words_for_a_time_are_no_errors(news: NewsIndex) -> None:
    read = news._engine.read_time("what did starliftr do since Halloween?", NOW)
    assert {"since", "Halloween"} <= {word for words in read.words for word in words.split()}
    asked = "starliftr or goverrnor?"
    assert news._engine.spelling.corrected(asked, Filters(), {"goverrnor"}) == "Starlifter or goverrnor?"
    # No article has "Tuesday", and "Thursday" is like it.
    found = news.ask(Question("What did starliftr do before Thursday?"))
    assert "Thursday" in (found.searched_for or found.question.text)


def test_the_answer_says_what_was_searched_for(news: NewsIndex) -> None:
    found = news.ask(Question("starliftr ferry"))
    assert found.searched_for == "Starlifter ferry"
    assert found.question.text == "starliftr ferry"
    assert news.ask(Question("starlifter ferry")).searched_for is None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("port", "port", 0),
        ("port", "prot", 1),
        ("port", "ports", 1),
        ("port", "part", 1),
        ("port", "parts", 2),
    ],
)
def test_edits(one: str, other: str, differ: int) -> None:
    assert edits(one, other, 2) == differ


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 8))
def test_the_laws_of_edits(one: str, other: str, most: int) -> None:
    found = edits(one, other, most)
    assert found == edits(other, one, most)
    assert (found == 0) == (one == other)
    assert found <= most + 1
    assert found == min(edits(one, other, 9), most + 1)
