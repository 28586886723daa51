"""Names, numbers and dates in passages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.mentions import notable_words, split_words
from index.text.words import is_latin

WORDS = (
    "Kim met 12 troops 11,000 three Moscow in 2024 May 5 $5 million 3.5% hours the on Monday said _ — ² Ⅷ É "
    "ß 李 नि"
).split()
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), st.text(max_size=100))


def terms(text: str) -> list[str]:
    """Return what an index might make of a text; like the real one it leaves out very long words."""
    return [word.lower().removesuffix("s") for word in re.findall(r"[^\W_]+", text) if len(word) <= 60]


def kinds_of(text: str) -> dict[str, str]:
    words = split_words(text, terms)
    notable = notable_words(text, words)
    return {words.written[word]: kind for word, kind in zip(*notable, strict=True)}


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("it cost $5 million", "5", "amount"),
        ("it cost €1,250 more", "250", "amount"),
        ("it cost £ 30 more", "30", "amount"),
        ("prices rose 3.5% at once", "3", "amount"),
        ("prices rose 3.5% at once", "5", "amount"),
        ("prices rose 12 percent", "12", "amount"),
        ("about 40 million dollars", "40", "amount"),
        ("a 50-euro note", "50", "amount"),
        ("it took 40 seconds", "40", "duration"),
        ("a three-year plan", "three", "duration"),
        ("for 2.5 hours", "2", "duration"),
        ("in 2024 it rained", "2024", "date"),
        ("on 5 November it rained", "5", "date"),
        ("on November 5 it rained", "5", "date"),
        ("on the 3rd of May", "3rd", "date"),
        ("on 7 May 2025", "7", "date"),
        ("it rained on Sept. 9", "9", "date"),
        ("on Monday", "Monday", "date"),
        ("about 11,000 troops", "11", "number"),
        ("a dozen ships", "dozen", "number"),
        ("12 Marines came", "12", "number"),
        ("some 30 decoys and 9 separate trucks", "30", "number"),
        ("some 30 decoys and 9 separate trucks", "9", "number"),
        ("of them 12 may come", "12", "number"),
        ("a met Kim", "Kim", "name"),
        ("in München", "München", "name"),
    ],
)
def test_the_kind_of_a_mention(text: str, word: str, kind: str) -> None:
    assert kinds_of(text).get(word) == kind


@pytest.mark.parametrize("text", ["nothing is here", "a I x", "", "_ — …"])
def test_what_is_no_mention(text: str) -> None:
    assert kinds_of(text) == {}


@given(TEXTS)
def test_the_laws_of_words(text: str) -> None:
    words = split_words(text, terms)
    notable = notable_words(text, words)
    assert len(words.starts) == len(words.written) == len(words.stems)
    for start, written in zip(words.starts, words.written, strict=True):
        # Letters that are not Latin come in the one form in which they are compared.
        assert not is_latin(text) or text[start : start + len(written)] == written
    assert notable.words == sorted(set(notable.words))
    assert len(notable.words) == len(notable.kinds)


@given(TEXTS, st.integers(0, 120), st.integers(0, 120))
def test_between_are_the_words_that_begin_there(text: str, start: int, end: int) -> None:
    words = split_words(text, terms)
    place = words.between(start, end)
    assert [*words.starts[place]] == [begin for begin in words.starts if start <= begin < end]


def test_a_word_that_the_index_leaves_out_moves_no_other() -> None:
    long = "X" * 61
    text = f"then {long} met Kim"
    words = split_words(text, terms)
    assert words.written == ["then", long, "met", "Kim"]
    assert words.stems == ["then", "", "met", "kim"]
    assert notable_words(text, words).words == [1, 3]
