"""Checking what somebody says was written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quotes.check import check_quote
from tests.fakes import article, story

TEXT = (
    "The mayor said: “We will not close the school.” The council’s vote follows on Friday, after the debate."
)
ARTICLES = [article("other"), article("school", TEXT)]


@pytest.mark.parametrize(
    "claimed",
    [
        "We will not close the school",
        '"we will NOT close\nthe school."',
        "The council's vote follows on Friday - after the debate",
    ],
)
def test_a_quote_is_found_however_it_is_typed(claimed: str) -> None:
    check = check_quote(claimed, ARTICLES)
    assert check.kind == "exact"
    assert check.quote is not None
    assert check.quote.article.title == "Headline about school"
    assert check.quote.text.split()[-1] in claimed or check.quote.text in TEXT


def test_a_changed_quote_is_a_near_match() -> None:
    check = check_quote("We will now close the school. The council's vote follows on Friday", ARTICLES)
    assert check.kind == "near"
    assert check.quote is not None
    assert "We will not close the school" in check.quote.text
    assert 0.7 <= check.likeness < 1


@pytest.mark.parametrize("claimed", ["The moon is made of green cheese, he said", "school", "", "!!!"])
def test_what_nobody_wrote_is_not_in_the_index(claimed: str) -> None:
    check = check_quote(claimed, ARTICLES)
    assert (check.kind, check.quote) == ("none", None)


@given(st.integers(0, 100), st.integers(3, 40))
def test_every_run_of_words_is_found_word_for_word(first: int, length: int) -> None:
    text = story("bridge")
    words = text.split()[first : first + length]
    check = check_quote(" ".join(words), [article("bridge", text)])
    assert (check.kind == "exact") == (len(words) >= 3)


@pytest.mark.parametrize(
    ("claimed", "text"),
    [("a " * 1000, "a b " * 50_000), ("a " * 900 + "c", "a " * 100_000), ("a b " * 500, "a c " * 100_000)],
)
def test_words_that_are_repeated_without_end_take_no_time(claimed: str, text: str) -> None:
    """Every pair of equal words was compared, again and again: these took up to half a minute."""
    began = time.process_time()
    check_quote(claimed, [article("hostile", text)])
    assert time.process_time() - began < 3


def test_a_long_quote_that_repeats_its_articles_is_found_all_the_same() -> None:
    text = " ".join(f"The {name} of the town {name}s the {name} on the hill." for name in map(str, range(60)))
    check = check_quote(text.replace("town", "city"), [article("town", text)])
    assert check.kind == "near"
    assert check.likeness > 0.8
