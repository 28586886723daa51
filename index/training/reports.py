"""Finds, for questions made from articles, what other articles of the same days report on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.evaluation.matching import normalise
from index.reader.windows import Window
from index.search.analyzer import Analyzer
from index.search.bm25 import Postings, idf
from index.text.passages import Passage, split_passages
from index.text.spans import Span
from index.training.cloze import cloze
from index.training.examples import Labelled, TrainingExample, label
from index.types.answer import MAX_QUOTE_CHARS
from index.types.article import Article

# A question is asked when its article was published, and answered by articles of so many days before and
# after: later articles are not there yet, earlier ones are not about the event.
EARLIER, LATER = timedelta(days=21), timedelta(days=3)
# So many passages are looked through for windows, and so many of the windows are kept.
PASSAGES, KEPT = 40, 14
# A window that holds this share of the sentence's words is a copy of it, from which nothing is learned.
COPY = 0.75
# The best window with the answer has at least this share of the best window's words of the question.
# Otherwise it probably holds the same words by chance.
NEAR = 0.75
# Of the first passages of articles, questions are made most often: place 0, 1, 2 … with falling frequency.
_FALL = 1.0
# A question has at least so many words, and at least so many windows.
_WORDS, _WINDOWS = 5, 4
# Questions are made at most so many times from each article.
ROUNDS = 9
# Sentences of a window.
_SENTENCES = 3


class _Stored(NamedTuple):
    article: Article
    passage: Passage


class Reports:
    """The passages of articles, searched by words as the library's own lexical index does (BM25)."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._analyzer = Analyzer()
        self._articles = list(articles)
        self._split = {article.id: split_passages(article.text) for article in self._articles}
        self._passages = [
            _Stored(article, passage) for article in self._articles for passage in self._split[article.id]
        ]
        self._published = np.array(
            [stored.article.published_at.timestamp() for stored in self._passages], np.float64
        )
        self._postings = Postings.of(
            [
                self._analyzer.terms(f"{article.title} {article.text[slice(*passage.span)]}")
                for article, passage in self._passages
            ]
        )

    def examples(self, count: int, random: Random) -> Iterator[TrainingExample]:
        """Yield at most `count` questions with windows, of which some hold the answer and others do not."""
        made = 0
        for _ in range(ROUNDS):
            for article in random.sample(self._articles, len(self._articles)):
                if made >= count:
                    return
                example = self._example(article, random)
                if example:
                    made += 1
                    yield example

    def _example(self, article: Article, random: Random) -> TrainingExample | None:
        passages = self._split[article.id]
        if not passages:
            return None
        passage = passages[min(len(passages) - 1, int(random.expovariate(_FALL)))]
        sentence = article.text[slice(*random.choice(passage.sentences))]
        made = cloze(sentence, random)
        if made is None or len(self._analyzer.terms(made.question)) < _WORDS:
            return None
        windows = self._windows(made.question, sentence, article, normalise(made.answer))
        return TrainingExample(made.question, windows) if windows else None

    def _windows(self, question: str, sentence: str, article: Article, answer: str) -> list[Labelled]:
        """Return the windows of other articles that share most with a question; none if they are no use."""
        weights = self._weights(set(self._analyzer.terms(question)))
        copied = set(self._analyzer.terms(sentence))
        found: list[tuple[float, Labelled]] = []
        for other, passage in self._search(weights, article):
            for window in _windows_of(other, passage):
                terms = set(self._analyzer.terms(window.text))
                if len(terms & copied) <= COPY * len(copied):
                    terms.update(self._analyzer.terms(window.headline))
                    shared = sum(weight for term, weight in weights.items() if term in terms)
                    found.append((shared, label(window, [answer])))
        best = sorted(found, key=lambda pair: -pair[0])[:KEPT]
        right = [shared for shared, labelled in best if labelled.answers]
        useful = len(best) >= _WINDOWS and 0 < len(right) < len(best) and right[0] >= NEAR * best[0][0]
        return [labelled for _, labelled in best] if useful else []

    def _weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the idf of those terms that any passage holds."""
        held = {term: len(found[0]) for term in terms if (found := self._postings.get(term))}
        return idf(held, len(self._passages))

    def _search(self, weights: dict[str, float], article: Article) -> Iterator[_Stored]:
        """Yield the best passages of other articles of the same days, best first."""
        scores: npt.NDArray[np.float64] = np.zeros(len(self._passages))
        for term, weight in sorted(weights.items()):
            found = self._postings.get(term)
            if found:
                scores[found[0]] += weight * found[1]
        asked = article.published_at
        earliest, latest = (asked - EARLIER).timestamp(), (asked + LATER).timestamp()
        scores[(self._published < earliest) | (self._published > latest)] = 0.0
        for place in np.argsort(-scores, kind="stable")[:PASSAGES].tolist():
            if scores[place] > 0 and self._passages[place].article.id != article.id:
                yield self._passages[place]


def _windows_of(article: Article, passage: Passage) -> Iterator[Window]:
    """Cut a passage into windows of neighbouring sentences, each as long as a quote may be."""
    for sentences in _groups(passage.sentences):
        start, end = sentences[0].start, sentences[-1].end
        text = article.text[start:end]
        yield Window(article.id, article.source, article.title, text, [Span(0, len(text))], start)


def _groups(sentences: Sequence[Span]) -> Iterator[Sequence[Span]]:
    first = 0
    for place, sentence in enumerate(sentences):
        too_long = sentence.end - sentences[first].start > MAX_QUOTE_CHARS
        if place > first and (too_long or place - first == _SENTENCES):
            yield sentences[first:place]
            first = place
    yield sentences[first:]
