"""The words that answer: whole, certain, and counted over outlets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.judging import Read
from index.answers.words import Words, words_that_answer
from index.reader.windows import Agreement, Found, Window, WindowReading, comparable
from index.text.spans import Span
from index.types.answer import Quote
from tests.fakes import article

SURE, UNSURE = 8.0, -3.0
QUESTION = "How many troops were sent to Kursk?"


class Said:
    """A report: its outlet, its text, and the words in it that the reader takes for answers, with logits."""

    def __init__(self, outlet: str, text: str, **answers: float) -> None:
        self.article = article(f"{outlet}: {text}", text, source=outlet, title="News")
        self.quote = Quote(self.article, Span(0, len(self.article.text)), 1.0)
        self.window = Window(self.article.id, outlet, "News", self.article.text, [self.quote.span])
        best = [self._found(words.replace("_", " "), logit) for words, logit in answers.items()]
        best.sort(key=lambda found: -found.logit)
        logit = np.logaddexp.reduce([found.logit for found in best], initial=-9.0)
        self.reading = WindowReading(np.array([logit]), best)

    def _found(self, words: str, logit: float) -> Found:
        at = self.article.text.index(words)
        return Found(Span(at, at + len(words)), comparable(words), logit)


def answered(*reports: Said, question: str = QUESTION) -> Words:
    windows, readings = [said.window for said in reports], [said.reading for said in reports]
    read = Read(windows, readings, Agreement(windows, readings))
    return words_that_answer(question, [said.quote for said in reports], read)


def texts(found: Words) -> Sequence[str | None]:
    return [words.text if words else None for words in (found.answer, found.differing)]


def said(outlet: str, text: str, words: str, logit: float = SURE) -> Said:
    return Said(outlet, text, **{words: logit})


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("More than 11,000 troops went there.", "11,000", "More than 11,000"),
        ("It sent over 14 % of them.", "14", "over 14 %"),
        ("They paid about US$1.5 billion for it.", "1.5", "about US$1.5 billion"),
        ("They paid £3 for it.", "3", "£3"),
        ("It took at least 12 days to get there.", "12", "at least 12 days"),
        ("Some 11,000 were sent.", "11,000", "Some 11,000"),
        ("The year 2024 was long.", "2024", "2024"),
        ("General Anna Berg sent over them all.", "Anna Berg", "Anna Berg"),
        ("It was 5 metres long.", "5", "5"),
    ],
)
def test_a_figure_keeps_how_exact_it_is_and_its_unit(text: str, found: str, whole: str) -> None:
    words = answered(said("Wire", text, found))
    assert texts(words) == [whole, None]
    ((span,),) = words.marks
    assert text[slice(*span)] == whole


def test_the_longer_of_two_forms_is_taken_when_it_is_nearly_as_probable() -> None:
    text = "The army of President Anna Berg went."
    both = Said("Wire", text, Berg=SURE, Anna_Berg=SURE - 1)
    assert texts(answered(both, question="Whose army went?"))[0] == "Anna Berg"
    doubtful = Said("Wire", text, Berg=SURE, Anna_Berg=SURE - 4)
    assert texts(answered(doubtful, question="Whose army went?"))[0] == "Berg"


def test_outlets_that_say_the_same_are_counted_once_each() -> None:
    words = answered(
        said("Wire", "About 11,000 troops went.", "11,000"),
        said("Herald", "Some 11,000 soldiers were sent.", "11,000"),
        said("Wire", "In all 11,000 are there, a general said.", "11,000"),
        said("Post", "Perhaps 11,000 are there.", "11,000", UNSURE),
        said("Globe", "There were 9 ships.", "9", 0.5),
    )
    assert words.answer
    assert words.answer.outlets == ("Wire", "Herald")
    assert [len(marks) for marks in words.marks] == [1, 1, 1, 1, 0]


def test_another_figure_of_another_outlet_is_given_too() -> None:
    words = answered(
        said("Wire", "About 11,000 troops went.", "11,000"),
        said("Herald", "Only 9,000 troops were sent.", "9,000"),
        said("Post", "Some 11,000 were sent.", "11,000"),
    )
    assert texts(words) == ["About 11,000", "Only 9,000"]
    assert words.differing
    assert words.differing.outlets == ("Herald",)


@pytest.mark.parametrize(
    "other",
    [
        said("Wire", "Only 9,000 troops were sent.", "9,000", SURE - 3),  # the same outlet
        said("Herald", "Only a few were sent.", "a few", SURE - 3),  # no figure
        said("Herald", "Only 9,000 troops were sent.", "9,000", SURE - 3),  # hardly probable
    ],
)
def test_not_every_other_answer_differs(other: Said) -> None:
    words = answered(
        said("Wire", "About 11,000 troops went.", "11,000", SURE + 1.2),
        said("Post", "Some 11,000 were sent.", "11,000", SURE + 1.2),
        other,
    )
    assert texts(words) == ["About 11,000", None]


@pytest.mark.parametrize(
    "reports",
    [
        [
            said("Wire", "About 11,000 troops went.", "11,000"),
            said("Herald", "A few troops were sent.", "few"),  # no figure that could be shown beside it
        ],
        [
            said("Wire", "About 11,000 troops went.", "11,000", 3.0),
            said("Herald", "Only 9,000 troops were sent.", "9,000", 3.0),
            said("Post", "A few troops were sent.", "few", 3.0),
        ],
        [
            said("Wire", "About 11,000 troops went.", "11,000", 0.5),
            said("Herald", "Only 9,000 troops were sent.", "9,000", SURE),
        ],
        [Said("Wire", "About 11,000 troops went.")],
        [Said("Wire", "Nothing is known."), said("Herald", "About 11,000 troops went.", "11,000")],
    ],
)
def test_nothing_is_marked_when_it_is_uncertain(reports: list[Said]) -> None:
    words = answered(*reports)
    assert texts(words) == [None, None]
    assert words.marks == [()] * len(reports)


@pytest.mark.parametrize(
    ("text", "found", "question"),
    [
        ("Troops went to Kursk.", "Kursk", QUESTION),  # a part of the question
        ("They left. Berg went.", "left. Berg", QUESTION),  # two sentences
        (
            "They were the second of the three to go on that long way.",
            "second of the three to go on that long way",
            "?",
        ),
    ],
)
def test_some_spans_never_answer(text: str, found: str, question: str) -> None:
    assert texts(answered(said("Wire", text, found), question=question)) == [None, None]


def test_answers_in_headlines_and_other_windows_are_not_marked() -> None:
    report = said("Wire", "About 11,000 troops went.", "11,000")
    headline = report.reading._replace(best=[Found(Span(-5, -1), "news", SURE)])
    elsewhere = Window("another", "Wire", "News", report.window.text, report.window.runs)
    for window, reading in ((report.window, headline), (elsewhere, report.reading)):
        read = Read([window], [reading], Agreement([window], [reading]))
        assert texts(words_that_answer(QUESTION, [report.quote], read)) == [None, None]


def test_without_quotes_or_windows_nothing_answers() -> None:
    assert words_that_answer(QUESTION, [], Read([], [], Agreement([], []))) == Words(None, None, [])


TEXTS = st.sampled_from(
    [
        "More than 11,000 troops went to Kursk by train.",
        "Kim said that 9 of 14 % went.",
        "US$5 billion, said Anna Berg.",
    ]
)


@given(st.data())
def test_what_is_marked_lies_in_its_quote_and_is_no_part_of_the_question(data: st.DataObject) -> None:
    reports = []
    for number, text in enumerate(data.draw(st.lists(TEXTS, min_size=1, max_size=4))):
        words = text.rstrip(".").split()
        first = data.draw(st.integers(0, len(words) - 1))
        last = data.draw(st.integers(first, len(words) - 1))
        logit = data.draw(st.floats(-10, 12))
        reports.append(said(f"outlet {number % 3}", text, " ".join(words[first : last + 1]), logit))
    words = answered(*reports)
    assert len(words.marks) == len(reports)
    for report, marks in zip(reports, words.marks, strict=True):
        for start, end in marks:
            assert 0 <= start < end <= len(report.quote.text)
            assert f" {comparable(report.quote.text[start:end])} " not in f" {comparable(QUESTION)} "
    if words.answer:
        assert words.answer.article == reports[0].article
        assert words.answer.outlets[0] == reports[0].article.source
        assert len(set(words.answer.outlets)) == len(words.answer.outlets)
    else:
        assert not any(words.marks)
