"""Whatever is asked: quotes, or an honest no, and never an error; and what a question says about time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from index import NewsIndex, Question
from tests.fakes import NOW, article, open_news

TROOPS = article(
    "troops",
    "About 11,000 North Korean troops were sent to Russia in 2024. They were deployed to fight in Kursk.",
    title="North Korean troops in Russia",
    published_at=NOW - timedelta(days=2),
)
PORT = article(
    "port",
    "The port of Rotterdam opened shore power for container ships. Two quays supply them with electricity.",
    title="Rotterdam opens shore power",
    source="Sample Herald",
    published_at=NOW - timedelta(days=9),
)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsIndex]:
    with open_news(tmp_path_factory.mktemp("questions"), [TROOPS, PORT], threshold=0.0) as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "troops",
        "a",
        "?!7",
        "the of and",
        "troops " * 285,
        "x" * 2000,
        "Combien de soldats nord-coréens ont été envoyés en Russie ?",
        "北朝鮮の兵士は何人ロシアに送られたか",
        "כמה חיילים נשלחו לרוסיה?",
        "How many Nroth Koraen troosp were setn to Rusia?",
        "What happened on 3 May 2025 and on 9 June 2025?",
        "Who won between 9 May and 3 May, or on 31 February?",
        "Who will win on 5 November 2040?",
        "What happens tomorrow or in Q3 2031?",
        "zzyzx quark entanglement",
        'title:(troops" AND -~* [x TO y]^',
        "\ud800 \x00 troops \u202e",
        "🙂 troops",
    ],
)
def test_any_question_gets_an_answer(news: NewsIndex, text: str) -> None:
    answer = news.ask(Question(text, explain=True))
    assert 0 <= answer.confidence <= 1
    assert answer.explanation
    for quote in answer.quotes:
        assert quote.text in quote.article.text
        assert all(quote.text[start:end].strip() for start, end in quote.answer_spans)


def test_a_typo_does_not_hide_the_answer(news: NewsIndex) -> None:
    answer = news.ask(Question("How many Koraen troops were setn to Rusia?"))
    assert answer.quotes[0].article == TROOPS


def test_without_the_reader_no_words_are_marked(news: NewsIndex) -> None:
    answer = news.ask(Question("How many North Korean troops were sent to Russia?"))
    assert answer.answered
    assert answer.words is None
    assert all(quote.answer_spans == () for quote in answer.quotes)


def test_closest_reports_are_never_marked(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_news(tmp_path_factory.mktemp("no"), [TROOPS], threshold=1.0) as news:
        answer = news.ask(Question("How many North Korean troops were sent to Russia?"))
    assert not answer.answered
    assert all(quote.answer_spans == () for quote in answer.quotes)


def test_the_limits_that_a_person_sets_overrule_those_in_the_question(news: NewsIndex) -> None:
    understood = news.ask(Question("What happened in Rotterdam yesterday?"))
    assert understood.since == datetime(2025, 6, 9, tzinfo=UTC)
    since = NOW - timedelta(days=20)
    overruled = news.ask(Question("What happened in Rotterdam yesterday?", since=since))
    assert (overruled.since, overruled.until) == (since, None)
    assert overruled.quotes[0].article == PORT


def test_days_are_those_of_the_zone_that_is_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("zone")
    with open_news(folder, [TROOPS], timezone="Pacific/Kiritimati") as news:  # 14 hours ahead of UTC
        answer = news.ask(Question("What happened today?"))
    assert answer.since == datetime(2025, 6, 10, 10, tzinfo=UTC)


def test_a_threshold_that_belongs_to_another_model_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("caveat")
    question = Question("How many troops?", explain=True)
    with open_news(folder, [TROOPS]) as news:
        caveat = news.status().caveat
        explained = news.ask(question).explanation
    assert caveat
    assert "not for hashing-0: 'newsbot evaluate FOLDER' suggests one for NEWS_THRESHOLD" in caveat
    assert explained
    assert explained.why.endswith(caveat)
    with open_news(folder, threshold=0.4) as news:
        assert news.status().caveat is None
