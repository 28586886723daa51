"""Reads the best passages with a question in mind: which of its words they hold, and what could answer it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.answers.asked import Asked
from index.answers.mentions import Flags, Floats, Indexes, Mentions, Occurrences, support
from index.answers.parsing import KINDS, Parsed, Parser
from index.answers.retrieval import Ranked
from index.answers.row import Row

# This many of the best passages are read sentence by sentence. With 30 to 50 of them the chosen quotes are
# much the same.
PASSAGES_READ = 40
# The first word of a sentence is always written with a capital. It counts as a name when it is rarer than
# this: a word of this rarity stands in one passage in fifty.
COMMON_RARITY = 0.4


@dataclass(frozen=True, slots=True)
class Reading:
    """Passages with what one question makes of them.

    `occurrences` tells where the question's words stand in the `row`, and `weights` what each of them weighs,
    as a share of all. `coverage` is the share of the question's words, so weighed, that each passage or its
    headline holds, and `in_titles` says which of them each headline holds. `mentions` are the names, numbers
    and dates that the question itself does not hold. `focus` says of each sentence whether the noun asked for
    is in it.
    """

    ranked: Sequence[Ranked]
    row: Row
    occurrences: Occurrences
    weights: Floats
    coverage: Floats
    in_titles: Flags
    mentions: Mentions
    focus: Flags

    def covered(self, first: Indexes, end: Indexes) -> Floats:
        """Return the share of the question's words that the words `first` to `end` - 1 hold, in [0, 1]."""
        return _share(self.occurrences.between(first, end), self.weights)

    def covered_by_articles(self, articles: Indexes) -> Floats:
        """Return the share that each article holds in its passages; `articles` has that of each passage."""
        held = self.occurrences.between(*self.row.passages[: len(self.ranked)].T) | self.in_titles
        times = np.zeros((len(self.ranked), self.weights.size), np.intp)
        np.add.at(times, articles, held.T)
        return _share(times.T > 0, self.weights)

    def covered_with_title(self, first: Indexes, end: Indexes, passages: Indexes) -> Floats:
        """Return the same share where the headlines of the words' passages count, too."""
        return _share(self.occurrences.between(first, end) | self.in_titles[:, passages], self.weights)


def read(ranked: Sequence[Ranked], asked: Asked, parser: Parser) -> Reading:
    """Return what the question makes of the passages."""
    parsed = [parser.parse(passage.stored) for passage in ranked]
    row = Row.of(parsed, asked.variants)
    terms = row.numbers(asked.weights)
    occurrences = Occurrences(row.words, terms)
    weights = np.array(list(asked.weights.values()), np.float64)
    weights /= weights.sum() or 1.0
    titles = [
        _with_own(parser.title(passage.stored.article.title, passage.stored.article.language), asked.variants)
        for passage in ranked
    ]
    in_titles = np.array([[term in title for title in titles] for term in asked.weights], np.bool_)
    in_titles = in_titles.reshape(weights.size, len(ranked))
    in_passages = occurrences.between(*row.passages[: len(ranked)].T)
    mentions = _mentions(row, terms, occurrences, weights, _share(in_titles, weights), asked)
    if asked.finder:
        matching = _matching(ranked, parsed, row, terms, asked, parser)
        mentions = mentions._replace(expected=matching[mentions.words])
    return Reading(
        ranked=ranked,
        row=row,
        occurrences=occurrences,
        weights=weights,
        coverage=_share(in_titles | in_passages, weights),
        in_titles=in_titles,
        mentions=mentions,
        focus=np.array([*_focus(ranked, asked.expectation.focus)], np.bool_),
    )


def _with_own(stems: frozenset[str], variants: Mapping[str, str]) -> frozenset[str]:
    """Return stems, with the question's own for each that another language gives one of its words."""
    if variants.keys().isdisjoint(stems):
        return stems
    return stems | {variants[stem] for stem in stems if stem in variants}


def _share(held: Flags, weights: Floats) -> Floats:
    """Return the weight of those words (first axis) that are held, for each place of the second axis."""
    total: Floats = (held * weights[:, None]).sum(axis=0)
    return total


def _mentions(
    row: Row, terms: Indexes, occurrences: Occurrences, weights: Floats, title_share: Floats, asked: Asked
) -> Mentions:
    """Return the mentions in the passages; expected are those of a kind that the question expects.

    `terms` are the numbers of the question's words, `weights` what these weigh, and `title_share` is how much
    of that weight the headline of each passage holds.
    """
    asked_for = np.isin(row.words[row.notable], terms)
    sentences = np.searchsorted(row.sentences[:, 0], row.notable, side="right") - 1
    begins = row.sentences[sentences, 0] == row.notable
    rarity = _rarity(row, asked)
    is_common = begins & (row.kinds == KINDS.index("name")) & (rarity < COMMON_RARITY)
    kept = ~asked_for & ~is_common
    words, kinds = row.notable[kept], row.kinds[kept]
    passages = np.searchsorted(row.passages[:, 0], words, side="right") - 1
    distances = occurrences.distances(words, *row.passages[passages].T)
    return Mentions(
        words=words,
        stems=row.words[words],
        kinds=kinds,
        sentences=sentences[kept],
        passages=passages,
        support=support(distances, weights, title_share[passages]),
        rarity=rarity[kept],
        expected=np.isin(kinds, [KINDS.index(kind) for kind in asked.expectation.kinds]),
    )


def _rarity(row: Row, asked: Asked) -> Floats:
    """Return the rarity of the stem of each notable word."""
    stems = list(dict.fromkeys(row.notable_stems))
    rarity = dict(zip(stems, asked.rarity(stems), strict=True))
    return np.array([rarity[stem] for stem in row.notable_stems], np.float64)


def _matching(
    ranked: Sequence[Ranked], parsed: Sequence[Parsed], row: Row, terms: Indexes, asked: Asked, parser: Parser
) -> Flags:
    """Return of each word whether it is in a phrase of the form asked for.

    Phrases that hold one of the question's words are left out.
    """
    matching = np.zeros(row.words.size, np.bool_)
    is_asked = np.isin(row.words, terms)
    for passage, one, first in zip(ranked, parsed, row.passages[:, 0].tolist(), strict=False):
        spans = [*asked.finder(passage.stored.text, parser.terms)] if asked.finder else []
        for start, end in (first + one.starts.searchsorted(spans)).tolist() if spans else ():
            if not is_asked[start:end].any():
                matching[start:end] = True
    return matching


def _focus(ranked: Sequence[Ranked], noun: str | None) -> Iterator[bool]:
    """Yield for each sentence whether the noun asked for is in it, in the singular or the plural."""
    stem = noun[:-1] if noun and len(noun) > 4 else noun
    beginning = re.compile(rf"(?<![^\W_]){re.escape(stem or '')}")
    for passage in ranked:
        text, sentences = passage.stored.article.text, passage.stored.passage.sentences
        if stem is None or stem not in passage.stored.text.lower():
            yield from [False] * len(sentences)
        else:
            yield from (beginning.search(text[start:end].lower()) is not None for start, end in sentences)
