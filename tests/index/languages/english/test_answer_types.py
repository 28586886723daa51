"""What kinds of words would answer a question."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.answer_types import Kind, expectation, names

ALL = frozenset(get_args(Kind))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who won the cup?", "name"),
        ("Whose boat sank?", "name"),
        ("Where did it sink?", "name"),
        ("Which country left the pact?", "name"),
        ("What is the name of the ship?", "name"),
        ("How many troops were sent?", "number"),
        ("How far did it fly?", "number"),
        ("What number of seats did they win?", "number"),
        ("How much did the bridge cost?", "amount"),
        ("How big a fine did the company get?", "amount"),
        ("What percentage of voters agreed?", "amount"),
        ("How long did the strike last?", "duration"),
        ("How old was the painter?", "duration"),
        ("When did it open?", "date"),
        ("In which year did it open?", "date"),
        ("On what date did it open?", "date"),
    ],
)
def test_a_question_word_expects_a_kind(question: str, kind: Kind) -> None:
    for asked in (question, question.lower(), question.upper()):
        kinds = expectation(asked).kinds
        assert kind in kinds
        assert kinds < ALL


@pytest.mark.parametrize(
    "text", ["Rotterdam", "What did the minister say?", "¿Quién ganó?", "誰が勝ったか", "Was it howmany?", ""]
)
def test_anything_else_expects_every_kind(text: str) -> None:
    assert expectation(text).kinds == ALL


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Which energy company was fined?", "energy"),
        ("How many troops were sent?", "troops"),
        ("What country's parliament voted?", "parliament"),
        ("Which of them, and what river?", "river"),
        ("What did it cost?", None),
        ("Who won?", None),
        ("", None),
    ],
)
def test_the_noun_that_is_asked_for(question: str, focus: str | None) -> None:
    assert expectation(question).focus == focus


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why did Kim Jong Un meet Putin?", ["Kim", "Jong", "Un", "Putin"]),
        ("Did he leave? Then Kim left.", ["Kim"]),
        ("Who wrote “Dune” (Herbert)?", ["Dune", "Herbert"]),
        ("who won?", []),
        ("", []),
    ],
)
def test_names_are_written_with_a_capital(question: str, expected: list[str]) -> None:
    assert names(question) == expected


@given(st.text(max_size=300))
def test_any_text_expects_something(text: str) -> None:
    found = expectation(text)
    assert found == expectation(text)
    assert found.kinds
    assert found.kinds <= ALL
    assert found.focus is None or found.focus in text.lower()
    assert all(name in text and name[0].isupper() for name in names(text))
