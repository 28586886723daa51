"""Whether news is current where current news was asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from index import Answer, Question, Quote, Span
from index.english.freshness import FRESH, asks_for_current
from tests.fakes import NOW, article


@pytest.mark.parametrize("question", ["What is the latest on Gaza?", "Who is president now?", "news TODAY?"])
def test_a_question_for_what_is_current_is_recognised(question: str) -> None:
    assert asks_for_current(question)


@pytest.mark.parametrize("question", ["Who knows the answer?", "What was in 2024?", "Who won the nowcast?"])
def test_others_are_not(question: str) -> None:
    assert not asks_for_current(question)


def test_the_newest_quote_decides() -> None:
    old, older = (article(str(days), published_at=NOW - timedelta(days=days)) for days in (20, 40))
    quotes = tuple(Quote(each, Span(0, 10), 1.0) for each in (older, old))
    answer = Answer(Question("What is the latest?"), NOW, None, None, True, 0.9, quotes, 1.0, 2)
    assert answer.stale_since == old.published_at
    fresh = Quote(article("new", published_at=NOW - FRESH), Span(0, 10), 1.0)
    assert replace(answer, quotes=(*quotes, fresh)).stale_since is None
    assert replace(answer, quotes=()).stale_since is None
    assert replace(answer, question=Question("What happened?")).stale_since is None
