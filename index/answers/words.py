"""The words that answer a question, and the outlets that agree on them. Pure.

The answer reader gives many spans that may answer, each with a probability. The same words in several
articles add up, shorter and longer forms together. The words are certain when what the first quote says is
much more probable than any other answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.answers.judging import Read
from index.reader.windows import LEAST, Found, Window, comparable, holds, same_answer
from index.text.spans import Span
from index.types.answer import AnswerWords, Quote

# The words are certain when their log probability, less OTHER × that of the best other answer, reaches
# CERTAIN. A differing figure that is shown beside them is no such other answer. On held-out questions 0.87 of the words that are then shown are right, for 0.38 of the questions.
# With 1.05 it would be 0.85 of them, for 0.45.
OTHER, CERTAIN = 0.5, 1.4
# A longer form that is this much less probable is still taken instead of a shorter one: it says more.
LONGER = 1.5
# Words that answer have at most so many words, and none of them ends a sentence.
LONGEST_ANSWER = 8
_SENTENCE_ENDS = re.compile(r"\n|.{3}[.!?]\s")
# Outlets differ where both figures have at least this probability.
DIFFERING = 0.2

# What belongs to a figure: how exact it is, and what it counts.
_BEFORE = re.compile(
    r"(?:\b(?:more|less|fewer|greater|higher|lower) than|\bat (?:least|most)|\bup to|\bas (?:many|much) as"
    r"|\b(?:about|around|over|under|nearly|almost|roughly|approximately|some|exactly|only))\s+$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?:US|A|C)?[$€£¥]\s?$")
_AFTER = re.compile(
    r"(?:[\d.,]*\d)?(?:[\s-]?(?:%|percent(?:age points?)?|per cent))?"
    r"(?:[\s-](?:hundred|thousand|million|billion|trillion|m|bn))?"
    r"(?:[\s-](?:dollars|euros|pounds|yen|miles|kilomet(?:er|re)s|feet|inches|degrees|seconds|minutes|hours|days"
    r"|weeks|months|years|people|points|votes|tons|tonnes|acres))?(?![\w%])"
)


class Words(NamedTuple):
    """What is certain of an answer: its words, others where an outlet says otherwise, and all marked spans.

    `marks` has for each quote the spans of its text to mark, in order and disjoint.
    """

    answer: AnswerWords | None
    differing: AnswerWords | None
    marks: Sequence[tuple[Span, ...]]


class _Place(NamedTuple):
    """A span that may answer, inside a quote: `span` are offsets in the quote's article."""

    quote: int
    span: Span
    found: Found


def words_that_answer(question: str, quotes: Sequence[Quote], read: Read) -> Words:
    """Return the words of the quotes that answer, where these are certain. `quotes` come best first."""
    none = Words(None, None, [()] * len(quotes))
    asked, agreement = comparable(question), read.agreement
    places = [place for place in _places(quotes, read) if _may_answer(place, quotes, asked)]
    first = [place for place in places if place.quote == 0]
    if not first:
        return none
    best = max(first, key=lambda place: (agreement.supported(place.found.words), place.found.logit))
    differing = _differing(quotes, best, places, read)
    known = [best.found.words, differing.found.words] if differing else [best.found.words]
    others = [
        chance
        for words, chance in agreement.answers.items()
        if not holds(asked, words) and not any(same_answer(words, one) for one in known)
    ]
    if agreement.supported(best.found.words) - OTHER * max([LEAST, *others]) < CERTAIN:
        return none
    return Words(
        _answer_words(quotes, best, first, read),
        _answer_words(quotes, differing, places, read) if differing else None,
        _marks(quotes, best, places),
    )


def _places(quotes: Sequence[Quote], read: Read) -> Iterator[_Place]:
    """Yield the spans that may answer and lie inside a quote, with their words."""
    for window, reading in zip(read.windows, read.readings, strict=True):
        for found in reading.best:
            if found.span.start < 0 or not found.words:
                continue  # in the headline
            span = Span(window.start + found.span.start, window.start + found.span.end)
            for number, quote in enumerate(quotes):
                inside = quote.span.start <= span.start and span.end <= quote.span.end
                if inside and quote.article.id == window.article:
                    yield _Place(number, span, found)


def _may_answer(place: _Place, quotes: Sequence[Quote], asked: str) -> bool:
    """Tell whether a span is no part of the question, within one sentence, and short."""
    words = place.found.words
    if len(words.split()) > LONGEST_ANSWER or holds(asked, words):
        return False
    return _SENTENCE_ENDS.search(quotes[place.quote].article.text, *place.span) is None


def _answer_words(quotes: Sequence[Quote], best: _Place, places: Sequence[_Place], read: Read) -> AnswerWords:
    quote = quotes[best.quote]
    span = _whole(quote, _longest(best, places))
    return AnswerWords(quote.article, span, tuple(_outlets(best.found.words, quote, read)))


def _longest(best: _Place, places: Sequence[_Place]) -> Span:
    """Return the longest form that holds the best one and is nearly as probable."""
    forms = [
        place.span
        for place in places
        if place.quote == best.quote
        and place.span.start <= best.span.start
        and best.span.end <= place.span.end
        and place.found.logit >= best.found.logit - LONGER
    ]
    return max(forms, key=lambda span: span.end - span.start)


def _whole(quote: Quote, span: Span) -> Span:
    """Return a span with what belongs to its figure: "over" and "%" of "over 14 %"."""
    text, (start, end) = quote.article.text, span
    if any(character.isdigit() for character in text[start:end]):
        after = _AFTER.match(text, end, quote.span.end)
        end = after.end() if after else end
        for before in (_MONEY, _BEFORE):
            found = before.search(text[quote.span.start : start])
            start = quote.span.start + found.start() if found else start
    return Span(start, end)


def _outlets(words: str, quote: Quote, read: Read) -> Iterator[str]:
    """Yield the outlets whose most probable answer is the same, that of the quote first, each once."""
    yield quote.article.source
    named = {quote.article.source}
    for window, reading in zip(read.windows, read.readings, strict=True):
        says = reading.best and same_answer(words, reading.best[0].words)
        if says and _is_said(window, reading.best[0], read) and window.outlet not in named:
            named.add(window.outlet)
            yield window.outlet


def _is_said(window: Window, found: Found, read: Read) -> bool:
    """Tell whether a window says its best answer with some probability, instead of saying nothing."""
    return found.logit > 0.0 and window.article in read.agreement.articles.get(found.words, {})


def _differing(quotes: Sequence[Quote], best: _Place, places: Sequence[_Place], read: Read) -> _Place | None:
    """Return another figure that another outlet gives in a quote, if it is about as probable."""
    if not any(character.isdigit() for character in best.found.words):
        return None
    outlet = quotes[best.quote].article.source
    for place in places:
        other = quotes[place.quote].article.source != outlet
        figure = any(character.isdigit() for character in place.found.words)
        differs = other and figure and not same_answer(place.found.words, best.found.words)
        if differs and read.agreement.supported(place.found.words) >= math.log(DIFFERING):
            return place
    return None


def _marks(quotes: Sequence[Quote], best: _Place, places: Sequence[_Place]) -> list[tuple[Span, ...]]:
    """Return for each quote the best place of the answer in it, as offsets in the quote's text."""
    marks: list[tuple[Span, ...]] = []
    for number, quote in enumerate(quotes):
        here = [
            place
            for place in places
            if place.quote == number and same_answer(place.found.words, best.found.words)
        ]
        if here:
            span = _whole(quote, _longest(max(here, key=lambda place: place.found.logit), here))
            marks.append((Span(span.start - quote.span.start, span.end - quote.span.start),))
        else:
            marks.append(())
    return marks
