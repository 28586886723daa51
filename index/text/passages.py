"""Cuts articles into passages: runs of whole sentences, as offsets into the canonical text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from index.text import boilerplate, sentences
from index.text.sentence_rules import PLAIN, SentenceRules
from index.text.spans import Span

# About 110 words: two to five sentences of news. The embedding of a longer passage mixes several subjects,
# and a shorter passage lacks the context that says who "he" is.
TARGET_CHARS = 600
# Passages of one article: 600,000 characters, a book. The rest of a longer text is stored and not searched,
# so that no article takes more than about ten seconds of embedding. Articles of news have fewer than 200.
MAX_PASSAGES = 1000
# Part of the fingerprint (`index.embeddings.base`): passages of another version are split and embedded again.
VERSION = f"passages-{TARGET_CHARS}-sentences-{sentences.VERSION}-boilerplate-{boilerplate.VERSION}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: the unit that is embedded and searched.

    `span` and every entry of `sentences` are offsets into the article's text; sentences are ordered,
    do not overlap and lie inside the span.
    """

    span: Span
    sentences: tuple[Span, ...]


def split_passages(text: str, rules: SentenceRules = PLAIN) -> list[Passage]:
    """Return the passages of `text`: ordered and disjoint, each sentence of the story in exactly one of them.

    Boilerplate (see `index.text.boilerplate`) is in no passage, and no passage reaches across it. A passage
    has at most `TARGET_CHARS` characters, or is one longer sentence. There are at most `MAX_PASSAGES`.
    """
    return passages_of(boilerplate.reporting(text, rules))


def passages_of(runs: Iterable[Sequence[Span]]) -> list[Passage]:
    """Return the first passages of runs of neighbouring sentences, which `boilerplate.reporting` returns."""
    parts = (part for run in runs for part in _parts(run))
    return [_passage(part) for part in islice(parts, MAX_PASSAGES)]


def _parts(run: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Cut neighbouring sentences into parts of at most `TARGET_CHARS` characters, filling each in turn."""
    first = 0
    for i, sentence in enumerate(run):
        if i > first and sentence.end - run[first].start > TARGET_CHARS:
            yield run[first:i]
            first = i
    yield run[first:]


def _passage(part: Sequence[Span]) -> Passage:
    return Passage(Span(part[0].start, part[-1].end), tuple(part))
