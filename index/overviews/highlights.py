"""Chooses highlights for an article whose source gave none: its most central sentences, word for word. Pure.

A sentence is central when its words are those of the whole article (cosine of tf-idf vectors, as in Radev and
others, 2004, "Centroid-based summarization of multiple documents"). Earlier sentences are preferred, because
news begins with what matters most. The second and third are chosen for what they add to the ones before
(maximal marginal relevance, Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from index.languages.registry import sentence_rules
from index.text.boilerplate import reporting
from index.text.sentence_rules import PLAIN, SentenceRules
from index.text.sentences import is_whole
from index.text.spans import Span
from index.types.answer import MAX_QUOTE_CHARS
from index.types.article import Article

# How many highlights an article gets.
COUNT = 3
# The first sentence of an article counts (1 + LEAD_BONUS) times as much as one far down.
LEAD_BONUS = 0.5
# A sentence that needs the one before it ("But he …"), is a question, or holds half a quotation counts this
# share.
LEANING = 0.5
# A sentence with all the words of the headline counts (1 + HEADLINE_BONUS) times as much as one with none.
HEADLINE_BONUS = 0.5
# A sentence that repeats an earlier highlight word for word loses this share of its centrality.
REDUNDANCY = 0.7
# Only so many sentences from the beginning are compared: later ones rarely sum an article up, and a long
# article would take long.
SENTENCES_READ = 40

_WORD = re.compile(r"\w{3,}")
# The first word of a sentence that needs the sentence before it to be understood.
_LEANS = re.compile(
    r"[\"'“”‘’(–—-]*(?:and|but|so|or|yet|then|also|still|however|instead|meanwhile|he|she|it|they|his|her|its|their"
    r"|this|that|these|those|there|here|some|others?|one|such)\b",
    re.IGNORECASE,
)


def highlights(article: Article) -> tuple[str, ...]:
    """Return the source's own highlights, or up to three sentences of the text in their order."""
    return article.highlights or central_sentences(
        article.text, article.title, sentence_rules(article.language)
    )


def central_sentences(text: str, title: str = "", rules: SentenceRules = PLAIN) -> tuple[str, ...]:
    """Return up to `COUNT` sentences of a text that sum it up best, in their order.

    `title` is the article's headline. Only sentences that report something (see `index.text.boilerplate`) are
    chosen from.
    """
    spans = [sentence for run in reporting(text, rules) for sentence in run]
    return tuple(text[span.start : span.end] for span in central_spans(text, spans, title))


def central_spans(text: str, sentences: Sequence[Span], title: str = "") -> list[Span]:
    """Return those up to `COUNT` of a text's sentences that sum it up best, in their order.

    Only whole sentences of at most `MAX_QUOTE_CHARS` characters are chosen from.
    """
    quotable = [
        span
        for span in sentences
        if span.end - span.start <= MAX_QUOTE_CHARS and is_whole(text[span.start : span.end])
    ]
    read = [text[span.start : span.end] for span in quotable[:SENTENCES_READ]]
    vectors = [Counter(_WORD.findall(sentence.casefold())) for sentence in read]
    spread = Counter(word for vector in vectors for word in vector)
    weighted = [_weigh(vector, spread, len(vectors)) for vector in vectors]
    words = set(_WORD.findall(title.casefold()))
    worth = [_alone(sentence) * _about(words, vector) for sentence, vector in zip(read, vectors, strict=True)]
    return [quotable[i] for i in sorted(_select(weighted, worth))]


def lead(text: str) -> Span | None:
    """Return the first sentence that can be read by itself, else the first one; None where none can be
    quoted.
    """
    spans = [sentence for run in reporting(text) for sentence in run]
    quotable = [
        span
        for span in spans
        if span.end - span.start <= MAX_QUOTE_CHARS and is_whole(text[span.start : span.end])
    ]
    alone = (span for span in quotable[:SENTENCES_READ] if stands_alone(text[span.start : span.end]))
    return next(alone, quotable[0] if quotable else None)


def stands_alone(sentence: str) -> bool:
    """Tell whether a sentence can be read by itself.

    It can when it is no question, holds no half quotation, and does not need the sentence before it.
    """
    halved = sentence.count("“") != sentence.count("”") or sentence.count('"') % 2
    return not (halved or sentence.rstrip("\"'”’)").endswith("?") or _LEANS.match(sentence))


def _alone(sentence: str) -> float:
    return 1.0 if stands_alone(sentence) else LEANING


def _about(words: set[str], vector: Counter[str]) -> float:
    """Return the factor for the headline's `words` in a sentence, from 1 to 1 + HEADLINE_BONUS."""
    return 1 + HEADLINE_BONUS * len(words & vector.keys()) / max(1, len(words))


def _weigh(vector: Counter[str], spread: Counter[str], sentences: int) -> dict[str, float]:
    """Return the tf-idf vector of a sentence, of length 1: word → weight.

    `vector` counts its words, `spread` counts the sentences that hold each word, of `sentences` in all.
    """
    weights = {word: count * math.log(1 + sentences / spread[word]) for word, count in vector.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / norm for word, weight in weights.items()}


def _select(vectors: list[dict[str, float]], worth: list[float]) -> list[int]:
    """Return the places of the chosen sentences, best first.

    `vectors` are the tf-idf vectors of all sentences, `worth` holds a factor for the centrality of each.
    """
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
    """Return the cosine of a sentence and the chosen one that is most like it; 0 where none is chosen."""
    return max((_dot(vectors[index], vectors[other]) for other in chosen), default=0.0)


def _dot(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
