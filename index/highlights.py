"""Highlights for an article whose source gave none: its most central sentences, as slices. Pure.

Sentences are compared by their words (tf-idf cosine to the whole article, as in Radev and others, 2004,
"Centroid-based summarization of multiple documents"), earlier ones preferred as news is written, and each
further one chosen for what it adds (maximal marginal relevance, Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict

from index.boilerplate import reporting
from index.sentences import is_whole
from index.types import MAX_QUOTE_CHARS, Article

COUNT = 3
# The first sentence of a news story is worth this much more than one far down.
LEAD_BONUS = 0.5
# Share of a sentence's centrality that repeating an earlier highlight can cost it.
REDUNDANCY = 0.7
# Later sentences rarely sum a story up, and reading only the beginning keeps long articles cheap.
SENTENCES_READ = 40

_WORD = re.compile(r"\w{3,}")


def highlights(article: Article) -> tuple[str, ...]:
    """Return the source's own highlights, or up to three sentences of the text in their order."""
    return article.highlights or central_sentences(article.text)


def central_sentences(text: str) -> tuple[str, ...]:
    spans = [sentence for run in reporting(text) for sentence in run]
    quotable = [s for s in spans if s.end - s.start <= MAX_QUOTE_CHARS and is_whole(text[s.start : s.end])]
    sentences = [text[span.start : span.end] for span in quotable[:SENTENCES_READ]]
    vectors = [Counter(_WORD.findall(sentence.casefold())) for sentence in sentences]
    spread = Counter(word for vector in vectors for word in vector)
    weighted = [_weigh(vector, spread, len(vectors)) for vector in vectors]
    return tuple(sentences[i] for i in sorted(_select(weighted)))


def _weigh(vector: Counter[str], spread: Counter[str], sentences: int) -> dict[str, float]:
    """Return the sentence's words by tf-idf, as a vector of length 1."""
    weights = {word: count * math.log(1 + sentences / spread[word]) for word, count in vector.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / norm for word, weight in weights.items()}


def _select(vectors: list[dict[str, float]]) -> list[int]:
    centroid: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for word, weight in vector.items():
            centroid[word] += weight
    norm = math.sqrt(sum(weight * weight for weight in centroid.values())) or 1.0
    central = [
        _dot(vector, centroid) / norm * (1 + LEAD_BONUS / (1 + position))
        for position, vector in enumerate(vectors)
    ]
    chosen: list[int] = []
    while len(chosen) < min(COUNT, len(vectors)):
        rest = [i for i in range(len(vectors)) if i not in chosen]
        chosen.append(max(rest, key=lambda i: central[i] * (1 - REDUNDANCY * _closest(i, chosen, vectors))))
    return chosen


def _closest(index: int, chosen: list[int], vectors: list[dict[str, float]]) -> float:
    return max((_dot(vectors[index], vectors[other]) for other in chosen), default=0.0)


def _dot(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
