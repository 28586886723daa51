"""Which windows are read, and what becomes of the candidates in and outside of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.candidates import Candidates
from index.answers.judging import FIRST, UNREAD, WINDOWS, judge, unread, windows_of
from index.answers.scoring import Features, parameters
from index.reader.windows import Figures, Found, Window, WindowReading, comparable
from index.text.spans import Span
from index.types.answer import MAX_QUOTE_CHARS
from tests.index.answers.test_candidates import QUESTIONS, TEXTS, found

GIVEN = [name for name in Features._fields if name not in Figures._fields]


class KeenReader:
    """Finds the answer wherever a word stands, and nothing elsewhere. `asked` are the windows it read."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[Window] = []

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        self.asked += windows
        return [self._reading(window) for window in windows]

    def _reading(self, window: Window) -> WindowReading:
        at = window.text.find(self.word)
        span = Span(at, at + len(self.word))
        logits = [6.0 if run.start <= at and span.end <= run.end else -9.0 for run in window.runs]
        best = [Found(span, comparable(self.word), 6.0)] if at >= 0 else []
        return WindowReading(np.array(logits), best)


def by_place(runs: Candidates) -> dict[tuple[str, Span], Features]:
    return {(run.article_id, run.span): run.features for run in runs}


@given(QUESTIONS, st.lists(TEXTS, min_size=1, max_size=14), st.integers(1, 20))
def test_windows_do_not_overlap_and_hold_what_they_say(question: str, texts: list[str], limit: int) -> None:
    runs = found(question, texts)
    chosen = windows_of(runs, limit)
    assert len(chosen) <= limit
    assert len(windows_of(runs)) <= WINDOWS
    places = [(window.article, window.start, window.start + len(window.text)) for window, _ in chosen]
    for number, (article, start, end) in enumerate(places):
        assert all(one != article or to <= start or end <= at for one, at, to in places[:number])
        assert 0 < end - start <= MAX_QUOTE_CHARS
    for window, rows in chosen:
        assert len(rows) == len(window.runs)
        for row, run in zip(rows.tolist(), window.runs, strict=True):
            candidate = runs[row]
            assert candidate.article_id == window.article
            assert window.text[run.start : run.end] == candidate.text
    if chosen:
        assert 0 in chosen[0][1]  # the best candidate is read first


def at_once() -> None:
    """Wait for nobody."""


@given(QUESTIONS, st.lists(TEXTS, min_size=1, max_size=6))
def test_every_candidate_stays_with_its_features(question: str, texts: list[str]) -> None:
    runs = found(question, texts)
    reader = KeenReader("Kim")
    judged = judge(reader, question, runs, at_once)  # type: ignore[arg-type]
    before, after = by_place(runs), by_place(judged.candidates)
    assert before.keys() == after.keys()
    for place, features in after.items():
        assert [getattr(features, name) for name in GIVEN] == [getattr(before[place], name) for name in GIVEN]
    inside = {(window.article, window.start) for window in reader.asked}
    for (article, span), features in after.items():
        if not any(one == article and start <= span.start < start + 350 for one, start in inside):
            assert features[-len(UNREAD) :] == UNREAD
    scores = judged.candidates.scores.tolist()
    assert scores == sorted(scores, reverse=True)
    assert judged.fit is parameters().read
    assert judged.read
    assert len(judged.read.windows) == len(judged.read.readings) <= WINDOWS


def test_what_the_reader_finds_comes_first() -> None:
    texts = [
        "The cup was won in the evening in Oslo.",
        "Kim holds the cup now.",
        "The cup was won, who knows how.",
    ]
    runs = found("Who won the cup?", texts)
    judged = judge(KeenReader("Kim"), "Who won the cup?", runs, at_once)  # type: ignore[arg-type]
    assert judged.candidates[0].text == texts[1]
    assert judged.read
    assert judged.read.agreement.logit == pytest.approx(6.0, abs=0.01)


def test_without_a_reader_the_order_stays() -> None:
    runs = found("Who won the cup?", ["Kim won the cup.", "The cup was won in Oslo."])
    judged = unread(runs)
    assert judged.candidates is runs
    assert judged.read is None
    assert judged.fit is parameters().plain


def test_further_windows_are_read_only_where_they_may_come_near() -> None:
    question = "Who won the cup?"
    near = [f"The cup was won, the mayor of town {n} said." for n in range(9)]
    reader, read = KeenReader("Kim"), list[int]()
    judge(reader, question, found(question, near), lambda: read.append(len(reader.asked)))  # type: ignore[arg-type]
    assert read == [0, FIRST]  # before each reading others may go first
    assert FIRST < len(reader.asked) == len({window.article for window in reader.asked})

    far = ["Kim won the cup on Friday.", *[f"Will it rain in town {n}?" for n in range(9)]]
    reader = KeenReader("Kim")
    judged = judge(reader, question, found(question, far), at_once)  # type: ignore[arg-type]
    assert len(reader.asked) == FIRST
    assert judged.candidates[0].text == far[0]
