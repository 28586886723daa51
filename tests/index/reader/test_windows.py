"""What is made of the network's logits: probabilities that add up, of spans that stand where they can."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reader.windows import (
    BEST,
    LEAST,
    LEAST_SHARE,
    SPAN_TOKENS,
    Agreement,
    Found,
    Tokens,
    Window,
    WindowReading,
    comparable,
    figures,
    holds,
    read_window,
    same_answer,
)
from index.text.spans import Span

WORDS = st.sampled_from(
    ["port", "Anna Berg", "Berg", "14 %", "of", "the", "U.S.", "two quays", "“Quiet”", "ö"]
)
LOGITS = st.floats(-30, 30)


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, Tokens]:
    """Return a window whose runs are all runs of its sentences, and tokens that are its words."""
    headline = " ".join(draw(st.lists(WORDS, max_size=3)))
    sentences = [
        " ".join(words) + "."
        for words in draw(st.lists(st.lists(WORDS, min_size=1, max_size=8), min_size=1, max_size=3))
    ]
    text = " ".join(sentences)
    starts = [len(" ".join(sentences[:n])) + bool(n) for n in range(len(sentences))]
    runs = [
        Span(starts[first], starts[last] + len(sentences[last]))
        for first in range(len(sentences))
        for last in range(first, len(sentences))
    ]
    window = Window(draw(st.sampled_from("ab")), "Wire", headline, text, runs)
    whole, at, spans = f"{headline}\n{text}", 0, []
    for word in whole.split():
        at = whole.index(word, at)
        spans.append((at - len(headline) - 1, at + len(word) - len(headline) - 1))
        at += len(word)
    logits = st.lists(LOGITS, min_size=len(spans), max_size=len(spans)).map(np.array)
    return window, Tokens(np.array(spans, np.intp).reshape(-1, 2), draw(logits), draw(logits))


def every_span(window: Window, tokens: Tokens) -> dict[Span, float]:
    """Return the logit of each span of at most SPAN_TOKENS tokens on one side of the line break."""
    found = {}
    for first, (start, _) in enumerate(tokens.spans.tolist()):
        for last in range(first, min(first + SPAN_TOKENS, len(tokens.spans))):
            end = int(tokens.spans[last, 1])
            if (start < 0) == (end < 0) or (start < 0 and end == 0):
                found[Span(start, end)] = float(tokens.starts[first] + tokens.ends[last])
    return found


@given(windows())
def test_a_window_is_read_as_its_spans_say(pair: tuple[Window, Tokens]) -> None:
    window, tokens = pair
    reading, spans = read_window(window, tokens), every_span(window, tokens)
    total = np.logaddexp.reduce(list(spans.values()))
    assert len(reading.runs) == len(window.runs)
    assert (reading.runs <= total + 1e-9).all()  # a run is a part of its window
    for run, logit in zip(window.runs, reading.runs, strict=True):
        inside = [value for span, value in spans.items() if run.start <= span.start and span.end <= run.end]
        assert logit == pytest.approx(np.logaddexp.reduce(inside, initial=-np.inf), abs=1e-6)
    assert len(reading.best) == min(BEST, len(spans))
    assert [found.logit for found in reading.best] == sorted(spans.values(), reverse=True)[:BEST]
    whole = f"{window.headline}\n{window.text}"
    shift = len(window.headline) + 1
    for found in reading.best:
        assert spans[found.span] == found.logit
        words = whole[found.span.start + shift : found.span.end + shift]
        assert "\n" not in words
        assert found.words == comparable(words)


@given(st.lists(windows(), max_size=4))
def test_the_probabilities_of_what_answers_sum_to_at_most_1(pairs: list[tuple[Window, Tokens]]) -> None:
    """Every window counts with its best run or span, and that nothing answers with the rest."""
    read = [window for window, _ in pairs]
    readings = [read_window(window, tokens) for window, tokens in pairs]
    agreement = Agreement(read, readings)
    shares = [math.exp(reading.logit - agreement.total) for reading in readings]
    assert sum(shares) <= 1 + 1e-9
    assert agreement.total >= agreement.logit
    assert agreement.total >= 0
    of_runs = figures(read, readings, agreement)
    assert [len(found) for found in of_runs] == [len(window.runs) for window in read]
    for found in (figure for of_window in of_runs for figure in of_window):
        assert LEAST <= found.answers <= 1e-9
        assert LEAST_SHARE <= found.within <= 0
        assert min(found.agreed, found.together) >= LEAST
        assert all(math.isfinite(figure) for figure in found)
    assert Agreement(read, readings).answers == agreement.answers


def said(article: str, words: str, logit: float) -> tuple[Window, WindowReading]:
    text = f"It was {words}."
    window = Window(article, article, "News", text, [Span(0, len(text))])
    span = Span(7, 7 + len(words))
    return window, WindowReading(np.array([logit]), [Found(span, comparable(words), logit)])


def agreed(*pairs: tuple[Window, WindowReading]) -> Agreement:
    return Agreement([window for window, _ in pairs], [reading for _, reading in pairs])


def test_reports_that_agree_add_up_and_one_article_counts_once() -> None:
    alone = agreed(said("a", "Anna Berg", 1.0), said("b", "Jan Visser", 1.0))
    assert alone.supported("anna berg") == pytest.approx(alone.supported("jan visser"))
    together = agreed(said("a", "Anna Berg", 1.0), said("b", "Jan Visser", 1.0), said("c", "Berg", 1.0))
    assert together.supported("anna berg") > together.supported("jan visser") + 0.5
    repeated = agreed(said("a", "Anna Berg", 1.0), said("a", "Anna Berg", 1.0), said("b", "Jan Visser", 1.0))
    assert repeated.supported("anna berg") == pytest.approx(repeated.supported("jan visser"))


def test_without_windows_nothing_answers() -> None:
    agreement = Agreement([], [])
    assert agreement.logit < 0
    assert not agreement.answers
    assert agreement.supported("anything") == -math.inf


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The U.S.", "us"),
        ("“Quiet Harbour”", "quiet  harbour"),
        ("Zürich", "zurich"),
        ("$1.5 billion", "$1.5 Billion"),
    ],
)
def test_spellings_of_one_answer_are_equal(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@given(st.text(max_size=20))
def test_comparable_words_are_so_once_and_for_all(text: str) -> None:
    words = comparable(text)
    assert words == " ".join(words.split())
    assert same_answer(words, words)
    assert holds(f"before {words} behind", words) or not words


def test_a_part_of_an_answer_is_the_same_answer_but_no_part_of_a_word() -> None:
    assert same_answer("biden", "joe biden")
    assert same_answer("joe biden", "biden")
    assert not same_answer("bid", "joe biden")
    assert not same_answer("1", "14")
