"""Fitting finds what there is to find, on made-up cases with one obvious signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from index.answers.confidence import Evidence, confidence
from index.answers.scoring import Features, scores
from index.evaluation.metrics import auroc
from index.reader.windows import Figures, Found, Window, WindowReading
from index.text.spans import Span
from index.training.asking import DAYS, Asking
from index.training.examples import Labelled
from index.training.figures import held_out, table
from index.training.fit import Case, Floats, case_of, fit_confidence, fit_held_out, fit_quotes

VOTE = Features._fields.index("vote")
LEAD = Features._fields.index("lead")
ANSWERS = Features._fields.index("answers")
CURRENT = Evidence._fields.index("current")
RUNS = 8


def made_up(count: int = 60, seed: int = 0) -> list[Case]:
    """Return cases whose answer is the run with the most votes and never the lead; known ones are current."""
    random = np.random.default_rng(seed)
    listed = []
    for number in range(count):
        features = random.random((RUNS, len(Features._fields)))
        features[:, LEAD] = 0.0
        right = features[:, VOTE] == features[:, VOTE].max()
        features[~right, LEAD] = 1.0
        evidence = random.random(len(Evidence._fields))
        known = bool(evidence[CURRENT] + random.normal(0, 0.1) > 0.5)
        windows = np.arange(RUNS) // 2
        days = DAYS[number % len(DAYS)]
        listed.append(Case(known, True, days, windows, features, right & known, evidence))
    return listed


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return made_up()


def test_the_feature_that_answers_gets_the_weight(cases: list[Case]) -> None:
    weights = fit_quotes(cases)
    assert weights.shape == (len(Features._fields),)
    assert int(np.argmax(weights)) == VOTE
    assert int(np.argmin(weights)) == LEAD
    for case in cases:
        assert case.right[np.argmax(case.features @ weights)] or not case.answerable


def test_confidence_finds_what_tells_the_answerable() -> None:
    weights = fit_confidence(made_up(300))
    assert weights.shape == (1 + len(Evidence._fields),)
    assert int(np.argmax(weights[1:])) == CURRENT
    new = made_up(300, seed=1)
    sure = 1 / (1 + np.exp(-(weights[0] + np.array([case.evidence for case in new]) @ weights[1:])))
    known = np.array([case.answerable for case in new])
    assert auroc(sure[known].tolist(), sure[~known].tolist()) > 0.95
    assert sure.mean() == pytest.approx(known.mean(), abs=0.1)  # calibrated


@pytest.mark.parametrize("fit", [fit_quotes, fit_confidence])
def test_fitting_twice_gives_the_same(cases: list[Case], fit: Callable[[Sequence[Case]], Floats]) -> None:
    assert np.array_equal(fit(cases), fit(cases))


def test_what_the_reader_says_gets_no_weight_where_it_says_nothing(cases: list[Case]) -> None:
    unread = [case.without_reader() for case in cases]
    fit, _ = fit_held_out({"one": unread[:30], "other": unread[30:]})
    assert [fit.quotes[name] for name in Figures._fields] == [0.0] * len(Figures._fields)
    assert fit.confidence["answer"] == 0.0
    assert fit.quotes["vote"] > 0
    assert cases[0].features[0, ANSWERS] > 0  # the case itself is as it was


def test_a_folder_is_held_out_from_its_own_weights(cases: list[Case]) -> None:
    other = made_up(seed=2)
    fit, held = fit_held_out({"one": cases, "other": other})
    again, changed = fit_held_out({"one": made_up(seed=3), "other": other})
    assert held["one"].quotes == changed["one"].quotes
    assert held["other"].quotes != changed["other"].quotes
    assert fit.quotes != again.quotes


def test_the_threshold_lets_one_in_twenty_of_the_unanswerable_through(cases: list[Case]) -> None:
    by_folder = {"one": cases, "other": made_up(seed=2)}
    _, held = fit_held_out(by_folder)
    reached = [
        confidence(Evidence(*case.evidence), held[name]) >= held[name].threshold
        for name, listed in by_folder.items()
        for case in listed
        if not case.answerable
    ]
    assert np.mean(reached) == pytest.approx(0.05, abs=0.02)


def test_the_figures_are_those_of_the_best_candidate_of_each_window() -> None:
    features = np.zeros((4, len(Features._fields)))
    features[:, VOTE] = [0.9, 0.8, 0.7, 0.6]
    right = np.array([False, True, False, True])
    asked = Case(True, True, 0, np.array([0, 0, 1, 2]), features, right, np.ones(len(Evidence._fields)))
    other = Case(False, True, 0, asked.windows, features, right, np.zeros(len(Evidence._fields)))
    weights = dict.fromkeys(Features._fields, 0.0) | {"vote": 1.0}
    fit, _ = fit_held_out({"one": made_up(), "other": made_up(seed=1)})
    fit.quotes.update(weights)
    assert scores(features, fit).argmax() == 0
    figures = held_out([asked, other], fit)
    assert (figures.first, figures.three) == (0.0, 1.0)  # in the third window; its own is not the best of two
    assert figures.auroc in (0.0, 1.0)


def test_the_table_has_a_row_for_each_folder_and_time_of_asking() -> None:
    by_folder = {"one": made_up(), "other": made_up(seed=1)}
    _, held = fit_held_out(by_folder)
    rows = table(by_folder, held).splitlines()
    assert len(rows) == 1 + len(DAYS) * 3
    assert rows[3].split()[:4] == ["mean", "in", "the", "week"]


def test_a_case_holds_what_was_read() -> None:
    text = "The port opened. It has two quays."
    window = Window("a", "Wire", "Port", text, [Span(0, 16), Span(0, len(text))])
    silent = Window("b", "Wire", "Weather", "It rained.", [Span(0, 10)])
    asking = Asking(
        question="How many quays?",
        answerable=True,
        clear=True,
        days=30,
        windows=[Labelled(window, [Span(24, 27)]), Labelled(silent, []), Labelled(silent, [])],
        features=[np.ones((2, len(Features._fields))), *[np.ones((1, len(Features._fields)))] * 2],
        right=[np.array([False, True]), np.array([False]), np.array([True])],
        evidence=np.ones(len(Evidence._fields)),
    )
    readings = [
        WindowReading(np.array([-4.0, 3.0]), [Found(Span(24, 27), "two", 3.0)]),
        WindowReading(np.array([-6.0]), []),
    ]
    case = case_of(asking, readings)
    assert case.windows.tolist() == [0, 0, 1]
    assert case.right.tolist() == [False, True, False]  # a third window was not read
    assert case.features[1, ANSWERS] > case.features[0, ANSWERS] > case.features[2, ANSWERS]
    assert case.features[:, VOTE].tolist() == [1, 1, 1]
    assert case.evidence[-1] == pytest.approx(3.0, abs=0.01)
    assert asking.features[0][0, ANSWERS] == 1  # the asking itself is as it was
    assert not case_of(asking, []).is_shown
