"""Whether news is current where current news was asked for."""

from datetime import timedelta

import pytest

from index.languages.english.freshness import FRESH, asks_for_current, stale_since
from tests.fakes import NOW


@pytest.mark.parametrize("question", ["What is the latest on Gaza?", "Who is president now?", "news TODAY?"])
def test_a_question_for_what_is_current_is_recognised(question: str) -> None:
    assert asks_for_current(question)


@pytest.mark.parametrize("question", ["Who knows the answer?", "What was in 2024?", "Who won the nowcast?"])
def test_others_are_not(question: str) -> None:
    assert not asks_for_current(question)


def test_the_newest_report_decides() -> None:
    old, older = NOW - timedelta(days=20), NOW - timedelta(days=40)
    assert stale_since("What is the latest?", [older, old], NOW) == old
    assert stale_since("What is the latest?", [older, old, NOW - FRESH], NOW) is None
    assert stale_since("What is the latest?", [], NOW) is None
    assert stale_since("What happened?", [older, old], NOW) is None
