"""Questions and topics that somebody follows: what there is to tell them since last time. Pure.

A quote is worth an alert when it is of an article that came out after the follow began, and when it does
not merely say again what was sent before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from index.overviews.highlights import central_sentences
from index.types import Answer, Headline, Question, Quote, Span

# How far back a check reads: an article that is read later than so long after it came out is no news.
LOOK_BACK = timedelta(days=3)
QUOTES_READ = 10
HEADLINES_READ = 20
# What one alert holds, and what one follow may send in a day.
MAX_QUOTES = 3
MAX_PER_DAY = 12
# Above this share of common words, of those of the shorter one, two quotes say the same.
SAME_WORDS = 0.8

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_ASKS = frozenset(
    "who whom whose what which when where why how is are was were will would can could did does do has have"
    " had".split()
)


@dataclass(frozen=True, slots=True)
class Follow:
    """What a person follows: for themselves, or where there is a `channel`, for all who read it.

    `paused` says why nothing is sent any more, as when the channel has been deleted.
    """

    id: int
    person: str
    guild: str | None
    channel: str | None
    what: str
    started_at: datetime
    paused: str | None = None


class News(Protocol):
    """What can be asked, and told what is new."""

    def ask(self, question: Question) -> Answer: ...

    def latest(self, topic: str | None = None, *, limit: int = 5) -> list[Headline]: ...


def found_since(news: News, follow: Follow, now: datetime) -> list[Quote]:
    """Return quotes that answer what is followed, best first, of articles from after the follow began."""
    since = max(follow.started_at, now - LOOK_BACK)
    if is_question(follow.what):
        answer = news.ask(Question(follow.what, since=since, limit=QUOTES_READ))
        found = list(answer.quotes) if answer.answered else []
    else:
        headlines = news.latest(follow.what, limit=HEADLINES_READ)
        found = [quote for each in headlines for quote in _summed_up(each)]
    return [quote for quote in found if quote.article.published_at >= since]


def worth_telling(quotes: Iterable[Quote], sent: Sequence[str], room: int) -> list[Quote]:
    """Return the quotes that say something new, at most `room`, given the texts that were sent before."""
    told, chosen = list(sent), list[Quote]()
    for quote in quotes:
        if len(chosen) < min(room, MAX_QUOTES) and not any(is_near_copy(quote.text, each) for each in told):
            chosen.append(quote)
            told.append(quote.text)
    return chosen


def is_near_copy(text: str, known: str) -> bool:
    """Tell whether a text says, nearly in the same words, what is known.

    A figure that the known text lacks is news, however alike the words are: "12 dead" is not "9 dead".
    """
    words, others = _words(text), _words(known)
    if not words or not others:
        return words == others
    if set(_NUMBER.findall(text)) - set(_NUMBER.findall(known)):
        return False
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))


def is_question(what: str) -> bool:
    """Tell a question from a topic: by its mark, or where that was left out, by its first word."""
    first = _WORD.search(what.casefold())
    return what.rstrip().endswith(("?", "？", "؟")) or (first is not None and first[0] in _ASKS)


def _summed_up(headline: Headline) -> list[Quote]:
    """Return the sentence that sums an article up best; nothing where it has no whole sentence."""
    article = headline.article
    for text in central_sentences(article.text)[:1]:
        start = article.text.index(text)
        return [Quote(article, Span(start, start + len(text)), 0.0, headline.also_in)]
    return []


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
