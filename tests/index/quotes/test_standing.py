"""What becomes of a quote when its article is changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quotes.standing import Standing, quote_state
from index.text.sentences import split_sentences
from index.text.spans import Span
from tests.fakes import story

QUOTE = "The storm killed 12 people in Rotterdam on Monday, the mayor said."
BEFORE = f"{story('a', 4)} {QUOTE} {story('b', 4)}"
START = BEFORE.index(QUOTE)


def state(current: str, quoted: str = QUOTE) -> Standing:
    found = quote_state(quoted, START, current)
    assert found.span is None or current[slice(*found.span)] == found.text
    return found


def test_it_stands_where_it_stood() -> None:
    assert state(BEFORE) == Standing("stands", Span(START, START + len(QUOTE)), QUOTE)


def test_it_stands_when_only_paragraphs_were_set_anew() -> None:
    set_anew = BEFORE.replace("people in", "people\nin").replace(". ", ".\n\n")
    assert state(set_anew).state == "stands"
    assert state(f"A new first sentence. {BEFORE}").state == "stands"


def test_of_several_places_the_nearest_counts() -> None:
    current = f"{QUOTE} {BEFORE}"
    assert state(current).span == Span(START + len(QUOTE) + 1, START + 2 * len(QUOTE) + 1)


@pytest.mark.parametrize(
    "now",
    [
        "The storm killed 15 people in Rotterdam on Monday, the mayor said.",
        "The storm killed 12 people in Rotterdam on Monday and injured 40, the mayor said.",
        "The storm killed 12 people in Rotterdam.",
        "The storm killed 120 people in Rotterdam on Monday, the mayor said.",
    ],
)
def test_it_was_changed(now: str) -> None:
    current = BEFORE.replace(QUOTE, now)
    found = state(current)
    assert (found.state, found.text) == ("changed", now)


def test_several_sentences_may_have_become_fewer_or_more() -> None:
    two = f"{QUOTE} Nobody knows yet how many are missing in the harbour."
    assert state(BEFORE, two).text == QUOTE
    more = f"{QUOTE} Nobody knows how many are missing in the harbour. Ships are looking for them."
    assert state(f"{story('a', 4)} {more} {story('b', 4)}", two).state == "changed"


@pytest.mark.parametrize(
    "current", ["", "…", story("b", 8), "Storms are common in Rotterdam. The mayor resigned."]
)
def test_it_was_withdrawn(current: str) -> None:
    assert state(current) == Standing("withdrawn")


def test_a_part_of_a_word_is_not_the_quote() -> None:
    assert state("The harbour opens at 10. He paid 1000 euros.", "He paid 100").state != "stands"


@given(st.text(), st.integers(0, 99), st.text())
def test_any_text(quoted: str, start: int, current: str) -> None:
    found = quote_state(quoted, start, current)
    assert (found.span is None) == (found.state == "withdrawn")
    assert found.span is None or current[slice(*found.span)] == found.text


@given(st.lists(st.sampled_from("The port opened. | He left! |Nobody knows why.\n\n|More: a\n".split("|"))))
def test_every_sentence_of_a_text_stands_in_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    for start, end in split_sentences(text):
        assert quote_state(text[start:end], start, text) == Standing(
            "stands", Span(start, end), text[start:end]
        )


def test_a_new_wording_of_words_without_end_takes_no_time() -> None:
    """Comparing one posted quote with it took minutes."""
    began = time.process_time()
    quote_state("a " * 170 + "c.", 0, ("a b " * 450 + "d. ") * 20)
    assert time.process_time() - began < 3
