"""Fits the weights of the quotes and of the confidence to questions whose answers are known.

The weights of the quotes: a softmax over the scores of a question's candidates gives each of them a
probability, and the likelihood of those that hold an accepted answer is maximised. The weights of the
confidence: a logistic regression of "answerable" on the evidence, with every question asked in its week and
later. Both have an L2 penalty on standardised weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from index.answers.confidence import Evidence, confidence
from index.answers.scoring import Features, Fit
from index.reader.windows import Agreement, Figures, Flags, Indexes, WindowReading, figures
from index.training.asking import Asking

# The factors of the L2 penalties.
QUOTES_PENALTY = 0.03
CONFIDENCE_PENALTY = 0.003
# The threshold lets so many of the questions through that nothing answers.
FALSE_ALARMS = 0.05

Floats = npt.NDArray[np.float64]
_READ = [Features._fields.index(name) for name in Figures._fields]
_ANSWER = Evidence._fields.index("answer")


@dataclass(frozen=True, slots=True)
class Case:
    """An asking as the fits need it, with what was read in its windows.

    `windows` gives the window of each of its n candidates, `features` their figures, of shape (n, fields of
    `Features`), and `right` says which hold an accepted answer. `evidence` are the fields of `Evidence`.
    """

    answerable: bool
    clear: bool
    days: int
    windows: Indexes
    features: Floats
    right: Flags
    evidence: Floats

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to quote."""
        return len(self.windows) > 0

    def without_reader(self) -> Case:
        """Return the case as it is where nothing is read."""
        features, evidence = self.features.copy(), self.evidence.copy()
        features[:, _READ] = 0.0
        evidence[_ANSWER] = 0.0
        return replace(self, features=features, evidence=evidence)


def case_of(asking: Asking, readings: Sequence[WindowReading]) -> Case:
    """Return the case of an asking, given what was read in its first windows."""
    windows = [labelled.window for labelled in asking.windows[: len(readings)]]
    agreement = Agreement(windows, readings)
    features = [np.zeros((0, len(Features._fields)))]
    for given, read in zip(asking.features, figures(windows, readings, agreement), strict=False):
        features.append(given.copy())
        features[-1][:, _READ] = read
    evidence = asking.evidence.copy()
    evidence[_ANSWER] = agreement.logit
    sizes = [len(window.runs) for window in windows]
    return Case(
        answerable=asking.answerable,
        clear=asking.clear,
        days=asking.days,
        windows=np.repeat(np.arange(len(windows)), sizes),
        features=np.concatenate(features),
        right=np.concatenate([np.zeros(0, np.bool_), *asking.right[: len(windows)]]),
        evidence=evidence,
    )


def fit_held_out(cases: Mapping[str, Sequence[Case]]) -> tuple[Fit, dict[str, Fit]]:
    """Return the fit to the cases of all folders, and for each folder that to the cases of the others.

    `cases` maps the name of each of at least two folders to its cases. The threshold of all fits is the
    confidence that `FALSE_ALARMS` of the unanswerable questions of held-out folders reach.
    """
    held = {name: _fit([case for other in cases if other != name for case in cases[other]]) for name in cases}
    reached = [
        confidence(Evidence(*case.evidence), held[name])
        for name in cases
        for case in cases[name]
        if case.is_shown and not case.answerable
    ]
    threshold = round(float(np.quantile(reached, 1 - FALSE_ALARMS)), 3)
    everything = _fit([case for of_folder in cases.values() for case in of_folder])
    return (
        replace(everything, threshold=threshold),
        {name: replace(fit, threshold=threshold) for name, fit in held.items()},
    )


def _fit(cases: Sequence[Case]) -> Fit:
    asked_in_week = [case for case in cases if case.clear and case.days == 0]
    clear = [case for case in cases if case.clear and case.is_shown]
    weights = fit_confidence(clear)
    return Fit(
        quotes=_named(Features._fields, fit_quotes(asked_in_week)),
        confidence=_named(Evidence._fields, weights[1:]),
        intercept=round(float(weights[0]), 3),
        threshold=0.0,
    )


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def fit_quotes(cases: Sequence[Case]) -> Floats:
    """Return a weight for each feature. Cases of which no candidate holds an accepted answer are left out.

    A feature that is the same everywhere gets 0.
    """
    usable = [case for case in cases if case.right.any()]
    features = np.concatenate([case.features for case in usable])
    right = np.concatenate([case.right for case in usable])
    sizes = np.array([len(case.right) for case in usable])
    starts = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(usable)), sizes)
    spread = features.std(axis=0) + 1e-9
    inputs = (features - features.mean(axis=0)) / spread

    def loss(scaled: Floats) -> tuple[float, Floats]:
        scores = inputs @ scaled
        shares = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total, among_right = np.add.reduceat(shares, starts), np.add.reduceat(shares * right, starts)
        among_right = np.maximum(among_right, np.finfo(float).tiny)
        value = np.mean(np.log(total) - np.log(among_right)) + QUOTES_PENALTY * scaled @ scaled
        differences = shares / total[owner] - shares * right / among_right[owner]
        return float(value), inputs.T @ differences / len(usable) + 2 * QUOTES_PENALTY * scaled

    weights: Floats = minimize(loss, np.zeros(spread.size), jac=True, method="L-BFGS-B").x / spread
    return weights


def fit_confidence(cases: Sequence[Case]) -> Floats:
    """Return the intercept and a weight for each field of `Evidence`.

    A field that is the same everywhere gets 0.
    """
    inputs = np.array([case.evidence for case in cases])
    target = np.array([case.answerable for case in cases], float)
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(target)), (inputs - mean) / spread])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = scaled @ weights
        penalty = np.concatenate([[0.0], weights[1:]]) * CONFIDENCE_PENALTY
        value = np.mean(np.logaddexp(0, logits) - target * logits) + penalty @ weights
        return float(value), scaled.T @ (expit(logits) - target) / len(target) + 2 * penalty

    best = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B").x
    return np.concatenate([[best[0] - float(best[1:] / spread @ mean)], best[1:] / spread])
