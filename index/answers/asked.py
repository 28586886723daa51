"""A question as the answer engine takes it: its words, stems, names, numbers and expected kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.english.answer_forms import Finder
from index.english.answer_types import Expectation


@dataclass(frozen=True, slots=True)
class Asked:
    """What the choice of quotes needs to know of the question.

    `weights` gives each of its words its idf, `names` are those written with a capital inside a sentence,
    `finder` finds phrases of the form asked for, where the form can be told from the text, and `rarity`
    gives any word's idf as a share of the highest possible.
    """

    weights: Mapping[str, float]
    names: frozenset[str]
    expectation: Expectation
    finder: Finder | None
    rarity: Callable[[str], float]

    def coverage(self, words: frozenset[str]) -> float:
        """Return the share of the question's words, by weight, that are among some words."""
        covered = sum(self.weights[term] for term in words.intersection(self.weights))
        return covered / sum(self.weights.values()) if self.weights else 0.0
