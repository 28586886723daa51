"""Articles cut into passages: runs of whole sentences, as offsets into the canonical text."""

from index import sentences
from index.types import Passage, Span

# About 110 words: two to five sentences of news. Longer passages blur the embedding, shorter ones lose
# the context that tells which "he" is meant. Part of the fingerprint, since spans depend on it.
TARGET_CHARS = 600
VERSION = f"passages-{TARGET_CHARS}-sentences-{sentences.VERSION}"


def split_passages(text: str) -> list[Passage]:
    """Return the passages of `text`: ordered, disjoint, together holding every sentence exactly once.

    A passage is at most `TARGET_CHARS` characters, or one sentence that is longer.
    """
    passages: list[Passage] = []
    run: list[Span] = []
    for sentence in sentences.split_sentences(text):
        if run and sentence.end - run[0].start > TARGET_CHARS:
            passages.append(_passage(run))
            run = []
        run.append(sentence)
    if run:
        passages.append(_passage(run))
    return passages


def _passage(run: list[Span]) -> Passage:
    return Passage(Span(run[0].start, run[-1].end), tuple(run))
