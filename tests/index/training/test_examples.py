"""What the reader is trained with: questions that do not hold their answers, and labels where these stand."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.evaluation.matching import answers_in, normalise
from index.reader.windows import Window
from index.text.spans import Span
from index.training.cloze import QUESTION_CHARS, as_typed, cloze
from index.training.examples import WINDOWS, Labelled, TrainingExample, label, load_selqa, typed, varied
from index.training.reports import Reports
from tests.fakes import article

SENTENCES = (
    "The mayor, Anna Berg, said in Rotterdam on Monday that the port gets 140 new cranes for $3 million.",
    "Nearly 14% of the members of Harbour Union voted against the plan, which the court had allowed.",
    "ROTTERDAM, Netherlands (Reuters) - Two ships of Blue Star Line collided near Vlissingen late on Friday.",
    "The film “Quiet Harbour” by Jan Visser won a prize in Oslo, which the jury gave for its 12 songs.",
)
SEEDS = st.integers(0, 10_000)


# -- questions made from sentences ----------------------------------------------------------------------


@given(st.sampled_from(SENTENCES), SEEDS)
def test_a_question_never_holds_its_answer(sentence: str, seed: int) -> None:
    made = cloze(sentence, Random(seed))
    if made:
        assert made.answer in sentence
        assert not answers_in(made.question, [normalise(made.answer)])
        assert 0 < len(made.question) <= QUESTION_CHARS
        left = {word.lower().strip("?,.;“”") for word in made.question.split()}
        asked = {word.lower().strip("?,.;“”") for word in sentence.split()}
        assert len(left - asked) <= 4  # the words that ask
    assert made == cloze(sentence, Random(seed))


@given(st.text(max_size=330), SEEDS)
def test_any_text_can_be_asked_about_or_not(text: str, seed: int) -> None:
    made = cloze(text, Random(seed))
    assert made is None or made.answer in text


def test_names_numbers_and_titles_are_asked_for() -> None:
    answers = {
        made.answer
        for sentence in SENTENCES
        for seed in range(150)
        if (made := cloze(sentence, Random(seed)))
    }
    assert {"Anna Berg", "140", "$3 million", "14%", "Harbour Union", "Quiet Harbour", "Oslo"} <= answers
    assert not answers & {"Monday", "The", "Nearly", "Reuters"}


def test_the_question_word_fits_what_is_asked_for() -> None:
    asked = [made for seed in range(300) if (made := cloze(SENTENCES[0], Random(seed)))]
    money = [made.question.lower() for made in asked if made.answer == "$3 million"]
    people = [made.question.lower() for made in asked if made.answer == "Anna Berg"]
    assert money
    assert all("how m" in question or "what sum" in question for question in money)
    assert people
    assert any("who" in question for question in people)


@pytest.mark.parametrize(
    "text", ["", "Too short.", "x" * 400, "nothing in here is a name or a number at all, it is said"]
)
def test_of_some_sentences_nothing_is_asked(text: str) -> None:
    assert all(cloze(text, Random(seed)) is None for seed in range(20))


def test_people_type_less() -> None:
    question = "Who opened the harbour in Rotterdam this week?"
    versions = {as_typed(question, Random(seed)) for seed in range(30)}
    assert "who opened the harbour in rotterdam this week" in versions
    assert any(len(version) < 30 for version in versions)
    assert all("?" not in version and "harbour" in version for version in versions)


# -- other reports --------------------------------------------------------------------------------------

EVENT = (
    "The harbour of Rotterdam gets 140 new cranes, the mayor said to reporters on the quay. "
    "She had waited for the cranes of the harbour for years, it was said in the city council."
)


def events(days_later: int = 0) -> Reports:
    first = article("first", EVENT)
    other = article(
        "other",
        "Rain fell in the harbour while the mayor spoke to reporters. "
        "In all 140 new ones were seen on the quay. "
        "It was cold on the quay, and the reporters waited for the mayor near the harbour and its cranes. "
        "There was soup for the reporters who waited on the quay with the mayor until the evening came. "
        "Nobody knew when the next cranes would reach the harbour, as the mayor of Rotterdam told them. "
        "The council meets again in a week to hear of the harbour, the quay and the cranes of the city.",
        published_at=first.published_at + timedelta(days=days_later),
    )
    quiet = [
        article(
            f"quiet {n}",
            f"It was quiet in the harbour on day {n}, wrote reporters who saw the mayor and cranes.",
        )
        for n in range(5)
    ]
    return Reports([first, other, *quiet])


def test_a_question_comes_with_windows_of_other_reports() -> None:
    examples = list(events().examples(40, Random(1)))
    assert examples
    assert list(events().examples(40, Random(1))) == examples
    for example in examples:
        assert example.answerable
        assert any(not labelled.answers for labelled in example.windows)
    assert "140" in answers(events())


def answers(reports: Reports) -> set[str]:
    """Return the answers in all windows of many questions."""
    return {
        labelled.window.text[slice(*span)]
        for seed in range(8)
        for example in reports.examples(40, Random(seed))
        for labelled in example.windows
        for span in labelled.answers
        if span.start >= 0
    }


def test_only_so_many_questions_are_made() -> None:
    assert len(list(events().examples(1, Random(1)))) == 1
    assert list(Reports([]).examples(5, Random(1))) == []


def test_later_reports_are_not_read() -> None:
    """The one other report that gives the number appears 40 days later, so nobody asks for the number."""
    assert "140" not in answers(events(days_later=40))


# -- labels ---------------------------------------------------------------------------------------------


def test_answers_are_labelled_in_headline_and_text() -> None:
    window = Window("a", "Wire", "U.S. pays $1.5 billion", "The US paid “$1.5 billion”, and $1.50.", [])
    labelled = label(window, ["$1.5 billion", "us"])
    whole = f"{window.headline}\n{window.text}"
    shift = len(window.headline) + 1
    found = [whole[start + shift : end + shift] for start, end in labelled.answers]
    assert found == ["U.S", "$1.5 billion", "US", "$1.5 billion"]
    assert label(window, []).answers == []


def example(right: set[int], count: int = 20) -> TrainingExample:
    windows = [
        Labelled(Window(str(n), "Wire", "News", f"text {n}", []), [Span(0, 4)] if n in right else [])
        for n in range(count)
    ]
    return TrainingExample("Who opened the harbour?", windows, 0.3)


@given(st.sets(st.integers(0, 19)), SEEDS)
def test_a_pass_reads_some_of_the_windows(right: set[int], seed: int) -> None:
    one = varied(example(right), Random(seed))
    places = [int(labelled.window.article) for labelled in one.windows]
    assert places == sorted(set(places))
    assert len(places) <= WINDOWS
    assert one.answerable == bool(right)
    assert sum(bool(labelled.answers) for labelled in one.windows) == min(len(right), WINDOWS // 2)
    assert one.weight == 0.3


def test_few_windows_are_all_read() -> None:
    assert varied(example({1}, 4), Random(0)) == example({1}, 4)


def test_some_questions_are_read_as_people_type_them() -> None:
    read = [typed(example({1}), Random(seed)).question for seed in range(300)]
    changed = sum(question != example({1}).question for question in read)
    assert 0.2 < changed / len(read) < 0.4


# -- SelQA ----------------------------------------------------------------------------------------------


def selqa(path: Path, *records: object) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return path


def test_sentences_that_answer_are_labelled_whole(tmp_path: Path) -> None:
    record = {"question": "Who?", "title": "Port", "sentences": ["One.", "Two of them."], "answers": [1]}
    (one,) = load_selqa(selqa(tmp_path / "selqa.jsonl.gz", record))
    assert one.inside
    assert [list(labelled.answers) for labelled in one.windows] == [[], [Span(0, 12)]]
    assert one.windows[0].window.headline == "Port"


@pytest.mark.parametrize(
    "record", [{"question": "Who?"}, [], {"question": "", "title": "", "sentences": "x", "answers": []}]
)
def test_other_files_are_refused(tmp_path: Path, record: object) -> None:
    with pytest.raises(UsageError, match="selqa"):
        load_selqa(selqa(tmp_path / "selqa.jsonl.gz", record))
    with pytest.raises(UsageError, match="missing"):
        load_selqa(tmp_path / "missing.jsonl.gz")
