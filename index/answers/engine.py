"""Questions in, answers out: the way from a question to its quotes."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from index.answers.asked import Asked
from index.answers.candidates import candidates, choose, to_quote
from index.answers.confidence import confidence, evidence
from index.answers.confidence import threshold as fitted_threshold
from index.answers.explain import explain
from index.answers.parsing import PASSAGES_READ, Parser, read
from index.answers.recency import Recency
from index.answers.rerank import CrossEncoderReranker, rerank
from index.answers.result import SearchResult
from index.answers.retrieval import DEPTH, Ranked, Retrieval, retrieve, retrieve_all
from index.answers.scoring import parameters
from index.embeddings.base import Embedder, Vectors
from index.english.answer_forms import finder_for
from index.english.answer_spans import answer_spans
from index.english.answer_types import expectation, names
from index.english.event_times import event_time
from index.english.freshness import stale_since
from index.english.periods import Period, period
from index.errors import ModelError, UsageError
from index.runtime.faults import Faults
from index.search.base import PassageIndex
from index.search.bm25 import idf
from index.storage.articles import Store, StoredPassage
from index.text.normalize import canonical_line
from index.types.answer import Answer, Quote
from index.types.article import Hit
from index.types.options import IndexOptions
from index.types.question import Filters, Question

# Where a question names a period, so many passages from inside it are read before any others.
PERIOD_PASSAGES = 25

MODEL = "model"


class AnswerEngine:
    """Answers questions from what is stored and indexed. Safe to use from many threads.

    Raises UsageError for an unknown source, ModelError when a reindex is needed first.
    """

    def __init__(
        self, options: IndexOptions, store: Store, index: PassageIndex, embedder: Embedder, faults: Faults
    ) -> None:
        self._options = options
        self._store = store
        self._index = index
        self._embedder = embedder
        self._faults = faults
        self.parser = Parser(index.terms)
        self._reranker = CrossEncoderReranker(options.reranker_model) if options.reranker_model else None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the vectors that are compared: of the model and the splitter."""
        return self._embedder.fingerprint

    @property
    def model(self) -> str:
        """The name of the embedding model."""
        return self._embedder.model

    def load_model(self) -> None:
        """Load the models now, so that the first question does not wait for them. Raises ModelError."""
        try:
            self._embedder.embed_question("news")
        except ModelError as error:
            self._faults.report(MODEL, error)
            raise
        self._faults.mended(MODEL)
        if self._reranker:
            self._reranker.load()

    def answer(self, question: Question) -> tuple[Answer, SearchResult]:
        """Return the answer, and what it was chosen from. Raises as `NewsIndex.ask` does."""
        with self._store.database.snapshot():
            return self._answer_from_snapshot(question)

    def _answer_from_snapshot(self, question: Question) -> tuple[Answer, SearchResult]:
        started = time.perf_counter()
        found = self.search(question)
        chosen = choose(found.candidates, question.limit)
        copies = self._store.copies({each.article_id for each in chosen})
        quotes = [self.dated(to_quote(each, copies.get(each.article_id, ()))) for each in chosen]
        certainty = confidence(found.evidence) if chosen else 0.0
        answered = bool(chosen) and certainty >= self.threshold
        coverage = None if answered else self._store.coverage(found.quotable)
        answer = Answer(
            question=question,
            as_of=found.as_of,
            since=found.since,
            until=found.until,
            answered=answered,
            confidence=certainty,
            quotes=tuple(self._marked(quotes, found.asked) if answered else quotes),
            articles_searched=coverage.articles if coverage else self._store.count_articles(found.quotable),
            took_ms=(time.perf_counter() - started) * 1000,
            coverage=coverage,
            stale_since=stale_since(question.text, _times_known(quotes), found.as_of),
        )
        if question.explain:
            explanation = explain(answer, found, chosen, self.threshold, self.caveat())
            answer = replace(answer, explanation=explanation)
        return answer, found

    def _marked(self, quotes: Sequence[Quote], asked: Asked) -> list[Quote]:
        """Return the quotes with the words that answer, where they are certain."""
        texts = [quote.text for quote in quotes]
        spans = answer_spans(asked.finder, texts, asked.weights, self._index.terms)
        return [replace(quote, answer_spans=found) for quote, found in zip(quotes, spans, strict=True)]

    def dated(self, quote: Quote) -> Quote:
        """Return the quote with the time that its words name.

        "Yesterday" names none where it is not known when the article was published.
        """
        published = quote.article.published_at
        if quote.article.published_precision == "seen":
            return quote
        return replace(quote, event=event_time(quote.text, published, ZoneInfo(self._options.timezone)))

    def search(self, question: Question) -> SearchResult:
        """Return what could be quoted for a question, and what speaks for each. Raises as `answer` does."""
        self.require_current_vectors()
        as_of = question.as_of or self._options.clock()
        explicit = question.since is not None or question.until is not None
        text = canonical_line(question.text)  # neither the model nor the index takes what is no character
        about = None if explicit else period(text, as_of, ZoneInfo(self._options.timezone))
        until = min(question.until, as_of) if question.until else as_of
        filters = Filters(question.since, until, self.source_name(question.source))
        shown, searched = Filters(question.since, question.until), [filters]
        if about and about.limits:
            shown = Filters(about.since, min(about.until, as_of) if about.until else None)
            searched.append(replace(filters, since=shown.since, until=shown.until or until))
        # Reports from outside the period are read, since they too tell what matters, but not quoted.
        first = shown if about and about.limits else None
        what = Retrieval(searched, PASSAGES_READ, first, PERIOD_PASSAGES)
        ranked = self.retrieve(text, what, until, about)
        asked = self.asked(text)
        readings = read(ranked, asked, self.parser)
        found = [each for each in candidates(readings, asked) if shown.admit(each.ranked.stored.article)]
        if self._reranker:
            found = rerank(self._reranker, text, found)
        return SearchResult(
            as_of=as_of,
            since=shown.since,
            until=shown.until,
            about=about,
            filters=filters,
            asked=asked,
            ranked=ranked,
            candidates=found,
            evidence=evidence(readings, asked),
        )

    def answer_and_passages(self, question: Question) -> tuple[Answer, list[str]]:
        """Return the answer, and the best passages whole."""
        answer, found = self.answer(question)
        return answer, [each.stored.text for each in found.ranked[: question.limit]]

    def hits(self, text: str, until: datetime | None) -> list[tuple[Hit, StoredPassage]]:
        """Return what both searches find for a text, in no order, with the passages that are stored."""
        hits = self._index.search(self.meaning(text), text, Filters(until=until), DEPTH)
        stored = self._store.stored_passages([hit.passage_id for hit in hits])
        return [(hit, stored[hit.passage_id]) for hit in hits if hit.passage_id in stored]

    def retrieve_topic(self, text: str, filters: Filters) -> list[Ranked]:
        """Return the passages that may be about a topic, best first, old ones as good as new ones."""
        return retrieve_all(self._index, self._store, self.meaning(text), text, filters)

    def terms(self, text: str) -> list[str]:
        """Return the words of a text in the form that the index compares."""
        return self._index.terms(text)

    def retrieve(
        self, text: str, what: Retrieval, now: datetime, about: Period | None = None
    ) -> list[Ranked]:
        """Return the best passages of each search, and of the first one narrowed to what is current."""
        vector = self.meaning(text)
        recency = Recency.of(self._store, now, about)
        what = what._replace(filters=[*what.filters, recency.narrow(what.filters[0])])
        return retrieve(self._index, self._store, vector, text, what, recency)

    def meaning(self, text: str) -> Vectors:
        """Return the vector of a text; zeros while the model is missing, so that words alone are compared."""
        try:
            vector = self._embedder.embed_question(text)
        except ModelError as error:
            self._faults.report(MODEL, error)
            return np.zeros(self._embedder.dimension, np.float32)
        self._faults.mended(MODEL)
        return vector

    @property
    def threshold(self) -> float:
        return fitted_threshold() if self._options.threshold is None else self._options.threshold

    def asked(self, text: str) -> Asked:
        terms = self._index.question_terms(text)
        weights = idf(self._index.document_frequency(terms), len(self._index))
        named = frozenset(stem for name in names(text) for stem in self._index.terms(name))
        return Asked(weights, named, expectation(text), finder_for(text), self._rarity())

    def _rarity(self) -> Callable[[str], float]:
        """Return a function from a word to its idf as a share of the highest possible, in [0, 1]."""
        passages = len(self._index)
        highest = idf({"": 0}, passages)[""]

        @cache
        def rarity(term: str) -> float:
            return idf(self._index.document_frequency([term]), passages)[term] / highest

        return rarity

    def source_name(self, source: str | None) -> str | None:
        """Return the stored spelling of a source's name."""
        if source is None:
            return None
        names = {name.casefold(): name for name in self._store.source_names()}
        found = names.get(source.strip().casefold())
        if found is None:
            close = difflib.get_close_matches(source.casefold(), list(names), n=1, cutoff=0.5)
            known = f"did you mean {names[close[0]]!r}?" if close else f"known are {_listed(names)}."
            raise UsageError(f"There is no source {source!r}: {known}")
        return found

    def require_current_vectors(self) -> None:
        """Raise ModelError where what is stored was embedded by another model."""
        self._store.require_current(self._embedder.fingerprint, self._embedder.model)

    def caveat(self) -> str | None:
        """Say that the threshold belongs to another model, where it does and none is set."""
        if self._options.threshold is not None or self._embedder.model == parameters().model:
            return None
        return (
            f"The threshold was measured for {parameters().model}, not for {self._embedder.model}: "
            "'newsbot evaluate FOLDER' suggests one for NEWS_THRESHOLD."
        )


def _listed(names: dict[str, str]) -> str:
    shown = sorted(names.values())[:8]
    return ", ".join(shown) + (" and others" if len(names) > len(shown) else "") if shown else "none"


def _times_known(quotes: Sequence[Quote]) -> list[datetime]:
    """Return when the quoted articles were published, of those whose time is known."""
    articles = [quote.article for quote in quotes]
    return [article.published_at for article in articles if article.published_precision != "seen"]
