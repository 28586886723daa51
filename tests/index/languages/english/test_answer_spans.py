"""Which words of a quote are marked as the answer: those that are certain, and no others."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.answer_forms import finder_for
from index.languages.english.answer_spans import answer_spans
from index.languages.english.places import COUNTRIES, US_STATES

STOP_WORDS = frozenset("a did for how in is many much of old the to was were what when which who".split())


def terms(text: str) -> list[str]:
    """Split as the index does; a plural's s is all that is stemmed."""
    return [word.lower().rstrip("s") or word.lower() for word in re.findall(r"[^\W_]+", text)]


def marked(question: str, *quotes: str) -> list[list[str]]:
    """Return the words marked in each quote."""
    weights = {term: 1.0 for term in terms(question) if term not in STOP_WORDS}
    spans = answer_spans(finder_for(question), quotes, weights, terms)
    return [[text[start:end] for start, end in marked] for text, marked in zip(quotes, spans, strict=True)]


@pytest.mark.parametrize(
    ("question", "quote", "answer"),
    [
        (
            "How many North Korean troops were sent to Russia?",
            "About 11,000 North Korean troops were sent to Russia in 2024.",
            "11,000",
        ),
        ("How many moons does Jupiter have?", "Jupiter now has ninety-two moons, a record.", "ninety-two"),
        ("After how many rounds was he elected?", "He was elected after a marathon 15 rounds.", "15"),
        ("How much did the bridge cost?", "The bridge cost $1.2 billion, twice the plan.", "$1.2 billion"),
        ("What percentage of voters agreed?", "Of the voters 61.5% agreed.", "61.5%"),
        ("How old was the painter?", "The painter was a 91-year-old from Lyon.", "91"),
        ("How long did the strike last?", "The strike did last three weeks in all.", "three weeks"),
        ("When did the bridge open?", "The bridge did open on 5 March 2024, said the mayor.", "5 March 2024"),
        ("In which year did it open?", "It did open in 1999.", "1999"),
        ("In which month does the pact expire?", "The pact will expire in May, officials said.", "May"),
        ("Which country left the pact?", "Niger left the pact on Monday.", "Niger"),
        ("Which US state’s governor resigned?", "The governor of New Mexico resigned.", "New Mexico"),
        ("Who won the Nobel prize?", "Author Han Kang won the Nobel prize.", "Author Han Kang"),
        ("Which Fox News host left?", "Tucker Carlson's show ended, the host left.", "Tucker Carlson"),
        ("Which film won most awards?", "“Anora” won most awards.", "Anora"),
        ("What is the ship called?", "They called the ship ‘Pride of Sea’.", "Pride of Sea"),
    ],
)
def test_the_words_that_answer_are_marked(question: str, quote: str, answer: str) -> None:
    assert marked(question, quote) == [[answer]]


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Which company was fined?", "The company Acme Steel was fined."),  # no form of its own
        ("Why did he leave?", "He had to leave in May 2024, for 3 reasons."),
        ("Who won the cup?", "Ann Smith and Bea Jones won the cup."),  # either may be meant
        ("How many seats did they win?", "They did win 12 seats, or 14 seats by another count."),
        ("How many seats did they win in 2021?", "In the 2021 seats were lost."),  # a year counts nothing
        ("Which country did Spain beat?", "In the end Spain beat them all."),  # the question's own
        ("Who did Ann Smith meet?", "Ann Smith did meet no one."),
        ("Who runs the bank?", "The Federal Reserve Board runs the bank."),  # no person
        ("How many troops were sent to Kursk by Pyongyang in autumn?", "Elsewhere 300 soldiers had tea."),
        ("Rotterdam", "Rotterdam has 2 ports."),
    ],
)
def test_what_is_not_certain_stays_plain(question: str, quote: str) -> None:
    assert marked(question, quote) == [[]]


def test_quotes_that_agree_outweigh_another() -> None:
    question = "How many people died in the quake?"
    agreeing = ["In the quake 64 people died.", "The quake, in which 64 people died, was strong."]
    other = "Of the quake of 1990, when so much was lost, it is told that 12 people drowned."
    assert marked(question, *agreeing, other) == [["64"], ["64"], []]
    assert marked(question, agreeing[0], "In the quake 12 people died.") == [[], []]


def test_a_longer_form_of_a_name_is_the_same_name() -> None:
    question = "Who won the race in Oslo?"
    quotes = ["Kari Nordmann won the race in Oslo.", "In Oslo, Kari Anne Nordmann won the race."]
    assert marked(question, *quotes) == [["Kari Nordmann"], ["Kari Anne Nordmann"]]


def test_the_longest_name_of_a_place_is_found() -> None:
    for names in (COUNTRIES, US_STATES):
        kind = "country" if names is COUNTRIES else "state"
        finder = finder_for(f"Which {kind} won?")
        assert finder
        for name in names:
            text = f"It was {name}, they said."
            assert [text[slice(*span)] for span in finder(text, terms)] == [name]


QUESTIONS = st.sampled_from(
    [
        "Who won?",
        "Which country won?",
        "How many points?",
        "How much?",
        "When did it end?",
        "Which film won?",
        "How old is he?",
        "Why?",
    ]
)
PIECES = st.sampled_from(
    'Ann Smith won 12 points 1,200.5 $3 % May 2024, “The Sea” ‘ ’ " Spain New York a . ? film - é 中'.split(
        " "
    )
)


@given(QUESTIONS | st.text(max_size=60), st.lists(st.lists(PIECES, max_size=12).map(" ".join), max_size=3))
def test_the_laws_of_marks(question: str, quotes: list[str]) -> None:
    weights = dict.fromkeys(terms(question), 1.0)
    spans = answer_spans(finder_for(question), quotes, weights, terms)
    assert len(spans) == len(quotes)
    for text, marked in zip(quotes, spans, strict=True):
        assert all(0 <= start < end <= len(text) for start, end in marked)
        assert all(one.end <= other.start for one, other in pairwise(marked))
        for start, end in marked:
            assert text[start:end].strip() == text[start:end]
            assert not set(terms(text[start:end])) & weights.keys()
