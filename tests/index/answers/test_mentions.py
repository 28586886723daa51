"""How near a question's words are to a mention, and what the articles agree on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answers.mentions import ABSENT, TITLE_SUPPORT, Indexes, Occurrences, support, votes

# Stems of words by their numbers; 0 and 1 are words of the question.
WORDS = st.lists(st.integers(0, 4), min_size=1, max_size=30)
TERMS = np.array([0, 1, -1])


def indexes(*numbers: int) -> Indexes:
    return np.array(numbers, np.intp)


def counted(words: list[int], place: int, first: int, end: int) -> list[int]:
    """Return how far the nearest of each term is from a place, counted one by one."""
    far = [[abs(place - i) for i in range(first, end) if words[i] == term] for term in TERMS.tolist()]
    return [min(distances, default=ABSENT) for distances in far]


@given(WORDS, st.data())
def test_distances_are_those_to_the_nearest_within_the_passage(words: list[int], data: st.DataObject) -> None:
    places = [i for i, word in enumerate(words) if word > 1]
    edges = [
        (data.draw(st.integers(0, place)), data.draw(st.integers(place + 1, len(words)))) for place in places
    ]
    first, end = indexes(*(first for first, _ in edges)), indexes(*(end for _, end in edges))
    found = Occurrences(indexes(*words), TERMS).distances(indexes(*places), first, end)
    expected = [counted(words, place, *edge) for place, edge in zip(places, edges, strict=True)]
    assert found.T.tolist() == expected


@given(WORDS, st.data())
def test_a_term_is_between_two_places_where_a_word_has_its_stem(
    words: list[int], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(first, len(words)))
    found = Occurrences(indexes(*words), TERMS).between(indexes(first), indexes(end))
    assert found[:, 0].tolist() == [term in words[first:end] for term in TERMS.tolist()]


def test_a_word_that_is_very_far_is_nearer_than_one_that_is_absent() -> None:
    words = np.array([0, *[4] * 500, 3])
    distances = Occurrences(words, TERMS).distances(indexes(501), indexes(0), indexes(502))
    assert distances[:, 0].tolist() == [ABSENT - 1, ABSENT, ABSENT]
    assert 0 < support(distances, np.array([1.0, 0.0, 0.0]), np.zeros(1))[0] < 1e-6


def test_a_mention_close_to_the_question_is_supported_more() -> None:
    weights, none = np.array([0.7, 0.3]), np.zeros(1)
    near, far = (support(np.array([[distance], [ABSENT]]), weights, none)[0] for distance in (1, 20))
    with_title = support(np.array([[20], [ABSENT]]), weights, np.ones(1))[0]
    assert near > with_title > far > 0
    assert with_title == pytest.approx(far + TITLE_SUPPORT)
    assert support(np.array([[1], [1]]), weights, np.ones(1))[0] == 1


# -- votes -----------------------------------------------------------------------------------------------

# (number of the stem, number of the article, what the mention offers)
BALLOTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(0, 1)), max_size=20)


def shares(ballots: list[tuple[int, int, float]]) -> list[float]:
    stems, articles, offered = zip(*ballots, strict=True) if ballots else ((), (), ())
    return votes(indexes(*stems), indexes(*articles), np.array(offered, np.float64), 4).tolist()


@given(BALLOTS)
def test_votes_are_shares_of_the_best(ballots: list[tuple[int, int, float]]) -> None:
    found = shares(ballots)
    assert all(0 <= vote <= 1 for vote in found)
    assert not any(found) or max(found) == 1
    assert all(found[stem] == 0 for stem in set(range(4)) - {stem for stem, _, _ in ballots})


@given(BALLOTS)
def test_an_article_votes_once_for_a_mention(ballots: list[tuple[int, int, float]]) -> None:
    assert shares([*ballots, *ballots]) == shares(ballots)


def test_more_articles_weigh_more_than_more_passages() -> None:
    often, agreed = 0, 1
    ballots = [(often, 0, 1.0), (often, 0, 1.0), (often, 0, 0.9), (agreed, 0, 0.8), (agreed, 1, 0.4)]
    assert shares(ballots) == pytest.approx([1 / 1.2, 1, 0, 0])
    assert shares([]) == [0, 0, 0, 0]
