"""How answers are compared with what is accepted, and how figures are made of that."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.evaluation.matching import answers_in, normalise
from index.evaluation.metrics import (
    Example,
    ExampleResult,
    auroc,
    evaluate,
    load_examples,
    rank,
    reliability,
)
from index.text.spans import Span
from index.types.answer import Answer, Quote
from index.types.evaluation import ReliabilityBin
from index.types.question import Question
from index.types.report import Progress
from tests.fakes import NOW, article


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Port of Rotterdam", "port of rotterdam"),
        ("an apple, a pear & the rest", "apple pear rest"),
        ("São Tomé, Citroën", "sao tome citroen"),
        ("$1.5 billion (3.5%)", "$1.5 billion 3.5%"),
        ("It ended. Then 3. came.", "it ended then 3 came"),
        ("U.S. troops", "us troops"),
        ("Kim’s and Kim's", "kims and kim s"),
        ("twenty-one\nships\t sailed", "twenty one ships sailed"),
        ("theatre and anthem", "theatre and anthem"),
        ("１２ ﬁles", "12 files"),
        ("11,000", "11 000"),
        ("東京", ""),
        ("", ""),
    ],
)
def test_texts_are_compared_in_plain_words(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text())
def test_the_laws_of_normalised_text(text: str) -> None:
    plain = normalise(text)
    assert set(plain) <= set(string.ascii_lowercase + string.digits + "$%. ")
    assert plain == " ".join(plain.split())
    assert normalise(f"  {text}\n") == plain


@given(st.text(st.characters(exclude_characters=".", exclude_categories=["Cs"])))
def test_without_points_nothing_is_left_to_normalise(text: str) -> None:
    if "." not in normalise(text):  # an ellipsis is three points
        assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("texts", "accepted", "place"),
    [
        (["Two quays opened.", "About 11,000 troops were sent."], ["11 000"], 2),
        (["About 11,000 troops", "Some 11,000 troops"], ["11 000"], 1),
        (["About 111,000 troops were sent."], ["11 000"], 0),
        (["He is an Englishman."], ["england", "englishman"], 1),
        (["In Oman."], ["man"], 0),
        (["Oman"], ["oman"], 1),
        (["It costs $5."], ["$5"], 1),
        (["It costs $5.50."], ["$5"], 0),
        (["Anything"], [], 0),
        ([], ["anything"], 0),
    ],
)
def test_the_place_of_the_first_answer(texts: list[str], accepted: list[str], place: int) -> None:
    assert rank(texts, accepted) == place


PLAIN = st.text("abc ", min_size=1, max_size=8).map(normalise)


@given(st.lists(PLAIN, max_size=5), st.lists(PLAIN.filter(bool), max_size=3))
def test_a_rank_is_the_first_text_that_holds_the_words(texts: list[str], accepted: list[str]) -> None:
    def holds(text: str) -> bool:
        words = text.split()
        return any(
            words[i : i + len(wanted)] == wanted
            for wanted in (answer.split() for answer in accepted)
            for i in range(len(words))
        )

    places = [place for place, text in enumerate(texts, 1) if holds(text)]
    assert rank(texts, accepted) == (places[0] if places else 0)


SCORES = st.lists(
    st.sampled_from([0.0, 0.25, 0.5, 0.5000001, 1.0]) | st.floats(0, 1), min_size=1, max_size=12
)


@given(SCORES, SCORES)
def test_auroc_counts_the_pairs(positive: list[float], negative: list[float]) -> None:
    pairs = [(above, below) for above in positive for below in negative]
    won = sum(1.0 if above > below else 0.5 if above == below else 0.0 for above, below in pairs)
    assert auroc(positive, negative) == pytest.approx(won / len(pairs))
    assert auroc(positive, negative) + auroc(negative, positive) == pytest.approx(1)


def test_auroc_of_the_best_and_the_worst() -> None:
    assert (auroc([0.9, 0.8], [0.1, 0.2]), auroc([0.1], [0.9]), auroc([0.5], [0.5])) == (1, 0, 0.5)


# -- questions and outcomes ------------------------------------------------------------------------------

RECORDS = [
    {
        "id": "1",
        "question": "Who won?",
        "as_of": NOW.isoformat(),
        "answerable": True,
        "accepted": ["utrecht"],
    },
    {"id": "2", "question": "Who lost?", "as_of": NOW.isoformat(), "answerable": False},
]


def write(folder: Path, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_questions_are_loaded_as_they_were_asked(tmp_path: Path) -> None:
    known, unknown = load_examples(write(tmp_path, RECORDS[0], "", RECORDS[1]))
    assert (known.question.text, known.question.as_of, known.question.id) == ("Who won?", NOW, "1")
    assert (known.answerable, known.accepted) == (True, ("utrecht",))
    assert (unknown.answerable, unknown.accepted) == (False, ())


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        {"question": "Who?"},
        {**RECORDS[0], "as_of": "yesterday"},
        {**RECORDS[0], "as_of": "2025-06-10"},
        {**RECORDS[0], "accepted": 7},
        {**RECORDS[0], "accepted": "utrecht"},
        {**RECORDS[0], "question": "?"},
    ],
)
def test_a_broken_question_is_told(tmp_path: Path, line: object) -> None:
    with pytest.raises(UsageError):
        load_examples(write(tmp_path, *RECORDS, line))


def test_a_folder_without_questions_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"questions\.jsonl"):
        load_examples(tmp_path)


def test_every_question_is_asked_once_in_order() -> None:
    cup = article("cup", "Utrecht won the cup. Rotterdam lost.")
    asked: list[Question] = []

    def ask(question: Question) -> tuple[Answer, list[str]]:
        asked.append(question)
        quotes = (Quote(cup, Span(21, 36), 2.0), Quote(cup, Span(0, 20), 1.0))
        return Answer(question, NOW, None, None, True, 0.9, quotes, 1.0, 1), [cup.text]

    examples = [
        Example(Question("Who won?"), True, ("utrecht",)),
        Example(Question("Who lost?"), True, ("rotterdam", "port")),
        Example(Question("Who sang?"), False, ()),
    ]
    steps: list[Progress] = []
    outcomes = evaluate(ask, examples, steps.append)
    assert asked == [example.question for example in examples]
    assert [outcome.example for outcome in outcomes] == examples
    assert [outcome.quote_rank for outcome in outcomes] == [2, 1, 0]
    assert [outcome.passage_rank for outcome in outcomes] == [1, 1, 0]
    assert steps == [Progress("questions", done, 3) for done in (1, 2, 3)]


def outcome(confidence: float, answerable: bool) -> ExampleResult:
    question = Question("Who?")
    answer = Answer(question, NOW, None, None, True, confidence, (), 1.0, 1)
    return ExampleResult(Example(question, answerable, ()), answer, 0, 0)


def test_reliability_compares_confidence_with_what_can_be_answered() -> None:
    outcomes = [outcome(1.0, True), outcome(0.05, False), outcome(0.94, True), outcome(0.97, False)]
    assert reliability(outcomes) == (
        ReliabilityBin(0.05, 0.0, 1),
        ReliabilityBin(pytest.approx(0.97), pytest.approx(2 / 3), 3),
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_every_question_is_in_one_bin(asked: list[tuple[float, bool]]) -> None:
    bins = reliability([outcome(*question) for question in asked])
    assert sum(bin.questions for bin in bins) == len(asked)
    assert [bin.confidence for bin in bins] == sorted(bin.confidence for bin in bins)


@given(st.text(max_size=30), st.lists(PLAIN, max_size=3))
def test_where_an_answer_stands_is_where_it_is_found(text: str, accepted: list[str]) -> None:
    answers = [answer for answer in accepted if answer]
    spans = answers_in(text, answers)
    assert bool(spans) == (rank([text], answers) > 0)
    assert spans == sorted(set(spans))
    for start, end in spans:
        assert normalise(text[start:end]) in answers


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("It cost “over $1.5 billion”.", "$1.5 billion", ["$1.5 billion"]),
        ("The U.S. won, the U.S.!", "us", ["U.S", "U.S"]),
        ("São Paulo and Sao  Paulo", "sao paulo", ["São Paulo", "Sao  Paulo"]),
        ("In 2019, 19 of them.", "19", ["19"]),
        ("Nothing.", "", []),
    ],
)
def test_an_answer_is_found_as_it_is_written(text: str, answer: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in answers_in(text, [answer])] == expected
