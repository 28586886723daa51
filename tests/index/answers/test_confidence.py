"""How sure the library is: a probability that grows with what speaks for an answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.asked import Asked
from index.answers.confidence import Evidence, confidence, confidences, evidence
from index.answers.retrieval import Ranked
from index.answers.scoring import Features, Fit, parameters, scores
from index.languages.english.answer_types import expectation
from index.reader.windows import Figures
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
    answer=st.floats(-5, 30),
)
FITS = pytest.mark.parametrize("fit", [parameters().plain, parameters().read], ids=["plain", "read"])


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


@FITS
def test_what_was_fitted_names_every_input(fit: Fit) -> None:
    assert tuple(fit.quotes) == Features._fields
    assert tuple(fit.confidence) == Evidence._fields
    assert 0 < fit.threshold < 1


def test_without_the_reader_nothing_that_it_says_counts() -> None:
    plain, read = parameters().plain, parameters().read
    for name in Figures._fields:
        assert plain.quotes[name] == 0
        assert read.quotes[name] > 0
    assert plain.confidence["answer"] == 0
    assert read.confidence["answer"] > 0


@FITS
@given(found=EVIDENCE)
def test_confidence_is_a_probability(fit: Fit, found: Evidence) -> None:
    assert 0 <= confidence(found, fit) <= 1
    assert confidence(found, fit) == confidence(found, fit)


@given(EVIDENCE)
def test_many_at_once_are_as_sure_as_one_by_one(found: Evidence) -> None:
    many = confidences(*(np.array([value] * 2, np.float32) for value in found[:5]))
    assert many.tolist() == pytest.approx([confidence(found, parameters().plain)] * 2, abs=1e-4)


@FITS
@pytest.mark.parametrize("name", Evidence._fields)
@given(found=EVIDENCE, more=st.floats(0.01, 2))
def test_confidence_follows_the_sign_of_each_weight(
    fit: Fit, name: str, found: Evidence, more: float
) -> None:
    raised = found._replace(**{name: getattr(found, name) + more})
    before, after = confidence(found, fit), confidence(raised, fit)
    assert before <= after if fit.confidence[name] >= 0 else before >= after


@FITS
def test_much_evidence_is_answered_and_none_is_not(fit: Fit) -> None:
    nothing = found_in([], asked(troops=1.0, kursk=2.0))._replace(answer=-5.0)
    everything = found_in([passage(1.0, 1.0, 1.0)], asked(troops=1.0, kursk=2.0))._replace(answer=10.0)
    assert confidence(nothing, fit) < fit.threshold < confidence(everything, fit)


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


@FITS
@pytest.mark.parametrize("name", Features._fields)
@given(values=st.lists(SHARE, min_size=len(Features._fields), max_size=len(Features._fields)))
def test_a_quotes_score_is_a_weighted_sum(fit: Fit, name: str, values: list[float]) -> None:
    features = Features(*values)
    without = features._replace(**{name: 0.0})
    part = fit.quotes[name] * getattr(features, name)
    whole, rest = scores(np.array([features, without]), fit)
    assert whole - rest == pytest.approx(part, abs=1e-9)


@FITS
@given(
    values=st.lists(SHARE, min_size=len(Features._fields), max_size=len(Features._fields)),
    number=st.integers(1, 40),
)
def test_equal_features_have_equal_scores_whatever_their_place(
    fit: Fit, values: list[float], number: int
) -> None:
    assert len(set(scores(np.array([values] * number), fit).tolist())) == 1
