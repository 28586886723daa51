"""Fits `weights.json` to questions whose answers are known.

    python -m index.fit FOLDER --data-dir DIR

FOLDER is an evaluation folder whose articles are ingested in DIR (see `index.evaluation.metrics`).

Quotes: the candidates of each question get a softmax over their scores, and the likelihood of those that
hold an accepted answer is maximised. Confidence: a logistic regression of "answerable" on the evidence. Both
with an L2 penalty on standardised weights. Questions are held out by week, five folds, since those of one
week are about the same events; the weights that are written are fitted to all.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from index.answers.candidates import Candidate, choose
from index.answers.confidence import Evidence
from index.answers.scoring import WEIGHTS_FILE, Features, Parameters
from index.embeddings.embedder import SHIPPED_NAME
from index.evaluation.metrics import ANSWERED, DEPTHS, Example, auroc, load_examples, rank
from index.news import NewsIndex
from index.text.spans import Span
from index.types.options import IndexOptions

logger = logging.getLogger(__name__)

FOLDS = 5
QUOTES_PENALTY = 0.03
CONFIDENCE_PENALTY = 0.003

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question: the fold it belongs to, its candidates with features (n, 16), and the evidence (5,)."""

    fold: int
    answerable: bool
    candidates: Sequence[Candidate]
    features: Floats
    answers: npt.NDArray[np.bool_]
    evidence: Floats


def cases(news: NewsIndex, examples: Sequence[Example]) -> list[Case]:
    """Search for every question."""
    weeks = sorted({_week(example) for example in examples})
    return [_case(news, example, weeks.index(_week(example)) % FOLDS) for example in examples]


def _week(example: Example) -> str:
    # An identifier begins with the date of the quiz; unanswerable questions are all asked on one day.
    return str(example.question.id).partition("_")[0]


def _case(news: NewsIndex, example: Example, fold: int) -> Case:
    found = news.search(example.question)
    return Case(
        fold=fold,
        answerable=example.answerable,
        candidates=found.candidates,
        features=np.array([each.features for each in found.candidates]).reshape(-1, len(Features._fields)),
        answers=np.array([rank([each.text], example.accepted) > 0 for each in found.candidates], bool),
        evidence=np.array(found.evidence),
    )


def fit_quotes(training: Sequence[Case]) -> Floats:
    """Return a weight for each feature, float64 of shape (16,)."""
    usable = [case for case in training if case.answers.any()]
    spread = np.concatenate([case.features for case in usable]).std(axis=0) + 1e-9

    def loss(scaled: Floats) -> tuple[float, Floats]:
        total, gradient = QUOTES_PENALTY * float(scaled @ scaled), 2 * QUOTES_PENALTY * scaled
        for case in usable:
            inputs = case.features / spread
            scores = inputs @ scaled
            all_of, right = logsumexp(scores), logsumexp(scores[case.answers])
            among_right = np.exp(scores[case.answers] - right) @ inputs[case.answers]
            total += (all_of - right) / len(usable)
            gradient = gradient + (np.exp(scores - all_of) @ inputs - among_right) / len(usable)
        return total, gradient

    weights: Floats = minimize(loss, np.zeros(spread.size), jac=True, method="L-BFGS-B").x / spread
    return weights


def fit_confidence(training: Sequence[Case]) -> Floats:
    """Return the intercept and a weight for each figure of the evidence, float64 of shape (6,)."""
    inputs = np.array([case.evidence for case in training])
    target = np.array([case.answerable for case in training], float)
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(target)), (inputs - mean) / spread])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = scaled @ weights
        penalty = np.concatenate([[0.0], weights[1:]]) * CONFIDENCE_PENALTY
        value = np.mean(np.logaddexp(0, logits) - target * logits) + penalty @ weights
        return float(value), scaled.T @ (expit(logits) - target) / len(target) + 2 * penalty

    best = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B").x
    return np.concatenate([[best[0] - float(best[1:] / spread @ mean)], best[1:] / spread])


def held_out(tested: Sequence[Case], fit: Callable[[Sequence[Case]], Floats]) -> list[Floats]:
    """Return for each case the weights fitted to the other folds."""
    fitted = [fit([case for case in tested if case.fold != fold]) for fold in range(FOLDS)]
    return [fitted[case.fold] for case in tested]


def quote_shares(tested: Sequence[Case], weights: Sequence[Floats]) -> dict[int, float]:
    """Return depth → share of the answerable cases with an answer among that many chosen quotes."""
    pairs = [pair for pair in zip(tested, weights, strict=True) if pair[0].answerable]
    ranks = np.array([_rank(case, weight) for case, weight in pairs])
    return {depth: round(float(((ranks > 0) & (ranks <= depth)).mean()), 3) for depth in DEPTHS}


def confidences(tested: Sequence[Case], weights: Sequence[Floats]) -> Floats:
    """Return the probability that each case is answerable, float64 of shape (cases,)."""
    pairs = zip(tested, weights, strict=True)
    return np.array([float(expit(weight[0] + case.evidence @ weight[1:])) for case, weight in pairs])


def _rank(case: Case, weights: Floats) -> int:
    scores = case.features @ weights
    order = np.argsort(-scores, kind="stable").tolist()
    rescored = [replace(case.candidates[i], score=float(scores[i])) for i in order]
    right = {_place(case.candidates[i]) for i in np.flatnonzero(case.answers).tolist()}
    for place, each in enumerate(choose(rescored, max(DEPTHS)), 1):
        if _place(each) in right:
            return place
    return 0


def _place(candidate: Candidate) -> tuple[str, Span]:
    return candidate.article_id, candidate.span


def _log_confidence(label: str, found: Sequence[Case], probabilities: Floats, threshold: float) -> None:
    known = np.array([case.answerable for case in found])
    logger.info(
        "confidence, %s: AUROC %.3f, answered at %.3f: %.3f of the answerable, %.3f of the others",
        label,
        auroc(probabilities[known].tolist(), probabilities[~known].tolist()),
        threshold,
        (probabilities[known] >= threshold).mean(),
        (probabilities[~known] >= threshold).mean(),
    )


def fit_all(found: Sequence[Case]) -> Parameters:
    """Fit both, logging how well they do in and out of the training weeks."""
    quotes, sure = fit_quotes(found), fit_confidence(found)
    logger.info("quotes, held-out weeks: %s", quote_shares(found, held_out(found, fit_quotes)))
    logger.info("quotes, all weeks: %s", quote_shares(found, [quotes] * len(found)))
    outside = confidences(found, held_out(found, fit_confidence))
    known = np.array([case.answerable for case in found])
    threshold = float(np.quantile(outside[known], 1 - ANSWERED))
    _log_confidence("held-out weeks", found, outside, threshold)
    _log_confidence("all weeks", found, confidences(found, [sure] * len(found)), threshold)
    return Parameters(
        model=SHIPPED_NAME,
        quotes=_named(Features._fields, quotes),
        confidence=_named(Evidence._fields, sure[1:]),
        intercept=round(float(sure[0]), 3),
        threshold=round(threshold, 3),
    )


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main() -> None:
    """Fit, print what it gives, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logger.setLevel(logging.INFO)
    with NewsIndex.open(IndexOptions(arguments.data_dir)) as news:
        parameters = fit_all(cases(news, load_examples(arguments.folder)))
    WEIGHTS_FILE.write_text(json.dumps(asdict(parameters), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
