"""How good the answers are to the questions of a folder that neither reader nor weights have seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from index.answers.confidence import Evidence, confidence
from index.answers.scoring import Fit, scores
from index.evaluation.metrics import auroc
from index.training.asking import DAYS
from index.training.fit import FALSE_ALARMS, Case

_ASKED = {0: "in the week", 30: "a month later", 182: "half a year later"}


class HeldOut(NamedTuple):
    """Shares in [0, 1]; those of the quotes and of what is answered are of the answerable questions.

    A quote is taken from each window at most, the best one: `index.answers.choice` does nearly the same.
    """

    first: float  # the answer is in the first quote
    three: float  # it is in the first three
    auroc: float  # of the confidence
    answered: float  # where FALSE_ALARMS of the others are answered


def held_out(cases: Sequence[Case], fit: Fit) -> HeldOut:
    """Return the figures of clear questions, of which some are answerable and some are not."""
    answerable = [case for case in cases if case.answerable]
    ranks = [_rank(case, fit) for case in answerable]
    sure = {
        known: [
            confidence(Evidence(*case.evidence), fit)
            for case in cases
            if case.is_shown and case.answerable == known
        ]
        for known in (True, False)
    }
    threshold = np.quantile(sure[False], 1 - FALSE_ALARMS)
    return HeldOut(
        first=float(np.mean([rank == 1 for rank in ranks])),
        three=float(np.mean([1 <= rank <= 3 for rank in ranks])),
        auroc=auroc(sure[True], sure[False]),
        answered=float(np.mean(np.array(sure[True]) >= threshold)),
    )


def table(cases: Mapping[str, Sequence[Case]], fits: Mapping[str, Fit]) -> str:
    """Return the figures of each folder, a row for each time of asking, and their means over the folders.

    `cases` and `fits` map the name of each folder to its cases, and to the weights fitted without it.
    """
    width = max(len("mean"), *(len(name) for name in cases))
    lines = [f"{'':{width}}  {'asked':<17}  first  three  AUROC  answered at {FALSE_ALARMS} of the others"]
    for days in DAYS:
        rows = {
            name: held_out([case for case in cases[name] if case.clear and case.days == days], fits[name])
            for name in cases
        }
        rows["mean"] = HeldOut(*np.mean(list(rows.values()), axis=0).tolist())
        for name, row in rows.items():
            figures = "  ".join(f"{figure:.3f}" for figure in row)
            lines.append(f"{name:{width}}  {_ASKED[days]:<17}  {figures}")
    return "\n".join(lines)


def _rank(case: Case, fit: Fit) -> int:
    """Return the place, from 1, of the first quote that holds an accepted answer; 0 where none does."""
    order = np.argsort(-scores(case.features, fit), kind="stable")
    _, firsts = np.unique(case.windows[order], return_index=True)
    right = case.right[order[np.sort(firsts)]].nonzero()[0]
    return int(right[0]) + 1 if len(right) else 0
