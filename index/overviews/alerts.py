"""Finds new quotes for the questions and topics that people follow.

Only articles published after the follow began count. Which of the quotes are then sent, and which only repeat
an earlier alert, is decided by `index.types.follow.worth_telling`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Protocol

from index.overviews.highlights import central_sentences
from index.text.spans import Span
from index.types.answer import Answer, Headline, Quote
from index.types.edition import SHARED
from index.types.follow import Follow
from index.types.question import Filters, Question

# A check goes back at most this far. An article that arrives later than this after it was published is no
# news.
LOOK_BACK = timedelta(days=3)
# A check looks at QUOTES_READ quotes for a question, or at HEADLINES_READ articles on a topic.
QUOTES_READ = 10
HEADLINES_READ = 20

_WORD = re.compile(r"\w+")
# A text that begins with one of these words is a question.
_ASKS = frozenset(
    "who whom whose what which when where why how is are was were will would can could did does do has have"
    " had".split()
)


class News(Protocol):
    """The part of `NewsIndex` that is needed to find news for a follow."""

    def ask(self, question: Question) -> Answer: ...

    def latest(
        self, topic: str | None = None, *, limit: int = 5, edition: str | None = None
    ) -> list[Headline]: ...


def found_since(news: News, follow: Follow, now: datetime) -> list[Quote]:
    """Return quotes on what is followed, from articles published after the follow began.

    Those for a question come best first, those for a topic newest first. `now` is the time of the check.
    """
    since, edition = max(follow.started_at, now - LOOK_BACK), follow.guild or SHARED
    if is_question(follow.what):
        answer = news.ask(Question(follow.what, since=since, limit=QUOTES_READ, edition=edition))
        quotes = list(answer.quotes) if answer.answered else []
    else:
        headlines = news.latest(follow.what, limit=HEADLINES_READ, edition=edition)
        quotes = [quote for headline in headlines for quote in _central_quote(headline)]
    return [quote for quote in quotes if Filters(since).admit(quote.article)]


def is_question(what: str) -> bool:
    """Tell whether a text is a question, not a topic: by its question mark or by its first word."""
    first = _WORD.search(what.casefold())
    return what.rstrip().endswith(("?", "？", "؟")) or (first is not None and first[0] in _ASKS)


def _central_quote(headline: Headline) -> list[Quote]:
    """Return the most central sentence of an article as one quote; none where it has no whole sentence."""
    article = headline.article
    for text in central_sentences(article.text)[:1]:
        start = article.text.index(text)
        return [Quote(article, Span(start, start + len(text)), 0.0, headline.also_in)]
    return []
