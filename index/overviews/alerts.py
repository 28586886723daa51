"""Questions and topics that somebody follows: what there is to tell them since last time. Pure.

A quote is worth an alert when it is of an article that came out after the follow began, and when it does
not merely say again what was sent before.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Protocol

from index.overviews.highlights import central_sentences
from index.text.spans import Span
from index.types.answer import Answer, Headline, Quote
from index.types.follow import Follow
from index.types.question import Filters, Question

# How far back a check reads: an article that is read later than so long after it came out is no news.
LOOK_BACK = timedelta(days=3)
QUOTES_READ = 10
HEADLINES_READ = 20

_WORD = re.compile(r"\w+")
_ASKS = frozenset(
    "who whom whose what which when where why how is are was were will would can could did does do has have"
    " had".split()
)


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
    return [quote for quote in found if Filters(since).admit(quote.article)]


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
