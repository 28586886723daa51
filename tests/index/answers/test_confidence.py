"""How sure the library is: a probability that grows with what speaks for an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.asked import Asked
from index.answers.confidence import Evidence, confidence, evidence, threshold
from index.answers.parsing import Parser, ReadPassage, read
from index.answers.retrieval import Ranked
from index.answers.scoring import Features, parameters, score
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


def reading(dense: float, recency: float, coverage: float) -> ReadPassage:
    one = article("one", "Troops were sent to Kursk.")
    stored = StoredPassage(1, one, split_passages(one.text)[0])
    parser = Parser(lambda text, language: text.split())
    (read_closely,) = read([Ranked(stored, dense, 0.5, recency)], asked(), parser)
    return replace(read_closely, coverage=coverage)


def asked(**weights: float) -> Asked:
    return Asked(weights, frozenset({"kursk"}), expectation("?"), None, lambda _: 0.5)


READINGS = st.lists(st.builds(reading, st.floats(-1, 1), SHARE, SHARE), max_size=5)


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
    nothing = evidence([], asked(troops=1.0, kursk=2.0))
    everything = evidence([reading(1.0, 1.0, 1.0)], asked(troops=1.0, kursk=2.0))
    assert confidence(nothing) < threshold() < confidence(everything)


@given(READINGS, st.dictionaries(st.sampled_from(["troops", "kursk", "cup"]), st.floats(0.01, 9)))
def test_the_laws_of_evidence(readings: list[ReadPassage], weights: dict[str, float]) -> None:
    found = evidence(readings, asked(**weights))
    assert 0 <= found.coverage <= 1
    assert 0 <= found.names <= 1
    assert found.words >= 0
    assert evidence(readings[::-1], asked(**weights)) == found
    more = evidence([*readings, reading(1.0, 1.0, 1.0)], asked(**weights))
    assert (more.passage, more.current, more.coverage) >= (found.passage, found.current, found.coverage)
    assert (more.words, more.names) == (found.words, found.names)


def test_names_are_told_from_other_words() -> None:
    assert evidence([], asked(kursk=3.0, troops=1.0)).names == pytest.approx(0.75)
    assert evidence([], asked(troops=1.0)).names == 0
    assert evidence([], asked()) == Evidence(0, 0, 0, 0, 0)


@pytest.mark.parametrize("name", Features._fields)
@given(values=st.lists(SHARE, min_size=len(Features._fields), max_size=len(Features._fields)))
def test_a_quotes_score_is_a_weighted_sum(name: str, values: list[float]) -> None:
    features = Features(*values)
    without = features._replace(**{name: 0.0})
    part = parameters().quotes[name] * getattr(features, name)
    assert score(features) - score(without) == pytest.approx(part, abs=1e-9)
