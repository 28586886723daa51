"""Highlights for an article whose source gave none: its most central sentences, as slices. Pure.

Sentences are compared by their words (tf-idf cosine to the whole article, as in Radev and others, 2004,
"Centroid-based summarization of multiple documents"), earlier ones preferred as news is written, and each
further one chosen for what it adds (maximal marginal relevance, Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict

from index.text.boilerplate import reporting
from index.text.sentences import is_whole
from index.types.answer import MAX_QUOTE_CHARS
from index.types.article import Article

COUNT = 3
# The first sentence of a news story is worth this much more than one far down.
LEAD_BONUS = 0.5
# One that leans on the sentence before it ("But he …"), asks, or holds half a quotation is worth this share.
LEANING = 0.5
# One with all the words of the headline is worth so much more than one with none.
HEADLINE_BONUS = 0.5
# Share of a sentence's centrality that repeating an earlier highlight can cost it.
REDUNDANCY = 0.7
# Later sentences rarely sum a story up, and reading only the beginning keeps long articles cheap.
SENTENCES_READ = 40

_WORD = re.compile(r"\w{3,}")
_LEANS = re.compile(
    r"[\"'“”‘’(–—-]*(?:and|but|so|or|yet|then|also|still|however|instead|meanwhile|he|she|it|they|his|her|its|their"
    r"|this|that|these|those|there|here|some|others?|one|such)\b",
    re.IGNORECASE,
)


def highlights(article: Article) -> tuple[str, ...]:
    """Return the source's own highlights, or up to three sentences of the text in their order."""
    return article.highlights or central_sentences(article.text, article.title)


def central_sentences(text: str, title: str = "") -> tuple[str, ...]:
    spans = [sentence for run in reporting(text) for sentence in run]
    quotable = [s for s in spans if s.end - s.start <= MAX_QUOTE_CHARS and is_whole(text[s.start : s.end])]
    sentences = [text[span.start : span.end] for span in quotable[:SENTENCES_READ]]
    vectors = [Counter(_WORD.findall(sentence.casefold())) for sentence in sentences]
    spread = Counter(word for vector in vectors for word in vector)
    weighted = [_weigh(vector, spread, len(vectors)) for vector in vectors]
    words = set(_WORD.findall(title.casefold()))
    worth = [_alone(each) * _about(words, vector) for each, vector in zip(sentences, vectors, strict=True)]
    return tuple(sentences[i] for i in sorted(_select(weighted, worth)))


def stands_alone(sentence: str) -> bool:
    """Tell whether a sentence can be read without those around it."""
    halved = sentence.count("“") != sentence.count("”") or sentence.count('"') % 2
    return not (halved or sentence.rstrip("\"'”’)").endswith("?") or _LEANS.match(sentence))


def _alone(sentence: str) -> float:
    return 1.0 if stands_alone(sentence) else LEANING


def _about(words: set[str], vector: Counter[str]) -> float:
    return 1 + HEADLINE_BONUS * len(words & vector.keys()) / max(1, len(words))


def _weigh(vector: Counter[str], spread: Counter[str], sentences: int) -> dict[str, float]:
    """Return the sentence's words by tf-idf, as a vector of length 1."""
    weights = {word: count * math.log(1 + sentences / spread[word]) for word, count in vector.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / norm for word, weight in weights.items()}


def _select(vectors: list[dict[str, float]], worth: list[float]) -> list[int]:
    centroid: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for word, weight in vector.items():
            centroid[word] += weight
    norm = math.sqrt(sum(weight * weight for weight in centroid.values())) or 1.0
    central = [
        _dot(vector, centroid) / norm * worth[position] * (1 + LEAD_BONUS / (1 + position))
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
