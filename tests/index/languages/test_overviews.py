"""Questions for news of all kinds, in the languages that have a table of words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.languages.questions import read_time, wanted

AS_OF = datetime(2025, 4, 29, 20, tzinfo=UTC)
OVERVIEWS = {
    "de": (
        "Was ist heute passiert?|Was gibt es Neues?|Was gibt’s Neues?|Gibt es Neuigkeiten?|Schlagzeilen"
        "|Was war diese Woche los?|Die wichtigsten Nachrichten von heute|Nachrichten der letzten Woche"
        "|was habe ich verpasst"
    ),
    "fr": (
        "Que s'est-il passé aujourd'hui ?|Qu’est-ce qui s’est passé hier ?|Quoi de neuf ?|Qu'ai-je manqué ?"
        "|Quelles sont les nouvelles ?|Les principales actualités de la semaine dernière"
    ),
    "es": (
        "¿Qué pasó hoy?|¿Qué ha pasado esta semana?|¿Qué hay de nuevo?|Las principales noticias de ayer"
        "|¿Cuáles son las noticias de hoy?"
    ),
    "ja": (
        "今日のニュースは？|今日は何がありましたか？|昨日何が起きましたか|最新のニュースを教えてください"
        "|今週の主なニュースは何ですか？|今日の出来事"
    ),
}
FACTS = {
    "de": "Was ist in Paris passiert?|Was ist mit Merz passiert?|Wer liest die Nachrichten?",
    "fr": "Que s'est-il passé à Lyon hier ?|Qui a lu les nouvelles ?",
    "es": "¿Qué pasó en Valencia?|¿Quién lee las noticias?",
    "ja": "パリで何がありましたか？|ニュースは誰が読みますか？",
}


def kind(question: str, language: str) -> str:
    period = read_time(question, language, AS_OF, UTC).period
    return wanted(question, language, period.phrase if period and period.limits else "").kind


@pytest.mark.parametrize("language", OVERVIEWS)
def test_a_question_for_news_of_all_kinds_is_known_in_each_language(language: str) -> None:
    asked = OVERVIEWS[language].split("|")
    assert {question: kind(question, language) for question in asked} == dict.fromkeys(asked, "overview")


@pytest.mark.parametrize("language", FACTS)
def test_a_question_about_one_thing_is_none(language: str) -> None:
    asked = FACTS[language].split("|")
    assert {question: kind(question, language) for question in asked} == dict.fromkeys(asked, "fact")
