"""How sure the library is: a probability that grows with what speaks for an answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.asked import Asked
from index.answers.confidence import Evidence, confidence, evidence, threshold
from index.answers.retrieval import Ranked
from index.answers.scoring import Features, parameters, scores
from index.languages.english.answer_types import expectation
from index.storage.articles import StoredPassage
from index.text.passages import split_passages
from tests.fakes import article

SHARE = st.floats(0, 1)
EVIDENCE = st.builds(
    Evidence,
    passage=st.floats(-1, 1.8),
    current=st.floats(-1, 1),
    coverage=SHARE,
    words=st.floats(0, 8),
    names=SHARE,
)


def passage(dense: float, recency: float, coverage: float) -> tuple[Ranked, float]:
    """Return a passage, and which share of the question's words it holds."""
    one = article("one", "Troops were sent to Kursk.")
    return Ranked(StoredPassage(1, one, split_passages(one.text)[0]), dense, 0.5, recency), coverage


def found_in(passages: list[tuple[Ranked, float]], about: Asked) -> Evidence:
    return evidence([ranked for ranked, _ in passages], [coverage for _, coverage in passages], about)


def asked(**weights: float) -> Asked:
    return Asked(
        weights, frozenset({"kursk"}), expectation("?"), None, lambda stems: np.full(len(stems), 0.5)
    )


PASSAGES = st.lists(st.builds(passage, st.floats(-1, 1), SHARE, SHARE), max_size=5)


def test_what_was_fitted_names_every_input() -> None:
    fitted = parameters()
    assert tuple(fitted.quotes) == Features._fields
    assert tuple(fitted.confidence) == Evidence._fields
    assert 0 < threshold() < 1


@given(EVIDENCE)
def test_confidence_is_a_probability(found: Evidence) -> None:
    assert 0 <= confidence(found) <= 1
    assert confidence(found) == confidence(found)


@pytest.mark.parametrize("name", Evidence._fields)
@given(found=EVIDENCE, more=st.floats(0.01, 2))
def test_confidence_follows_the_sign_of_each_weight(name: str, found: Evidence, more: float) -> None:
    weight = parameters().confidence[name]
    raised = found._replace(**{name: getattr(found, name) + more})
    before, after = confidence(found), confidence(raised)
    assert before <= after if weight >= 0 else before >= after


def test_much_evidence_is_answered_and_none_is_not() -> None:
    nothing = found_in([], asked(troops=1.0, kursk=2.0))
    everything = found_in([passage(1.0, 1.0, 1.0)], asked(troops=1.0, kursk=2.0))
    assert confidence(nothing) < threshold() < confidence(everything)


@given(PASSAGES, st.dictionaries(st.sampled_from(["troops", "kursk", "cup"]), st.floats(0.01, 9)))
def test_the_laws_of_evidence(passages: list[tuple[Ranked, float]], weights: dict[str, float]) -> None:
    found = found_in(passages, asked(**weights))
    assert 0 <= found.coverage <= 1
    assert 0 <= found.names <= 1
    assert found.words >= 0
    assert found_in(passages[::-1], asked(**weights)) == found
    more = found_in([*passages, passage(1.0, 1.0, 1.0)], asked(**weights))
    assert (more.passage, more.current, more.coverage) >= (found.passage, found.current, found.coverage)
    assert (more.words, more.names) == (found.words, found.names)


def test_names_are_told_from_other_words() -> None:
    assert found_in([], asked(kursk=3.0, troops=1.0)).names == pytest.approx(0.75)
    assert found_in([], asked(troops=1.0)).names == 0
    assert found_in([], asked()) == Evidence(0, 0, 0, 0, 0)


@pytest.mark.parametrize("name", Features._fields)
@given(values=st.lists(SHARE, min_size=len(Features._fields), max_size=len(Features._fields)))
def test_a_quotes_score_is_a_weighted_sum(name: str, values: list[float]) -> None:
    features = Features(*values)
    without = features._replace(**{name: 0.0})
    part = parameters().quotes[name] * getattr(features, name)
    whole, rest = scores(np.array([features, without]))
    assert whole - rest == pytest.approx(part, abs=1e-9)


@given(st.lists(SHARE, min_size=len(Features._fields), max_size=len(Features._fields)), st.integers(1, 40))
def test_equal_features_have_equal_scores_whatever_their_place(values: list[float], number: int) -> None:
    assert len(set(scores(np.array([values] * number)).tolist())) == 1
