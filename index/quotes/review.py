"""What has become of quotes: those posted in answers, and those that a person claims were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from index.answers.engine import AnswerEngine
from index.answers.retrieval import Retrieval
from index.quotes.check import QuoteCheck, check_quote
from index.quotes.excerpt import Excerpt, excerpt, find_quote
from index.quotes.standing import quote_state
from index.storage.articles import Store
from index.storage.posted import Posted
from index.text.normalize import canonical_line
from index.types.posted import PostedAnswer
from index.types.question import Filters


class QuoteReview:
    """Compares quotes with the articles that are stored now. Safe to use from many threads."""

    def __init__(
        self, store: Store, posted: Posted, engine: AnswerEngine, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._posted = posted
        self._engine = engine
        self._clock = clock

    def excerpts(self, answer: PostedAnswer) -> list[Excerpt]:
        """Return the quotes of a posted answer as they stand in their articles now, with what is around them.

        A quote that its article no longer holds is left out.
        """
        articles = self._store.articles({quote.article_id for quote in answer.quotes})
        known = [
            (articles[quote.article_id], quote) for quote in answer.quotes if quote.article_id in articles
        ]
        found = [find_quote(article, quote.start, quote.text) for article, quote in known]
        return [excerpt(quote) for quote in found if quote]

    def check(self, claimed: str) -> QuoteCheck:
        """Look for words that are said to stand in an article: word for word, or nearly.

        Raises as `NewsIndex.ask` does.
        """
        self._engine.require_current_vectors()
        now = self._clock()
        ranked = self._engine.retrieve(canonical_line(claimed), Retrieval([Filters(until=now)]), now)
        articles = {passage.stored.article.id: passage.stored.article for passage in ranked}
        return check_quote(claimed, articles.values())

    def review_posted(self, limit: int) -> int:
        """Compare at most `limit` posted quotes with what their articles say now; return how many were.

        What has become of them is kept for `Posted.to_correct`.
        """
        waiting = self._posted.to_compare(limit)
        for id, place, quote, revision, text, changed_at in waiting:
            standing = quote_state(quote.text, quote.start, text)
            new_text = standing.text if standing.state == "changed" else None
            self._posted.compared(id, place, revision, standing.state, new_text, changed_at)
        return len(waiting)
