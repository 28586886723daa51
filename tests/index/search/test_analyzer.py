"""The terms of languages, in one index."""

import pytest

from index.search.analyzer import Analyzer

ANALYZER = Analyzer()


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "elections", "election"),
        ("de", "Wahlen", "Wahl"),
        ("de", "Großbritannien", "Grossbritannien"),
        ("fr", "élections", "election"),
        ("es", "elección", "elecciones"),
        ("ru", "выборы", "выборов"),
        ("it", "Málaga", "MALAGA"),
        ("ja", "ﾊﾞｽ", "バス"),
        ("zh", "２０２５年", "2025年"),
    ],
)
def test_two_forms_of_a_word_are_one_term(language: str, one: str, other: str) -> None:
    assert ANALYZER.terms(one, language) == ANALYZER.terms(other, language)


@pytest.mark.parametrize(
    ("language", "question", "terms"),
    [
        ("en", "Who won the elections?", ["won", "elect"]),
        ("de", "Wer hat die Wahlen gewonnen?", ["wahl", "gewonn"]),
        ("fr", "Qui a remporté les élections ?", ["remport", "elect"]),
        ("es", "¿Quién ganó las elecciones?", ["gan", "eleccion"]),
        ("xx", "Kio okazis?", ["kio", "okazis"]),
        (None, "Who is this?", ["who", "is", "this"]),
    ],
)
def test_the_words_of_a_question(language: str | None, question: str, terms: list[str]) -> None:
    assert ANALYZER.question_terms(question, language) == terms


def test_what_other_languages_make_of_the_words_of_a_question() -> None:
    found = ANALYZER.variants("Was geschah in Paris?", "de", ["en", "fr"])
    assert found == {"pari": "paris"}  # English stems it so; French leaves it


def test_question_words_have_no_other_form() -> None:
    assert ANALYZER.variants("Wer war wo?", "fr", ["en"]).keys().isdisjoint({"wer", "war"})
