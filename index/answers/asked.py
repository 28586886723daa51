"""What the answer engine knows of a question: its words, its names, and what would answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from index.languages.english.answer_forms import Finder
from index.languages.english.answer_types import Expectation


@dataclass(frozen=True, slots=True)
class Asked:
    """A question after analysis, as the choice of quotes needs it.

    `weights` maps each of the question's words, stemmed by the index, to its idf. `names` are the stems of
    the words that the question writes with a capital inside a sentence. `expectation` says which kinds of
    words would answer. `finder` finds phrases of the form that the question asks for; it is None where that
    form cannot be recognised from text alone. `rarity` takes stems, all different, and gives the idf of each
    as a share of the highest possible idf, in [0, 1]. `variants` maps the stems that other languages give the
    question's words to these (see `index.answers.wording`). `language` is the code of its language, and
    `by_words` says that the embedding model does not know the question's language (see
    `index.answers.by_words`). `lone` says that the news holds only one of its words (see `is_lone_word`).
    """

    weights: Mapping[str, float]
    names: frozenset[str]
    expectation: Expectation
    finder: Finder | None
    rarity: Callable[[Sequence[str]], npt.NDArray[np.float64]]
    variants: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    by_words: bool = False
    lone: bool = False
