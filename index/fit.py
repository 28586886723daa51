"""Fits the weights of `scorer.json` to questions whose answers are known.

    python -m index.fit FOLDER --data-dir DIR

FOLDER is an evaluation folder whose articles are ingested in DIR (see `index.evaluate`). For each question
the candidates get a softmax over their scores, and the likelihood of those that hold an accepted answer is
maximised, with an L2 penalty on the standardised weights. Questions are held out by week, five folds, since
the questions of one week are about the same events; the weights that are written are fitted to all.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from index.evaluate import DEPTHS, Example, load_examples, rank
from index.news import NewsIndex
from index.quotes import Candidate, choose
from index.scorer import WEIGHTS_FILE, Features
from index.types import Filters, IndexOptions, Span

logger = logging.getLogger(__name__)

FOLDS = 5
PENALTY = 0.03

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One answerable question: its week, its candidates, their features (n, 12) and which of them answer."""

    week: str
    candidates: Sequence[Candidate]
    features: Floats
    answers: npt.NDArray[np.bool_]


def cases(news: NewsIndex, examples: Sequence[Example]) -> list[Case]:
    """Search for every answerable question."""
    found = []
    for example in examples:
        as_of = example.question.as_of
        if not example.answerable or as_of is None:
            continue
        candidates = news.search(example.question.text, Filters(until=as_of), as_of).candidates
        texts = [each.ranked.stored.article.text[each.span.start : each.span.end] for each in candidates]
        answers = np.array([rank([text], example.accepted) > 0 for text in texts], bool)
        features = np.array([each.features for each in candidates], float).reshape(-1, len(Features._fields))
        week = as_of.strftime("%G-%V")
        found.append(Case(week, candidates, features, answers))
    return found


def fit(training: Sequence[Case]) -> Floats:
    """Return a weight for each feature, float64 of shape (12,)."""
    usable = [case for case in training if case.answers.any()]
    spread = np.concatenate([case.features for case in usable]).std(axis=0) + 1e-9

    def loss(scaled: Floats) -> tuple[float, Floats]:
        total, gradient = PENALTY * float(scaled @ scaled), 2 * PENALTY * scaled
        for case in usable:
            inputs = case.features / spread
            scores = inputs @ scaled
            all_of, right = logsumexp(scores), logsumexp(scores[case.answers])
            among_right = np.exp(scores[case.answers] - right) @ inputs[case.answers]
            total += (all_of - right) / len(usable)
            gradient = gradient + (np.exp(scores - all_of) @ inputs - among_right) / len(usable)
        return total, gradient

    best = minimize(loss, np.zeros(spread.size), jac=True, method="L-BFGS-B")
    weights: Floats = best.x / spread
    return weights


def shares(tested: Sequence[Case], weights: Sequence[Floats]) -> dict[int, float]:
    """Return depth → share of the cases with an answer among that many chosen quotes."""
    ranks = np.array([_rank(case, weight) for case, weight in zip(tested, weights, strict=True)])
    return {depth: float(((ranks > 0) & (ranks <= depth)).mean()) for depth in DEPTHS}


def cross_validate(tested: Sequence[Case]) -> dict[int, float]:
    """Return the shares when every week is scored by weights fitted to other weeks."""
    weeks = sorted({case.week for case in tested})
    fold = {week: i % FOLDS for i, week in enumerate(weeks)}
    fitted = [fit([case for case in tested if fold[case.week] != i]) for i in range(FOLDS)]
    return shares(tested, [fitted[fold[case.week]] for case in tested])


def _rank(case: Case, weights: Floats) -> int:
    scores = case.features @ weights
    order = np.argsort(-scores, kind="stable")
    rescored = [_with_score(case.candidates[i], float(scores[i])) for i in order.tolist()]
    right = {_place(case.candidates[i]) for i in np.flatnonzero(case.answers).tolist()}
    for place, each in enumerate(choose(rescored, max(DEPTHS)), 1):
        if _place(each) in right:
            return place
    return 0


def _place(candidate: Candidate) -> tuple[str, Span]:
    return candidate.article_id, candidate.span


def _with_score(candidate: Candidate, score: float) -> Candidate:
    return Candidate(candidate.ranked, candidate.span, candidate.features, candidate.words, score)


def main() -> None:
    """Fit, print what it gives in and out of the training weeks, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with NewsIndex.open(IndexOptions(arguments.data_dir)) as news:
        found = cases(news, load_examples(arguments.folder))
    weights = fit(found)
    logger.info("held-out weeks: %s", cross_validate(found))
    logger.info("all weeks: %s", shares(found, [weights] * len(found)))
    named = {name: round(float(weight), 3) for name, weight in zip(Features._fields, weights, strict=True)}
    WEIGHTS_FILE.write_text(json.dumps({"weights": named}, indent=2) + "\n", encoding="utf-8")
    logger.info("wrote %s", json.dumps(named))


if __name__ == "__main__":
    main()
