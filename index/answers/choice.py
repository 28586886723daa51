"""Chooses from the candidates those that are shown as quotes. Pure.

Quotes are taken from the highest score downwards; a candidate that repeats a quote already taken is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.answers.candidates import Candidate, Candidates
from index.answers.mentions import Flags
from index.answers.row import expanded

# Quotes are chosen from this many of the best candidates. In no measurement was a lower one chosen.
CONSIDERED = 150
# Two candidates that share at least this much of the shorter one's words say the same: the lower one is left
# out. Below that, the score falls by LIKENESS_COST × the share, and for the same article by
# SAME_ARTICLE_COST.
SAME_WORDS = 0.6
LIKENESS_COST = 1.0
SAME_ARTICLE_COST = 0.3
# A further quote bears on the question when its score is at most so much below the first one's. Of some 30
# further quotes of a held-out set, read through once, about 27 are left by it, and two of those do not bear.
BEARING = 1.5


def choose(runs: Candidates, limit: int) -> list[Candidate]:
    """Return at most `limit` of the candidates, best first, each of which adds something to those before it.

    The method is maximal marginal relevance (Carbonell and Goldstein, 1998): each time a candidate is taken,
    those that are like it lose a part of their score.
    """
    offered = runs[:CONSIDERED]
    words = _words(offered)
    sizes = words.sum(axis=1)
    articles = np.array([offered.ranked[i].stored.article.id for i in offered.passages.tolist()])
    starts, ends = offered.spans.T
    scores = offered.scores.copy()
    chosen: list[Candidate] = []
    while scores.max(initial=-np.inf) > -np.inf and len(chosen) < limit:
        best = int(scores.argmax())
        scores[best] = -np.inf
        taken = offered[best]
        if any(_repeats_sentence(taken, earlier) for earlier in chosen):
            continue
        chosen.append(taken)
        likeness = (words & words[best]).sum(axis=1) / np.maximum(1, np.minimum(sizes, sizes[best]))
        same_article = articles == taken.article_id
        overlap = same_article & (starts < ends[best]) & (starts[best] < ends)
        scores -= LIKENESS_COST * likeness + SAME_ARTICLE_COST * same_article
        scores[(likeness >= SAME_WORDS) | overlap] = -np.inf
    return chosen


def bearing(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return the first quote, and those further ones that bear on the question, too.

    `chosen` were read by the answer reader: without it, scores do not tell that.
    """
    return [quote for quote in chosen if quote.score >= chosen[0].score - BEARING]


def _words(runs: Candidates) -> Flags:
    """Return which stems each candidate holds: shape (candidates, distinct stems)."""
    places, rows = expanded(*runs.words.T)
    held = np.zeros((len(runs), int(runs.stems.max(initial=0)) + 1), np.bool_)
    held[rows, runs.stems[places]] = True
    return held


def _repeats_sentence(one: Candidate, other: Candidate) -> bool:
    """Tell whether `other` holds a sentence of `one` word for word, as copied agency reports do."""
    return any(
        one.article.text[start:end] in other.text
        for start, end in one.ranked.stored.passage.sentences
        if one.span.start <= start and end <= one.span.end
    )
