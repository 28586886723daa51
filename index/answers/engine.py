"""Answers a question: finds passages, reads them, chooses quotes and decides whether these answer it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from index.answers import by_words
from index.answers.asked import Asked
from index.answers.candidates import Candidate, Candidates, candidates, to_quote
from index.answers.choice import bearing, choose
from index.answers.confidence import confidence, evidence
from index.answers.explain import explain
from index.answers.judging import Judged, judge, unread
from index.answers.parsing import Parser
from index.answers.reading import PASSAGES_READ, read
from index.answers.recency import Recency
from index.answers.rerank import CrossEncoderReranker, rerank
from index.answers.result import SearchResult
from index.answers.retrieval import (
    BY_MEANING,
    BY_WORDS,
    DEPTH,
    Ranked,
    Retrieval,
    retrieve,
    retrieve_all,
)
from index.answers.scoring import Fit, parameters
from index.answers.spelling import Spelling
from index.answers.wording import Wording, is_lone_word, wording
from index.answers.words import words_that_answer
from index.embeddings.base import Embedder, Vectors
from index.errors import ModelError, UsageError
from index.languages.english.answer_forms import finder_for
from index.languages.english.answer_types import names
from index.languages.english.event_times import event_time
from index.languages.english.periods import Period, TimeRead
from index.languages.questions import expectation, read_time, stale_since
from index.reader.reader import AnswerReader
from index.runtime.faults import Faults
from index.runtime.priority import AnswerPriority
from index.search.base import PassageIndex
from index.search.bm25 import idf
from index.storage.articles import Store, StoredPassage
from index.storage.editions import Editions
from index.text.normalize import canonical_line
from index.text.tags import base_code, clean_tag
from index.types.answer import Answer, Quote
from index.types.article import Hit
from index.types.options import IndexOptions
from index.types.question import ANY_LANGUAGE, QUOTES, Filters, Question

# When a question names a period, up to this many passages from inside the period are read before any others.
PERIOD_PASSAGES = 25

# The names under which faults of the embedding model and of the answer reader are reported.
MODEL, READER = "model", "reader"


class AnswerEngine:
    """Answers questions from the articles that are stored and indexed. Safe to use from many threads.

    Its methods raise UsageError for an unknown source, and ModelError when the stored vectors belong to
    another embedding model, so that a reindex is needed first.
    """

    def __init__(
        self,
        options: IndexOptions,
        store: Store,
        index: PassageIndex,
        embedder: Embedder,
        faults: Faults,
        editions: Editions,
        reader: AnswerReader | None = None,
        priority: AnswerPriority | None = None,
    ) -> None:
        self._options = options
        self._store = store
        self._index = index
        self._embedder = embedder
        self._faults = faults
        self._editions = editions
        self._reader = reader
        self._let_by = (priority or AnswerPriority()).let_by
        self.parser = Parser(index.analyzer.terms)
        self.spelling = Spelling(index, store)
        self._reranker = CrossEncoderReranker(options.reranker_model) if options.reranker_model else None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the vectors that are compared: it changes with model and splitter."""
        return self._embedder.fingerprint

    @property
    def model(self) -> str:
        """The name of the embedding model."""
        return self._embedder.model

    def load_model(self) -> None:
        """Load the models now, so that the first question need not wait.

        Raises ModelError where one of them is missing or unusable, except for the answer reader: answers go
        on without it.
        """
        try:
            self._embedder.embed_question("news")
        except ModelError as error:
            self._faults.report(MODEL, error)
            raise
        self._faults.mended(MODEL)
        if self._reranker:
            self._reranker.load()
        if self._reader:
            try:
                self._reader.load()
            except ModelError as error:
                self._faults.report(READER, error)

    def answer(self, question: Question) -> tuple[Answer, SearchResult]:
        """Return the answer, and the search result that its quotes were chosen from.

        The whole answer is read from one snapshot of the database. Raises as `NewsIndex.ask` does.
        """
        with self._store.database.snapshot():
            return self._answer_from_snapshot(question)

    def _answer_from_snapshot(self, question: Question) -> tuple[Answer, SearchResult]:
        started = time.perf_counter()
        result = self.search(question)
        chosen = choose(result.candidates, question.limit)
        fit, read = result.judged.fit, result.judged.read
        threshold = self._threshold(fit)
        probability = self._confidence(result) if chosen else 0.0
        answered = bool(chosen) and probability >= threshold
        if answered and read and question.limit <= QUOTES:  # else all are shown, as the closest reports
            chosen = bearing(chosen)
        articles = {candidate.article_id for candidate in chosen}
        copies = self._store.copies(articles, result.filters.origins)
        quotes = [
            self.dated(to_quote(candidate, copies.get(candidate.article_id, ()))) for candidate in chosen
        ]
        words = words_that_answer(question.text, quotes, read) if answered and read else None
        if words:
            quotes = [
                replace(quote, answer_spans=marks) for quote, marks in zip(quotes, words.marks, strict=True)
            ]
        coverage = None if answered else self._store.coverage(result.quotable)
        answer = Answer(
            question=question,
            as_of=result.as_of,
            since=result.since,
            until=result.until,
            answered=answered,
            confidence=probability,
            quotes=tuple(quotes),
            articles_searched=coverage.articles if coverage else self._store.count_articles(result.quotable),
            took_ms=(time.perf_counter() - started) * 1000,
            coverage=coverage,
            stale_since=stale_since(question.text, result.asked.language, _times_known(quotes), result.as_of),
            language=result.asked.language,
            unclear_time=result.unclear_time,
            words=words.answer if words else None,
            differing=words.differing if words else None,
        )
        if question.explain:
            explanation = explain(answer, result, chosen, threshold, self.caveat())
            answer = replace(answer, explanation=explanation)
        return answer, result

    @staticmethod
    def _confidence(result: SearchResult) -> float:
        if result.asked.by_words:
            return by_words.confidence(result.evidence, result.asked)
        return confidence(result.evidence, result.judged.fit)

    def dated(self, quote: Quote) -> Quote:
        """Return the quote with the time that its words name, in days of the set time zone.

        "Yesterday" names none where it is not known when the article was published.
        """
        published = quote.article.published_at
        if quote.article.published_precision == "seen":
            return quote
        return replace(quote, event=event_time(quote.text, published, ZoneInfo(self._options.timezone)))

    def search(self, question: Question) -> SearchResult:
        """Return every run of sentences that could be quoted for a question, with its score.

        Raises as `answer` does.
        """
        self.require_current_vectors()
        as_of = question.as_of or self._options.clock()
        explicit = question.since is not None or question.until is not None
        text = canonical_line(question.text)  # the model and the index refuse what is no valid character
        time_read = TimeRead() if explicit else self.read_time(text, as_of)
        about = time_read.period
        until = min(question.until, as_of) if question.until else as_of
        filters = self.filters(question.edition, question.source, question.since, until, question.language)
        shown, searched = Filters(question.since, question.until), [filters]
        if about and about.limits:
            shown = Filters(about.since, min(about.until, as_of) if about.until else None)
            searched.append(replace(filters, since=shown.since, until=shown.until or until))
        # Passages from outside the period are read as well, because their mentions count as votes. They are
        # not quoted: `shown` leaves them out below.
        first = shown if about and about.limits else None
        what = Retrieval(searched, PASSAGES_READ, first, PERIOD_PASSAGES)
        self._let_by()
        ranked = self.retrieve(text, what, until, about)
        self._let_by()
        asked = self.asked(text)
        reading = read(ranked, asked, self.parser)
        runs = candidates(reading, asked)
        is_shown = np.array([shown.admit(passage.stored.article) for passage in ranked], np.bool_)
        judged = self._judged(asked, text, runs.only(is_shown[runs.passages]))
        found = evidence(ranked, reading.coverage.tolist(), asked)
        if judged.read:
            found = found._replace(answer=judged.read.agreement.logit)
        return SearchResult(
            as_of=as_of,
            since=shown.since,
            until=shown.until,
            about=about,
            unclear_time=time_read.unclear,
            filters=filters,
            asked=asked,
            ranked=ranked,
            judged=judged,
            evidence=found,
        )

    def read_time(self, text: str, as_of: datetime) -> TimeRead:
        """Return what a question says of time, in days of the set time zone."""
        language = self.wording(text).language
        return read_time(text, language, as_of, ZoneInfo(self._options.timezone), self._options.date_order)

    def choose(self, text: str, ranked: Sequence[Ranked], limit: int) -> list[Candidate]:
        """Return at most `limit` quotes for the question `text` from the given passages, best first."""
        asked = self.asked(text)
        runs = candidates(read(ranked, asked, self.parser), asked)
        return choose(self._judged(asked, text, runs).candidates, limit)

    def _judged(self, asked: Asked, text: str, runs: Candidates) -> Judged:
        """Return the candidates as the reader ranks them, or without it, and as the cross-encoder does."""
        judged = Judged(runs, by_words.FIT) if asked.by_words else unread(runs)
        # The reader has learned English.
        if self._reader and len(runs) and asked.language == by_words.MODEL_LANGUAGE:
            try:
                judged = judge(self._reader, text, runs, self._let_by)
            except ModelError as error:
                self._faults.report(READER, error)
            else:
                self._faults.mended(READER)
        if self._reranker:
            judged = replace(judged, candidates=rerank(self._reranker, text, judged.candidates))
        return judged

    def answer_and_passages(self, question: Question) -> tuple[Answer, list[str]]:
        """Return the answer, and the texts of as many passages as the question wants quotes, best first."""
        answer, result = self.answer(question)
        return answer, [ranked.stored.text for ranked in result.ranked[: question.limit]]

    def hits(self, text: str, until: datetime | None) -> list[tuple[Hit, StoredPassage]]:
        """Return the hits of both searches for a text, unordered, each with its stored passage.

        Articles published after `until` are left out. A hit whose passage has just been deleted is left out.
        """
        terms = self.wording(text).searched
        hits = self._index.search(self.meaning(text), terms, Filters(until=until), DEPTH)
        stored = self._store.stored_passages([hit.passage_id for hit in hits])
        return [(hit, stored[hit.passage_id]) for hit in hits if hit.passage_id in stored]

    def retrieve_topic(self, text: str, filters: Filters) -> list[Ranked]:
        """Return the passages that may be about a topic, best first. Their age makes no difference."""
        words = self.wording(text)
        mix = BY_WORDS if self.by_words(words) else BY_MEANING
        return retrieve_all(self._index, self._store, self.meaning(text), words.searched, filters, mix)

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """Return the words of a text in a language, split and stemmed as the index does it."""
        return self._index.analyzer.terms(text, language)

    def wording(self, text: str) -> Wording:
        """Return the language of a question, and its words as the index compares them."""
        return wording(text, self._index)

    def by_words(self, words: Wording) -> bool:
        """Tell whether the embedding model does not know the language of a question."""
        return words.language != by_words.MODEL_LANGUAGE and self._embedder.model == parameters().model

    def retrieve(
        self, text: str, what: Retrieval, now: datetime, about: Period | None = None
    ) -> list[Ranked]:
        """Return the best passages for a text, best first, judged by how current they were at `now`.

        Beside the searches of `what`, its first one is made once more among current articles alone, so that
        older passages cannot crowd out current ones. `about` is the period that the question names, if it
        does.
        """
        vector, words = self.meaning(text), self.wording(text)
        recency = Recency.of(self._store, now, about, what.filters[0].origins)
        what = what._replace(
            filters=[*what.filters, recency.narrow(what.filters[0])],
            mix=BY_WORDS if self.by_words(words) else BY_MEANING,
        )
        return retrieve(self._index, self._store, vector, words.searched, what, recency)

    def meaning(self, text: str) -> Vectors:
        """Return the embedding of a text, float32 of shape (dimension,) and length 1.

        Where the model cannot be used, that is reported as a fault and the vector is zeros: then the search
        goes by words alone.
        """
        try:
            vector = self._embedder.embed_question(text)
        except ModelError as error:
            self._faults.report(MODEL, error)
            return np.zeros(self._embedder.dimension, np.float32)
        self._faults.mended(MODEL)
        return vector

    @property
    def threshold(self) -> float:
        """The lowest confidence that counts as an answer without the reader, as in alerts."""
        return self._threshold(parameters().plain)

    def _threshold(self, fit: Fit) -> float:
        """Return the lowest confidence that counts as an answer: as set, or else as fitted."""
        return fit.threshold if self._options.threshold is None else self._options.threshold

    def asked(self, text: str) -> Asked:
        """Return what the words of a question say: their weights, its names, and what would answer it."""
        words = self.wording(text)
        weights = words.weights(self._index)
        return Asked(
            weights,
            self.named(text),
            expectation(text, words.language),
            finder_for(text) if words.language == "en" else None,
            self._rarity(),
            words.variants,
            words.language,
            self.by_words(words),
            is_lone_word(text, words, weights, self._index.analyzer),
        )

    def weights(self, text: str) -> dict[str, float]:
        """Return the idf of each word of a question, stemmed as the index does it."""
        return self.wording(text).weights(self._index)

    def named(self, text: str) -> frozenset[str]:
        """Return the stems of a question's names."""
        return frozenset(stem for name in names(text) for stem in self.terms(name))

    def _rarity(self) -> Callable[[Sequence[str]], npt.NDArray[np.float64]]:
        """Return a function from distinct stems to the idf of each, as a share of the highest possible."""
        passages = len(self._index)
        highest = idf({"": 0}, passages)[""]

        def rarity(terms: Sequence[str]) -> npt.NDArray[np.float64]:
            frequencies = self._index.document_frequency(terms)
            return np.array(list(idf(frequencies, passages).values())) / highest

        return rarity

    def filters(
        self,
        edition: str | None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
    ) -> Filters:
        """Return the filters for what an edition shows, in the languages that are set for it.

        A `language` that is asked for wins over these; ANY_LANGUAGE asks for all. Raises UsageError for an
        unknown source.
        """
        origins = self._editions.origins(edition)
        code = _language_code(language)
        if code is None:
            languages = self._editions.languages(edition)
        else:
            languages = None if code == ANY_LANGUAGE else frozenset({code})
        return Filters(since, until, self._source_name(source, origins), origins, languages)

    def _source_name(self, source: str | None, origins: frozenset[int] | None) -> str | None:
        """Return a source's name as it is stored, whatever the case of `source`.

        Raises UsageError for an unknown one; the message names the most similar source, or all of them.
        """
        if source is None:
            return None
        names = {name.casefold(): name for name in self._store.source_names(origins)}
        stored_name = names.get(source.strip().casefold())
        if stored_name is None:
            close = difflib.get_close_matches(source.casefold(), list(names), n=1, cutoff=0.5)
            known = f"did you mean {names[close[0]]!r}?" if close else f"known are {_listed(names)}."
            raise UsageError(f"There is no source {source!r}: {known}")
        return stored_name

    def require_current_vectors(self) -> None:
        """Raise ModelError where the stored passages were embedded by another model."""
        self._store.require_current(self._embedder.fingerprint, self._embedder.model)

    def caveat(self) -> str | None:
        """Return a warning where the threshold in use was fitted to another embedding model, else None."""
        if self._options.threshold is not None or self._embedder.model == parameters().model:
            return None
        return (
            f"The threshold was measured for {parameters().model}, not for {self._embedder.model}: "
            "'newsbot evaluate FOLDER' suggests one for NEWS_THRESHOLD."
        )


def _listed(names: dict[str, str]) -> str:
    """Return at most eight of the names, in order, as a part of a sentence."""
    shown = sorted(names.values())[:8]
    return ", ".join(shown) + (" and others" if len(names) > len(shown) else "") if shown else "none"


def _times_known(quotes: Sequence[Quote]) -> list[datetime]:
    """Return when the quoted articles were published, of those whose time is known."""
    articles = [quote.article for quote in quotes]
    return [article.published_at for article in articles if article.published_precision != "seen"]


def _language_code(language: str | None) -> str | None:
    """Return the code of a language that a person named. Raises UsageError for what is no code."""
    if not (language and language.strip()):
        return None
    if clean_tag(language) != language.strip().replace("_", "-").lower():
        raise UsageError(f"{language!r} is no code of a language: use one such as en, de, fr, es or ja.")
    return base_code(language)
