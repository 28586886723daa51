"""What a message to the bot means: a table of messages, and laws for all others."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.conversation import Meaning, Said, Target, completed, leans, understand
from tests.bot.text.messages import TABLES, lines


def test_every_message_of_the_table_is_understood() -> None:
    """The figure is printed: `pytest -s`."""
    wrong, total, meanings = [], 0, set()
    for situation, (said, table) in TABLES.items():
        for words, meaning in lines(table):
            found = understand(replace(said, words=words)).meaning
            total += 1
            meanings.add(meaning)
            if found is not meaning:
                wrong.append(f"{situation}: {words!r} is {meaning}, not {found}")
    print(f"\n{total - len(wrong)} of {total} messages understood: {1 - len(wrong) / total:.1%}")  # noqa: T201
    assert not wrong, "\n".join(wrong)
    assert total >= 150
    assert meanings == set(Meaning)


@pytest.mark.parametrize(
    ("words", "searched"),
    [
        ("Hi, who won the election?", "who won the election?"),
        ("Guten Morgen! Wer hat gewonnen?", "Wer hat gewonnen?"),
        ("fact check: the bridge was closed", "the bridge was closed"),
        ("Who is  the\npresident?", "Who is the president?"),
        ("Hey Jude is number one again?", "Hey Jude is number one again?"),
    ],
)
def test_a_question_is_searched_without_its_greeting(words: str, searched: str) -> None:
    assert understand(Said(words)).words == searched


@given(st.text(max_size=200), st.booleans(), st.sampled_from(list(Target)), st.booleans())
def test_any_message_has_one_meaning(words: str, named: bool, target: Target, goes_on: bool) -> None:
    found = understand(Said(words, named, target, goes_on))
    asks = found.meaning in (Meaning.ANSWER, Meaning.CONTINUE)
    assert bool(found.words) == asks
    if not any(char.isalnum() for char in words):
        assert not asks


@pytest.mark.parametrize("word", ["thanks a lot ", "ok ", "ですか", "no way ", "hi, ", "what about "])
def test_a_long_message_takes_no_longer_than_its_length(word: str) -> None:
    """Two thousand characters, Discord's limit, of phrases that can be divided in many ways."""
    message = Said((word * 2000)[:1990] + " x", target=Target.ANSWER)
    began = time.process_time()
    understand(message)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("words", "before", "searched"),
    [
        ("and who lost?", "Who won the German election?", "who lost won German election?"),
        ("und wer verlor?", "Wer hat die Wahl in Ungarn gewonnen?", "wer verlor Wahl Ungarn gewonnen?"),
        ("et en Italie ?", "Qui a gagné les élections en France ?", "en Italie gagné élections France?"),
        ("¿y quién perdió?", "¿Quién ganó la elección en Chile?", "quién perdió ganó elección Chile?"),
        ("Wer ist der Präsident von Südkorea seit dem Sommer?", "Wer hat gewonnen?", None),
    ],
)
def test_a_follow_up_gets_the_words_it_leaves_out(words: str, before: str, searched: str | None) -> None:
    assert completed(words, before) == (searched or words)


def test_a_long_question_stands_by_itself() -> None:
    assert leans("and when did they say so?")
    assert not leans("And how many people died in the floods of Valencia in 2024?")
