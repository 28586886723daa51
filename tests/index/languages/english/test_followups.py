"""Questions in the context of the question before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import in_context

BEFORE = "What did Ukraine say about the drone attack on the Engels airbase?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("and what did Russia say?", "what did Russia say drone attack Engels airbase?"),
        ("What about Russia?", "What about Russia drone attack Engels airbase?"),
        ("why?", "why Ukraine drone attack Engels airbase?"),
        ("When did they say it?", "When did they say it Ukraine drone attack Engels airbase?"),
        ("Who won the Champions League final?", "Who won the Champions League final?"),
        (
            "and who won the Champions League final in Munich?",
            "and who won the Champions League final in Munich?",
        ),
    ],
)
def test_what_is_left_out_comes_from_the_question_before(question: str, expected: str) -> None:
    assert in_context(question, BEFORE) == expected


@given(st.text(min_size=1), st.text())
def test_any_two_texts_make_a_question(question: str, before: str) -> None:
    assert in_context(question, before)
    # Each word of the question before stands by itself, also where that writes them without spaces.
    assert len(in_context(question, before)) <= len(question) + 2 * len(before) + 2
