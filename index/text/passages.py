"""Articles cut into passages: runs of whole sentences, as offsets into the canonical text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.text import boilerplate, sentences
from index.text.spans import Span

# About 110 words: two to five sentences of news. Longer passages blur the embedding, shorter ones lose
# the context that tells which "he" is meant. Part of the fingerprint, since spans depend on it.
TARGET_CHARS = 600
VERSION = f"passages-{TARGET_CHARS}-sentences-{sentences.VERSION}-boilerplate-{boilerplate.VERSION}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: the unit that is embedded and searched.

    `span` and every entry of `sentences` are offsets into the article's text; sentences are ordered,
    do not overlap and lie inside the span.
    """

    span: Span
    sentences: tuple[Span, ...]


def split_passages(text: str) -> list[Passage]:
    """Return the passages of `text`: ordered, disjoint, together holding every sentence of the story once.

    What is no part of the story (see `index.text.boilerplate`) is in none; a passage ends where it stands. A
    passage is at most `TARGET_CHARS` characters, or one sentence that is longer.
    """
    return passages_of(boilerplate.reporting(text))


def passages_of(runs: Iterable[Sequence[Span]]) -> list[Passage]:
    """Return the passages of runs of neighbouring sentences, as `boilerplate.reporting` gives them."""
    return [_passage(part) for run in runs for part in _parts(run)]


def _parts(run: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Cut neighbouring sentences into as few parts of at most `TARGET_CHARS` as filling each one gives."""
    first = 0
    for i, sentence in enumerate(run):
        if i > first and sentence.end - run[first].start > TARGET_CHARS:
            yield run[first:i]
            first = i
    yield run[first:]


def _passage(part: Sequence[Span]) -> Passage:
    return Passage(Span(part[0].start, part[-1].end), tuple(part))
