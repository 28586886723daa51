"""What a question asks for, in languages other than English. Pure.

English has rules of its own (`index.languages.english`), which know more: which phrase would answer, and
which words are names. Here a language is a table of words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, tzinfo

from index.languages.detect import question_language
from index.languages.english import answer_types, followups, freshness, periods, question_kinds
from index.languages.english.answer_types import Expectation
from index.languages.english.periods import Period, TimeRead
from index.languages.english.question_kinds import Wanted
from index.languages.question_words import QuestionWords
from index.languages.registry import languages
from index.text.words import split_words
from index.types.options import DateOrder

# A follow-up question takes at most this many words from the question before it.
MAX_WORDS = followups.MAX_WORDS


def words_of(language: str) -> QuestionWords | None:
    """Return the words of a language that has a table, None for English and for all others."""
    known = languages().get(language)
    return known.questions if known else None


def period(question: str, language: str, as_of: datetime, zone: tzinfo) -> Period | None:
    """Return the period that a question names, as `index.languages.english.periods.period` does."""
    return read_time(question, language, as_of, zone).period


def read_time(
    question: str, language: str, as_of: datetime, zone: tzinfo, order: DateOrder | None = None
) -> TimeRead:
    """Return what a question says of time, as `index.languages.english.periods.read_time` does."""
    words = words_of(language)
    if words is None:
        return periods.read_time(question, as_of, zone, order)
    found = words.times.in_english(question)
    if found is None:
        return TimeRead()
    own, english = found
    read = periods.read_time(english, as_of, zone, order)
    if read.period is None:
        return TimeRead(unclear=own if read.unclear else None)
    return TimeRead(replace(read.period, phrase=own))


def searched(question: str, language: str) -> str:
    """Return the part of a question whose words are searched for."""
    words = words_of(language)
    return words.searched(question) if words else question


def wanted(question: str, language: str, time_phrase: str = "") -> Wanted:
    """Return what a question wants, as `index.languages.english.question_kinds.wanted` does."""
    words = words_of(language)
    if words and words.asks_for_overview(question, time_phrase):
        return Wanted("overview")
    return question_kinds.wanted(question, time_phrase)


def expectation(question: str, language: str) -> Expectation:
    """Return which kinds of words a question expects."""
    words = words_of(language)
    return words.expectation(question) if words else answer_types.expectation(question)


def stale_since(question: str, language: str, published: list[datetime], as_of: datetime) -> datetime | None:
    """Do as `index.languages.english.freshness.stale_since`, for a question in any language."""
    words = words_of(language)
    if words is None:
        return freshness.stale_since(question, published, as_of)
    return freshness.stale_since("latest" if words.asks_for_current(question) else "", published, as_of)


def in_context(question: str, before: str) -> str:
    """Return `question`, completed so that it can be searched for without knowing the question `before` it.

    A question that needs nothing from `before` is returned unchanged.
    """
    language = question_language(f"{question} {before}", ())
    words = words_of(language)
    if words is None:
        return followups.in_context(question, before)
    stop_words = languages()[language].stop_words
    own = _content(question, stop_words)
    if not words.continues(question, own):
        return question
    kept = [word for word in _content(before, stop_words) if word.casefold() not in map(str.casefold, own)]
    lead = re.match(words.leads, question.lower())
    rest = question[lead.end() :].strip() if lead else question
    if not kept:
        return rest or question
    rest = rest.rstrip("?!.？！。 ")
    # Pairs of characters are no words to show: a language without spaces keeps the whole question before.
    return f"{rest} {' '.join(kept[:MAX_WORDS])}?" if words.spaced else f"{rest} {before}"


def _content(text: str, stop_words: frozenset[str]) -> list[str]:
    """Return the words of a text that say what it is about, in order."""
    return [word for word in split_words(text).letters if word.casefold() not in stop_words]
