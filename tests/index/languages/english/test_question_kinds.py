"""What a question wants: an overview, news on a topic, or a fact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages.english.periods import period
from index.languages.english.question_kinds import Wanted, wanted
from tests.fakes import NOW


def _wanted(question: str) -> Wanted:
    """Return what a question wants, as it is asked: with its words for a time left out."""
    named = period(question, NOW)
    return wanted(question, named.phrase if named and named.limits else "")


@pytest.mark.parametrize(
    "question",
    [
        "What happened today?",
        "what happened",
        "what has happened since monday",
        "What did I miss this week?",
        "whats new",
        "What’s up?",
        "news",
        "Latest news, please",
        "any news today?",
        "today's headlines",
        "Today’s top stories",
        "top stories of the week",
        "yesterday's news",
        "give me a quick summary of this week's news",
        "Can you summarize last month?",
        "recap may 2025",
        "catch me up",
        "bring me up to speed",
        "what is going on in the world right now",
        "Anything important happen yesterday?",
        "what should I know?",
        "what was in the news on 3 May",
    ],
)
def test_overviews(question: str) -> None:
    assert _wanted(question) == Wanted("overview")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("any news on the port?", "port"),
        ("News about Rotterdam", "Rotterdam"),
        ("the latest on shore power", "shore power"),
        ("What's the latest from Lisbon?", "Lisbon"),
        ("What is new with the ferry line?", "ferry line"),
        ("rotterdam news", "rotterdam"),
        ("harbour strike latest", "harbour strike"),
        ("Summarize the news about the port this week", "port"),
        ("tell me about the harbour strike", "harbour strike"),
        ("tell me more about the mayor", "mayor"),
        ("what's going on in Lisbon right now", "Lisbon"),
        ("is there any update on the strike?", "strike"),
        ("news this week about ferries", "ferries"),
        ("fill me in on the budget", "budget"),
        ("Did anything happen in Lisbon?", "Lisbon"),
    ],
)
def test_topics(question: str, topic: str) -> None:
    assert _wanted(question) == Wanted("topic", topic)


@pytest.mark.parametrize("question", ["port", "rotterdam shore power", "Lisbon ferry strike", "mayor"])
def test_bare_words_are_a_topic(question: str) -> None:
    assert _wanted(question) == Wanted("bare topic", question)


@pytest.mark.parametrize(
    "question",
    [
        "Who won?",
        "who won",
        "did the mayor resign",
        "why is the port closed",
        "hwo many ships use it",
        "What is the latest price of oil?",
        "What is the name of the newest ferry?",
        "What happened to the ferry?",
        "What happened in parliament yesterday?",
        "which newspaper published the news first",
        "tell me about who won",
        "the mayor of rotterdam opened two quays for ships",
        "Ferries?",
        "is it true that the port closed",
        "compare the ports of Lisbon and Rotterdam",
    ],
)
def test_facts(question: str) -> None:
    assert _wanted(question).kind == "fact"


WORDS = (
    "what's new news on the latest happened today tell me about port this week any , ? and recap of".split()
)


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=60))
def test_the_laws_of_kinds(question: str) -> None:
    found = _wanted(question)
    assert found == _wanted(question)
    assert bool(found.topic) == (found.kind in ("topic", "bare topic"))
    assert found.topic in " ".join(question.split()) or period(question, NOW)
