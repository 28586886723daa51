"""Answers every question: one about a fact with quotes, one about many things with a list of stories.

What a question wants is told by `index.languages.questions.wanted`. Where nothing is found, the words
that no article has are corrected, and the question is put once more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from index.answers.engine import AnswerEngine
from index.languages.english.periods import TimeRead
from index.languages.english.question_kinds import Wanted
from index.languages.questions import wanted
from index.overviews.overviews import Listed, Overviews
from index.storage.articles import Store
from index.text.normalize import canonical_line
from index.types.answer import Answer, Quote
from index.types.options import IndexOptions
from index.types.question import Filters, Question

_WORD = re.compile(r"[^\W\d_]+")
# So many stories are listed.
STORIES = 8
# Stories of a period up to this long are ordered by how many outlets report them, others by their day.
SHORT = timedelta(days=10)


class Questions:
    """Answers questions of all kinds. Safe to use from many threads."""

    def __init__(
        self, options: IndexOptions, store: Store, engine: AnswerEngine, overviews: Overviews
    ) -> None:
        self._options = options
        self._store = store
        self._engine = engine
        self._overviews = overviews

    def answer(self, question: Question) -> Answer:
        """Return the answer to a question of any kind. Raises as `NewsIndex.ask` does."""
        with self._store.database.snapshot():
            answer = self._answer(question)
            if not answer.answered:
                answer = self._answer_corrected(answer)
            if not answer.answered:
                answer = replace(answer, only_languages=self._only_languages(question, answer.as_of))
            return answer

    def _answer_corrected(self, answer: Answer) -> Answer:
        """Return the answer to the question without its typing errors, where that is a better one."""
        question = answer.question
        corrected = self._corrected(question, answer.as_of)
        if corrected is None:
            return answer
        again = self._answer(replace(question, text=corrected))
        better = again.answered or again.confidence > answer.confidence
        return replace(again, question=question, searched_for=corrected) if better else answer

    def _only_languages(self, question: Question, as_of: datetime) -> tuple[str, ...]:
        """Return the languages that the edition's setting limits a question to.

        None where the question names a language itself, or where there is no news in any other.
        """
        limited = self._engine.filters(question.edition, until=as_of)
        if question.language is not None or limited.languages is None:
            return ()
        return tuple(sorted(limited.languages)) if self._store.has_other_languages(limited) else ()

    def _corrected(self, question: Question, as_of: datetime) -> str | None:
        """Return the question without typing errors, None where it has none."""
        text = canonical_line(question.text)
        topic = wanted(text, "en").topic or text  # only English words are corrected
        filters = self._engine.filters(
            question.edition, question.source, until=as_of, language=question.language
        )
        times = {word for words in self._engine.read_time(text, as_of).words for word in _WORD.findall(words)}
        corrected = self._engine.spelling.corrected(topic, filters, but=times)
        return corrected and text.replace(topic, corrected)

    def _answer(self, question: Question) -> Answer:
        text = canonical_line(question.text)
        as_of = question.as_of or self._options.clock()
        explicit = question.since is not None or question.until is not None
        read = TimeRead() if explicit else self._engine.read_time(text, as_of)
        period = read.period if read.period and read.period.limits else None
        language = self._engine.wording(text).language
        asks = wanted(text, language, period.phrase if period else "")
        if asks.kind == "fact":
            return self._engine.answer(question)[0]
        since = period.since if period else question.since
        until = min(filter(None, (period.until if period else question.until, as_of)))
        filters = self._engine.filters(question.edition, question.source, since, until, question.language)
        if asks.kind == "overview":
            return replace(self._overview(question, as_of, filters, read), language=language)
        return self._topic(question, asks, filters)

    def _overview(self, question: Question, as_of: datetime, filters: Filters, read: TimeRead) -> Answer:
        started = time.perf_counter()
        self._engine.require_current_vectors()
        listed = self._overviews.listed(None, filters, STORIES, by_day=_is_long(filters))
        until = filters.until if filters.until != as_of else question.until
        return Answer(
            question=question,
            as_of=as_of,
            since=filters.since,
            until=until,
            answered=bool(listed),
            confidence=1.0 if listed else 0.0,
            quotes=_lead_quotes(listed, question.limit),
            articles_searched=self._store.count_articles(filters),
            took_ms=(time.perf_counter() - started) * 1000,
            coverage=None if listed else self._store.coverage(filters),
            stories=tuple(one.headline for one in listed),
            unclear_time=read.unclear,
        )

    def _topic(self, question: Question, asks: Wanted, filters: Filters) -> Answer:
        """Return the stories on a topic; where there are none, what answers it as a question.

        Quotes are the leads of the first stories. Bare words may as well be a short question ("luka trade"):
        of these, quotes are those that answer it.
        """
        answer = self._engine.answer(question)[0]
        listed = self._overviews.listed(asks.topic, filters, STORIES, by_day=_is_long(filters))
        if not listed:
            return answer
        quotes = answer.quotes if asks.kind == "bare topic" else _lead_quotes(listed, question.limit)
        stories = tuple(one.headline for one in listed)
        return replace(
            answer, answered=True, quotes=quotes, stories=stories, coverage=None, words=None, differing=None
        )


def _lead_quotes(listed: Sequence[Listed], limit: int) -> tuple[Quote, ...]:
    return tuple(one.lead for one in listed if one.lead)[:limit]


def _is_long(filters: Filters) -> bool:
    return filters.since is None or filters.until is None or filters.until - filters.since > SHORT
