"""What a question in one language shares with news in another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index import NewsIndex, Question
from tests.fakes import ShippedName, article, open_news


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    """English news only."""
    stories = [
        article("valencia", "Floods in Valencia have killed 158 people. Mud covered the roads of Paiporta."),
        article("leeds", "Leeds became the hub of the northern railways. Trains leave the hub at all hours."),
        article("canada", "The Liberals of Mark Carney won the elections in Canada. He formed a government."),
        article("osaka", "The world fair in Osaka opened on Sunday. It lasts for 184 days, until October."),
    ]
    with open_news(tmp_path_factory.mktemp("wording"), stories, embedder=ShippedName()) as opened:
        yield opened


def test_a_stem_that_is_another_word_in_the_news_is_not_searched_for(news: NewsIndex) -> None:
    """Spanish "hubo" (there were) is stemmed "hub": railways were quoted for the dead of a flood."""
    words = news._engine.wording("¿Cuántos muertos hubo en Valencia?")
    assert words.language == "es"
    assert "hub" in words.terms
    assert "hub" not in words.searched
    assert words.weights(news._engine._index).keys() == {"valenci"}
    answer = news.ask(Question("¿Cuántos muertos hubo en Valencia?"))
    assert answer.answered
    assert "Valencia" in answer.quotes[0].text


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Quand a commencé l'Exposition universelle d'Osaka ?", True),
        ("¿Cuánto dura la Exposición de Osaka?", True),
        ("Osaka の万博はいつまでですか？", True),
        ("Wer ist Mark Carney?", True),
        ("Qui a gagné les élections aux États-Unis ?", False),
        ("Wer gewann die Wahl in Peru?", False),
        ("大阪の万博はいつまでですか？", False),
    ],
)
def test_names_lead_to_news_in_another_language_and_one_common_word_does_not(
    news: NewsIndex, question: str, answered: bool
) -> None:
    answer = news.ask(Question(question))
    assert answer.answered == answered
    assert answered or (answer.coverage and answer.coverage.languages == ("en",))


def test_an_answer_by_words_is_explained(news: NewsIndex) -> None:
    answer = news.ask(Question("Wer ist Mark Carney?", explain=True))
    assert answer.explanation
    (figure,) = answer.explanation.evidence
    assert figure.weight * figure.value + answer.explanation.intercept > 0


@pytest.mark.parametrize("language", ["German", "no such language", "e", "engl"])
def test_what_is_no_code_of_a_language_is_refused(news: NewsIndex, language: str) -> None:
    with pytest.raises(Exception, match="is no code of a language"):
        news.ask(Question("Osaka?", language=language))
