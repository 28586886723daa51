"""In which language a text is taken to be."""

import pytest

from index.languages.detect import article_language, question_language, written_in

TEXTS = {
    "en": "The parliament voted on Tuesday for the new budget. It was the third attempt of the government.",
    "de": "Der Bundestag hat am Dienstag für den Haushalt gestimmt. Es war der dritte Versuch der Koalition.",
    "fr": "Le Parlement a voté mardi le nouveau budget. C'était la troisième tentative du gouvernement.",
    "es": "El Parlamento votó el martes el nuevo presupuesto. Fue el tercer intento del Gobierno.",
    "it": "Il Parlamento ha votato martedì la nuova legge di bilancio. Era il terzo tentativo del governo.",
    "pt": "O Parlamento votou na terça-feira o novo orçamento. Foi a terceira tentativa do governo.",
    "nl": "Het parlement heeft dinsdag voor de begroting gestemd. Het was de derde poging van de regering.",
    "ja": "国会は火曜日に新しい予算案を可決した。政府にとって三度目の試みだった。",
    "zh": "议会周二通过了新的预算案。这是政府的第三次尝试。",
    "ko": "국회는 화요일에 새 예산안을 통과시켰다. 정부의 세 번째 시도였다.",
    "ru": "Парламент во вторник проголосовал за новый бюджет. Это была третья попытка правительства.",
    "ar": "صوت البرلمان يوم الثلاثاء على الميزانية الجديدة. كانت هذه هي المحاولة الثالثة للحكومة.",
    "th": "รัฐสภาลงมติผ่านงบประมาณใหม่เมื่อวันอังคาร นับเป็นความพยายามครั้งที่สามของรัฐบาล",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_without_a_declared_language(language: str) -> None:
    assert article_language("", TEXTS[language], None) == language


@pytest.mark.parametrize("language", TEXTS)
def test_a_tag_that_is_right_stays_as_it_was_declared(language: str) -> None:
    assert article_language("", TEXTS[language], f"{language}_XX") == f"{language}-xx"


@pytest.mark.parametrize("language", TEXTS)
def test_a_declared_language_that_is_wrong_is_overruled_where_the_text_is_long_enough(language: str) -> None:
    wrong = "en" if language != "en" else "de"
    assert article_language("", TEXTS[language] * 4, wrong) == language


def test_a_few_words_do_not_overrule() -> None:
    assert article_language("", "Guten Tag allerseits.", "en") == "en"


@pytest.mark.parametrize("text", ["", "42", "Ok.", "1,234 – 5,678", "🎉"])
def test_nothing_is_guessed_of_almost_nothing(text: str) -> None:
    assert article_language("", text, None) is None


@pytest.mark.parametrize(
    "declared", ["German", "deutsch, glaube ich", "this is no tag", "x-klingon", "1en", "-"]
)
def test_what_is_declared_and_is_no_tag_is_not_believed(declared: str) -> None:
    assert article_language("", TEXTS["de"], declared) == "de"


def test_related_languages_do_not_overrule_each_other() -> None:
    danish = "Folketinget stemte tirsdag for det nye budget, som regeringen har arbejdet på hele året. " * 4
    assert article_language("", danish, "no") == "no"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who won the election in Canada?", "en"),
        ("Wer hat die Wahl in Kanada gewonnen?", "de"),
        ("Qui a remporté l'élection au Canada ?", "fr"),
        ("¿Quién ganó las elecciones en Canadá?", "es"),
        ("カナダの選挙で誰が勝ちましたか？", "ja"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert question_language(question, ["de", "en", "es", "fr", "ja"]) == language


def test_a_question_is_in_english_where_nothing_else_is_read() -> None:
    assert question_language("Merz Kanzler", []) == "en"


@pytest.mark.parametrize("language", TEXTS)
def test_what_is_plainly_in_a_language_is_known_whatever_the_library_holds(language: str) -> None:
    assert written_in(TEXTS[language]) == language
    assert question_language(TEXTS[language], ["en"]) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Chi ha vinto le elezioni in Canada?", "it"),
        ("Quem ganhou as eleições no Canadá?", "pt"),
        ("Wie heeft de verkiezingen in Canada gewonnen?", "nl"),
        ("Кто выиграл выборы?", "ru"),
        ("Хто виграв вибори в Києві?", "uk"),
        ("מי ניצח בבחירות?", "he"),
        ("Ποιος κέρδισε τις εκλογές;", "el"),
        ("चुनाव किसने जीता?", "hi"),
        ("What did Zelensky (Зеленський) say about it?", "en"),
        ("What does 関税 mean, and who pays it?", "en"),
    ],
)
def test_the_language_of_a_short_question_by_its_script_or_words(question: str, language: str) -> None:
    assert written_in(question) == question_language(question, ["en"]) == language


@pytest.mark.parametrize("text", ["", "Merz Kanzler", "42?", "Rotterdam in 2025", "🎉", "iPhone 17 Pro"])
def test_what_is_not_clear_is_not_guessed(text: str) -> None:
    assert written_in(text) is None
