"""Fits the weights in `weights.json` to questions whose answers are known.

    python -m index.fit FOLDER --data-dir DIR

FOLDER is an evaluation folder (see `index.evaluation.metrics`). DIR is the data folder of a library that
holds its articles.

The weights of the quotes: a softmax over the scores of a question's candidates gives each of them a
probability, and the likelihood of those that hold an accepted answer is maximised. The weights of the
confidence: a logistic regression of "answerable" on the evidence. Both have an L2 penalty on standardised
weights. For the cross-validation, the weeks in which the questions were asked are divided into five folds,
since questions of one week are about the same events. The weights that are written are fitted to all
questions.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from index.answers.candidates import Candidate, Candidates
from index.answers.choice import choose
from index.answers.confidence import Evidence
from index.answers.scoring import WEIGHTS_FILE, Features, Parameters
from index.embeddings.weights import SHIPPED_NAME
from index.evaluation.metrics import ANSWERED, DEPTHS, Example, auroc, load_examples, rank
from index.news import NewsIndex
from index.text.spans import Span
from index.types.options import IndexOptions

logger = logging.getLogger(__name__)

# How many parts the weeks are divided into; each part is tested with weights fitted to the others.
FOLDS = 5
# The factors of the L2 penalties.
QUOTES_PENALTY = 0.03
CONFIDENCE_PENALTY = 0.003

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question as training and testing need it.

    Of its n `candidates`, `features` holds the figures, float64 of shape (n, 16), and `answers` says which
    hold an accepted answer, bool of shape (n,). `evidence` is float64 of shape (5,). `fold` is from 0 to
    FOLDS - 1.
    """

    fold: int
    answerable: bool
    candidates: Candidates
    features: Floats
    answers: npt.NDArray[np.bool_]
    evidence: Floats


def cases(news: NewsIndex, examples: Sequence[Example]) -> list[Case]:
    """Search for every question, and return a case for each, in order."""
    weeks = sorted({_week(example) for example in examples})
    return [_case(news, example, weeks.index(_week(example)) % FOLDS) for example in examples]


def _week(example: Example) -> str:
    """Return the week of a question: what its id has before the first underscore.

    That is the date of a weekly quiz. The time of asking cannot be used, because all unanswerable questions
    are asked on one day.
    """
    return str(example.question.id).partition("_")[0]


def _case(news: NewsIndex, example: Example, fold: int) -> Case:
    result = news.search(example.question)
    return Case(
        fold=fold,
        answerable=example.answerable,
        candidates=result.candidates,
        features=result.candidates.features,
        answers=np.array([rank([run.text], example.accepted) > 0 for run in result.candidates], bool),
        evidence=np.array(result.evidence),
    )


def fit_quotes(training: Sequence[Case]) -> Floats:
    """Return a weight for each feature, float64 of shape (16,).

    Cases of which no candidate holds an accepted answer are left out.
    """
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
    """Return for each depth how many of the answerable cases have a right quote among so many, as a share.

    `weights` holds an array of shape (16,) for each case.
    """
    pairs = [pair for pair in zip(tested, weights, strict=True) if pair[0].answerable]
    ranks = np.array([_rank(case, weight) for case, weight in pairs])
    return {depth: round(float(((ranks > 0) & (ranks <= depth)).mean()), 3) for depth in DEPTHS}


def confidences(tested: Sequence[Case], weights: Sequence[Floats]) -> Floats:
    """Return the probability that each case is answerable, float64 of shape (cases,).

    `weights` holds an array of shape (6,) for each case.
    """
    pairs = zip(tested, weights, strict=True)
    return np.array([float(expit(weight[0] + case.evidence @ weight[1:])) for case, weight in pairs])


def _rank(case: Case, weights: Floats) -> int:
    """Return the place, from 1, of the first right one of the quotes that the weights choose; 0 for none."""
    rescored = case.candidates.rescored(case.features @ weights)
    right = {_place(case.candidates[i]) for i in np.flatnonzero(case.answers).tolist()}
    for place, candidate in enumerate(choose(rescored, max(DEPTHS)), 1):
        if _place(candidate) in right:
            return place
    return 0


def _place(candidate: Candidate) -> tuple[str, Span]:
    return candidate.article_id, candidate.span


def _log_confidence(label: str, tested: Sequence[Case], probabilities: Floats, threshold: float) -> None:
    answerable = np.array([case.answerable for case in tested])
    logger.info(
        "confidence, %s: AUROC %.3f, answered at %.3f: %.3f of the answerable, %.3f of the others",
        label,
        auroc(probabilities[answerable].tolist(), probabilities[~answerable].tolist()),
        threshold,
        (probabilities[answerable] >= threshold).mean(),
        (probabilities[~answerable] >= threshold).mean(),
    )


def fit_all(all_cases: Sequence[Case]) -> Parameters:
    """Fit both sets of weights to all cases, and log how well they do in and out of the weeks of training.

    The threshold is the confidence that the share `ANSWERED` of the answerable questions of held-out weeks
    reaches.
    """
    quote_weights, confidence_weights = fit_quotes(all_cases), fit_confidence(all_cases)
    logger.info("quotes, held-out weeks: %s", quote_shares(all_cases, held_out(all_cases, fit_quotes)))
    logger.info("quotes, all weeks: %s", quote_shares(all_cases, [quote_weights] * len(all_cases)))
    held_out_confidences = confidences(all_cases, held_out(all_cases, fit_confidence))
    answerable = np.array([case.answerable for case in all_cases])
    threshold = float(np.quantile(held_out_confidences[answerable], 1 - ANSWERED))
    _log_confidence("held-out weeks", all_cases, held_out_confidences, threshold)
    _log_confidence(
        "all weeks", all_cases, confidences(all_cases, [confidence_weights] * len(all_cases)), threshold
    )
    return Parameters(
        model=SHIPPED_NAME,
        quotes=_named(Features._fields, quote_weights),
        confidence=_named(Evidence._fields, confidence_weights[1:]),
        intercept=round(float(confidence_weights[0]), 3),
        threshold=round(threshold, 3),
    )


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main() -> None:
    """Fit the weights, print how well they do, and write them to `weights.json`."""
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
