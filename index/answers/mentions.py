"""Weighs the names, numbers and dates ("mentions") in passages, and counts on which the articles agree. Pure.

What answers a question about the news tends to stand near the question's words, and in several articles. So
each article votes for each of its mentions, except those that the question itself holds. A vote is the weight
of the passage times the support of the mention, which falls with the distance to the question's words; of
several passages of an article the highest vote counts. After the redundancy method of Brill, Lin, Banko,
Dumais and Ng (2001, "Data-Intensive Question Answering") and the proximity weighting of Clarke, Cormack and
Lynam (2001, "Exploiting Redundancy in Question Answering").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

# The support of one of the question's words falls to 1/e at a distance of REACH words from the mention. A
# headline with all of the question's words adds TITLE_SUPPORT to the support of every mention below it.
REACH = 12.0
TITLE_SUPPORT = 0.35
# By distance in words; beyond 199 words the value for 199 counts. The last one is that of a word that is not
# in the passage at all.
ABSENT = 200
_NEARNESS: Floats = np.append(np.exp(-np.arange(ABSENT) / REACH), 0.0)


class Mentions(NamedTuple):
    """The mentions in the passages that are read, in order: one entry of each array for each mention.

    `words` are their places among the words of all passages, `stems` the numbers of their stems, and `kinds`
    are places in `index.answers.parsing.KINDS`. `sentences` and `passages` tell where they are. `support`, in
    [0, 1], says how much of the question is near, `rarity`, in [0, 1], how rare the stem is, and `expected`
    whether the mention could answer the question.
    """

    words: Indexes
    stems: Indexes
    kinds: Indexes
    sentences: Indexes
    passages: Indexes
    support: Floats
    rarity: Floats
    expected: Flags


class Occurrences:
    """Where the words of a question stand in a text, given the numbers of both their stems.

    `terms` are the question's words, all different; -1 stands for one that is nowhere in the text. Places are
    indexes of `words`.
    """

    def __init__(self, words: Indexes, terms: Indexes) -> None:
        held = words == terms[:, None]
        self._before = np.zeros((terms.size, words.size + 1), np.intp)
        np.cumsum(held, axis=1, out=self._before[:, 1:])
        # The places of the first term, then those of the second, and so on; `_starts` is where each begins.
        self._places = np.append(held.nonzero()[1], 0)
        self._starts = np.append(0, self._before[:, -1].cumsum())[:-1, None]

    def between(self, first: Indexes, end: Indexes) -> Flags:
        """Return whether each term is among the words `first` to `end` - 1: shape (terms, *first.shape)."""
        found: Flags = self._before[:, end] > self._before[:, first]
        return found

    def distances(self, places: Indexes, first: Indexes, end: Indexes) -> Indexes:
        """Return how far each term is from each place where it is nearest: shape (terms, places).

        For each place only the words `first` to `end` - 1 count. Where a term is not among them, the distance
        is `ABSENT`, and at most `ABSENT` - 1 elsewhere. No term may stand at any of the places.
        """
        before = self._before[:, places]
        following = self._starts + before
        left = np.minimum(places - self._places[following - 1], ABSENT - 1)
        right = np.minimum(self._places[following] - places, ABSENT - 1)
        left[before == self._before[:, first]] = ABSENT
        right[before == self._before[:, end]] = ABSENT
        nearest: Indexes = np.minimum(left, right)
        return nearest


def support(distances: Indexes, weights: Floats, title_share: Floats) -> Floats:
    """Return the support of mentions, in [0, 1], shape (mentions,).

    `distances` are those of the question's words (first axis) from each mention, `weights` what each of the
    question's words weighs, as a share of all. `title_share`, in [0, 1], is how much of that weight the
    headline above each mention holds.
    """
    near = (_NEARNESS[distances] * weights[:, None]).sum(axis=0)
    supported: Floats = np.minimum(1.0, near + TITLE_SUPPORT * title_share)
    return supported


def votes(stems: Indexes, articles: Indexes, offered: Floats, number: int) -> Floats:
    """Return the votes for each of `number` stems, as a share of those of the best one: in [0, 1].

    Of each mention, `stems` is the number of its stem, `articles` that of its article, and `offered` the
    weight of the passage times its support. Each article votes once for a stem, with the highest vote.
    """
    ballots, ballot = np.unique(articles * number + stems, return_inverse=True)
    best = np.zeros(ballots.size)
    np.maximum.at(best, ballot, offered)
    counted = np.bincount(ballots % number, best, number)
    shares: Floats = counted / (counted.max(initial=0.0) or 1.0)
    return shares
