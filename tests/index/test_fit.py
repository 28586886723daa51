"""Fitting finds what there is to find, on made-up cases with one obvious signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from index.answers.confidence import Evidence
from index.answers.scoring import Features
from index.evaluation.metrics import auroc
from index.fit import FOLDS, Case, Floats, confidences, fit_confidence, fit_quotes, held_out

VOTE = Features._fields.index("vote")
LEAD = Features._fields.index("lead")
CURRENT = Evidence._fields.index("current")


def made_up(count: int = 60, seed: int = 0) -> list[Case]:
    """Return cases whose answer is the run with the most votes and never the lead; known ones are current."""
    random = np.random.default_rng(seed)
    listed = []
    for i in range(count):
        features = random.random((8, len(Features._fields)))
        features[:, LEAD] = 0.0
        answers = features[:, VOTE] == features[:, VOTE].max()
        features[~answers, LEAD] = 1.0
        evidence = random.random(len(Evidence._fields))
        known = bool(evidence[CURRENT] + random.normal(0, 0.1) > 0.5)
        listed.append(Case(i % FOLDS, known, [], features, answers & known, evidence))
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
        assert case.answers[np.argmax(case.features @ weights)] or not case.answerable


def test_confidence_finds_what_tells_the_answerable(cases: list[Case]) -> None:
    weights = fit_confidence(cases)
    assert weights.shape == (1 + len(Evidence._fields),)
    assert int(np.argmax(weights[1:])) == CURRENT
    new = made_up(seed=1)
    sure = confidences(new, [weights] * len(new))
    assert ((sure >= 0) & (sure <= 1)).all()
    known = np.array([case.answerable for case in new])
    assert auroc(sure[known].tolist(), sure[~known].tolist()) > 0.95
    assert sure.mean() == pytest.approx(known.mean(), abs=0.1)  # calibrated


@pytest.mark.parametrize("fit", [fit_quotes, fit_confidence])
def test_fitting_twice_gives_the_same(cases: list[Case], fit: Callable[[Sequence[Case]], Floats]) -> None:
    assert np.array_equal(fit(cases), fit(cases))


def test_a_week_is_held_out_from_its_own_weights(cases: list[Case]) -> None:
    def weeks(training: Sequence[Case]) -> Floats:
        return np.array(sorted({case.fold for case in training}), float)

    weights = held_out(cases, weeks)
    for case, seen in zip(cases, weights, strict=True):
        assert case.fold not in seen
        assert len(seen) == FOLDS - 1
    assert any(not np.array_equal(one, other) for one, other in pairwise(weights))
